//! CLIP (Radford et al., 2021): pictures, and texts in the same space.

use std::path::Path;

use candle_core::{D, Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::picture::Rgb;
use super::transformer::{ActivationName, PreNormLayer, Sizes};
use super::vision::{Sight, TowerKind, VisionTower, clip_attention};
use super::words::Words;
use crate::error::{Fault, Result};
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

/// The most tokens that a text tower knows, and reads at once.
const MAX_VOCABULARY: usize = 1 << 20;
const MAX_POSITIONS: usize = 4096;

/// What `config.json` says of both towers together; defaults as in the reference.
#[derive(Deserialize)]
#[serde(default)]
struct Both {
    projection_dim: usize,
}

impl Default for Both {
    fn default() -> Self {
        Self {
            projection_dim: 512,
        }
    }
}

#[derive(Deserialize)]
#[serde(default)]
struct VisionConfig {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_channels: usize,
    image_size: usize,
    patch_size: usize,
    hidden_act: ActivationName,
    layer_norm_eps: f64,
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            num_channels: 3,
            image_size: 224,
            patch_size: 32,
            hidden_act: ActivationName::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

#[derive(Deserialize)]
#[serde(default)]
struct TextConfig {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    hidden_act: ActivationName,
    layer_norm_eps: f64,
    eos_token_id: u32,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49_408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: ActivationName::QuickGelu,
            layer_norm_eps: 1e-5,
            eos_token_id: 49_407,
        }
    }
}

/// CLIP's picture tower.
#[derive(Debug)]
pub struct VisualModel {
    tower: VisionTower,
    projection: Linear,
    width: usize,
}

impl VisualModel {
    /// Loads the tower from a folder of the model type `clip`, or `clip_vision_model` with a projection.
    ///
    /// # Errors
    /// Returns an error that names what is missing, broken or of another model.
    pub fn load(path: &Path) -> Result<Self> {
        let folder = ModelFolder::open(path, &["clip", "clip_vision_model"])?;
        let section = match folder.model_type() {
            "clip" => "vision_config",
            _ => "",
        };
        let Both {
            projection_dim: width,
        } = folder.config("")?;
        let config: VisionConfig = folder.config(section)?;
        if config.num_channels != 3 || !(1..=8192).contains(&width) {
            let found = format!("{} channels and embeddings of {width}", config.num_channels);
            return Err(folder.config_fault(found, "3 channels and 1 to 8192 numbers"));
        }
        let sizes = Sizes {
            width: config.hidden_size,
            inner_width: config.intermediate_size,
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
            epsilon: config.layer_norm_eps,
            activation: config.hidden_act.into(),
        };
        let sizes = sizes.checked(&folder)?;
        let sight = Sight {
            side: config.image_size,
            patch: config.patch_size,
        };
        let model = Self {
            tower: VisionTower::load(&folder, TowerKind::Clip, &sizes, sight)?,
            projection: folder.projection("visual_projection", width, sizes.width)?,
            width,
        };
        let is_text = |name: &str| name.starts_with("text_") || name == "logit_scale";
        folder.finish(|name| is_text(name) || is_buffer(name))?;
        Ok(model)
    }

    /// Returns the numbers in an embedding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the embeddings of pictures, `[pictures, width]`, as `get_image_features` does: projected, not normalised.
    ///
    /// # Errors
    /// Returns an error if a picture is empty or a tensor operation fails.
    pub fn embed(&self, pictures: &[Rgb]) -> Result<Vec<Vec<f32>>> {
        expect_pictures(pictures)?;
        let class = self.tower.forward(pictures)?.narrow(1, 0, 1)?.squeeze(1)?;
        let projected = self
            .projection
            .forward(&self.tower.last_norm.forward(&class)?)?;
        Ok(projected.to_vec2()?)
    }

    /// Returns a picture as the model sees it: planes of red, green and blue.
    pub fn planes(&self, picture: &Rgb) -> Vec<f32> {
        self.tower.planes(picture)
    }
}

/// Checks that there is something to see.
pub(super) fn expect_pictures(pictures: &[Rgb]) -> Result<(), Fault> {
    match pictures.iter().all(|picture| picture.height() > 0) && !pictures.is_empty() {
        true => Ok(()),
        false => Err(Fault::new(
            "a picture without pixels",
            "one or more pictures",
        )),
    }
}

/// Returns whether a tensor only counts positions; older files hold such.
pub(super) fn is_buffer(name: &str) -> bool {
    name.ends_with(".position_ids") || name == "position_ids"
}

/// CLIP's text tower.
pub struct PromptModel {
    words: Words,
    /// `[vocabulary, width]`, `[positions, width]`.
    tokens: Tensor,
    positions: Tensor,
    layers: Vec<PreNormLayer>,
    last_norm: LayerNorm,
    projection: Linear,
    scale: f32,
    end: u32,
}

impl PromptModel {
    /// Loads the tower from a folder of the model type `clip`.
    ///
    /// # Errors
    /// Returns an error as [`VisualModel::load`] does.
    pub fn load(path: &Path) -> Result<Self> {
        let folder = ModelFolder::open(path, &["clip"])?;
        let Both { projection_dim } = folder.config("")?;
        let config: TextConfig = folder.config("text_config")?;
        let sizes = Sizes {
            width: config.hidden_size,
            inner_width: config.intermediate_size,
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
            epsilon: config.layer_norm_eps,
            activation: config.hidden_act.into(),
        };
        let sizes = sizes.checked(&folder)?;
        let (vocabulary, longest) = (config.vocab_size, config.max_position_embeddings);
        expect_texts(&folder, vocabulary, longest)?;
        let layers = (0..sizes.layers).map(|index| {
            let name = format!("text_model.encoder.layers.{index}");
            let attention = clip_attention(&folder, &format!("{name}.self_attn"), &sizes)?;
            PreNormLayer::load(&folder, &name, attention, &sizes)
        });
        let embedding = |part: &str, rows| {
            let name = format!("text_model.embeddings.{part}_embedding.weight");
            folder.tensor(&name, &[rows, sizes.width])
        };
        let scale: f32 = folder.tensor("logit_scale", &[])?.to_scalar()?;
        let model = Self {
            words: Words::load(path, vocabulary, longest, &[])?,
            tokens: embedding("token", vocabulary)?,
            positions: embedding("position", longest)?,
            layers: layers.collect::<Result<_>>()?,
            last_norm: folder.norm("text_model.final_layer_norm", sizes.width, sizes.epsilon)?,
            projection: folder.projection("text_projection", projection_dim, sizes.width)?,
            scale: libm::expf(scale),
            end: config.eos_token_id,
        };
        let is_picture = |name: &str| name.starts_with("vision_") || name.starts_with("visual_");
        folder.finish(|name| is_picture(name) || is_buffer(name))?;
        Ok(model)
    }

    /// Returns the factor on the cosine of a picture and a text, before a softmax over texts.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Returns the tokens of a text.
    ///
    /// # Errors
    /// Returns an error if the tokeniser cannot read it.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>> {
        self.words.encode(text)
    }

    /// Returns the embedding of a text, as `get_text_features` does: projected, not normalised.
    ///
    /// # Errors
    /// Returns an error if the tokeniser cannot read it, or a tensor operation fails.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>> {
        let tokens = self.words.encode(text)?;
        // Of files whose end has the number 2 by mistake, it is the highest token.
        let end = match self.end {
            2 => tokens.iter().copied().max().unwrap_or(2),
            end => end,
        };
        let at = tokens.iter().position(|&token| token == end).unwrap_or(0);
        let count = tokens.len();
        let tokens = Tensor::from_vec(tokens, count, &Device::Cpu)?;
        let rows = self.tokens.index_select(&tokens, 0)?;
        let mut x = (rows + self.positions.narrow(0, 0, count)?)?.unsqueeze(0)?;
        for layer in &self.layers {
            x = layer.forward(&x, true)?;
        }
        let end = x.narrow(1, at, 1)?.squeeze(1)?;
        let projected = self.projection.forward(&self.last_norm.forward(&end)?)?;
        Ok(projected.squeeze(0)?.to_vec1()?)
    }
}

/// Checks the sizes of what a model reads.
pub(super) fn expect_texts(folder: &ModelFolder, vocabulary: usize, longest: usize) -> Result<()> {
    if (8..=MAX_VOCABULARY).contains(&vocabulary) && (8..=MAX_POSITIONS).contains(&longest) {
        return Ok(());
    }
    let found = format!("{vocabulary} tokens, of which {longest} are read at once");
    let expected = format!("8 to {MAX_VOCABULARY}, and 8 to {MAX_POSITIONS}");
    Err(folder.config_fault(found, &expected))
}

/// Returns the softmax of numbers.
pub(super) fn softmax(numbers: Vec<f32>) -> Result<Vec<f32>> {
    let count = numbers.len();
    let numbers = Tensor::from_vec(numbers, count, &Device::Cpu)?;
    Ok(candle_nn::ops::softmax(&numbers, D::Minus1)?.to_vec1()?)
}
