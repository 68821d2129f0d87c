//! CLIP (Radford et al., 2021): pictures, and texts in the same space.

use std::path::Path;

use candle_core::{D, Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::picture::Rgb;
use super::transformer::{PreNormLayer, Reach, Sizes};
use super::vision::{Sight, TowerKind, VisionTower, clip_attention};
use super::words::Words;
use crate::error::{Fault, Result};
use crate::kernel::activation::Activation;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

/// The sizes of both towers that a configuration leaves out, as in the reference.
const USUAL_VISION: Sizes = Sizes {
    width: 768,
    inner_width: 3072,
    layers: 12,
    heads: 12,
    epsilon: 1e-5,
    activation: Activation::QuickGelu,
};
const USUAL_SIGHT: Sight = Sight {
    side: 224,
    patch: 32,
};
const USUAL_TEXT: Sizes = Sizes {
    width: 512,
    inner_width: 2048,
    heads: 8,
    ..USUAL_VISION
};
const USUAL_REACH: Reach = Reach {
    vocabulary: 49_408,
    longest: 77,
};
/// The number of the token that ends a text.
const USUAL_END: u32 = 49_407;
/// The numbers in an embedding, and the most that there may be.
const USUAL_WIDTH: usize = 512;
const MAX_WIDTH: usize = 8192;

/// What `config.json` says of both towers together.
#[derive(Deserialize)]
struct Both {
    projection_dim: Option<usize>,
}

/// What it says of the end of a text.
#[derive(Deserialize)]
struct End {
    eos_token_id: Option<u32>,
}

/// Reads how many numbers are in an embedding.
fn embedding_width(folder: &ModelFolder) -> Result<usize> {
    let both: Both = folder.config("")?;
    let width = both.projection_dim.unwrap_or(USUAL_WIDTH);
    if (1..=MAX_WIDTH).contains(&width) {
        return Ok(width);
    }
    let expected = format!("1 to {MAX_WIDTH} numbers");
    Err(folder.config_fault(format!("embeddings of {width}"), &expected))
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
        let width = embedding_width(&folder)?;
        let sizes = Sizes::read(&folder, section, USUAL_VISION)?;
        let sight = Sight::read(&folder, section, USUAL_SIGHT)?;
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
        let width = embedding_width(&folder)?;
        let sizes = Sizes::read(&folder, "text_config", USUAL_TEXT)?;
        let reach = Reach::read(&folder, "text_config", USUAL_REACH)?;
        let End { eos_token_id } = folder.config("text_config")?;
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
            words: Words::load(path, reach, &[])?,
            tokens: embedding("token", reach.vocabulary)?,
            positions: embedding("position", reach.longest)?,
            layers: layers.collect::<Result<_>>()?,
            last_norm: folder.norm("text_model.final_layer_norm", sizes.width, sizes.epsilon)?,
            projection: folder.projection("text_projection", width, sizes.width)?,
            scale: libm::expf(scale),
            end: eos_token_id.unwrap_or(USUAL_END),
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

/// Returns the softmax of numbers.
pub(super) fn softmax(numbers: Vec<f32>) -> Result<Vec<f32>> {
    let count = numbers.len();
    let numbers = Tensor::from_vec(numbers, count, &Device::Cpu)?;
    Ok(candle_nn::ops::softmax(&numbers, D::Minus1)?.to_vec1()?)
}
