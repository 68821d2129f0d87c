//! BLIP (Li et al., 2022): a picture as a sentence.

use std::path::Path;

use candle_core::{D, Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::picture::Rgb;
use super::transformer::{ActivationName, Memory, PostNormLayer, Sizes};
use super::vision::{Sight, TowerKind, VisionTower};
use super::visual::{expect_pictures, expect_texts, is_buffer};
use super::words::Words;
use crate::error::Result;
use crate::kernel::activation::Activation;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

/// Where the decoder's tensors are.
const DECODER: &str = "text_decoder";

/// What `config.json` says of the picture tower; defaults as in the reference.
#[derive(Deserialize)]
#[serde(default)]
struct VisionConfig {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
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
            image_size: 384,
            patch_size: 16,
            hidden_act: ActivationName::Gelu,
            layer_norm_eps: 1e-5,
        }
    }
}

/// What it says of the decoder.
#[derive(Deserialize)]
#[serde(default)]
struct TextConfig {
    vocab_size: usize,
    hidden_size: usize,
    encoder_hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    hidden_act: ActivationName,
    layer_norm_eps: f64,
    bos_token_id: u32,
    sep_token_id: u32,
    /// Tokens of a caption with the first.
    max_length: usize,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_524,
            hidden_size: 768,
            encoder_hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 512,
            hidden_act: ActivationName::Gelu,
            layer_norm_eps: 1e-12,
            bos_token_id: 30_522,
            sep_token_id: 102,
            max_length: 20,
        }
    }
}

/// A picture in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// Its tokens, from the first, which only begins it, to the one that ends it, if it ends before the longest length.
    pub tokens: Vec<u32>,
    /// What they say.
    pub text: String,
}

/// BLIP's captioning network.
pub struct CaptionModel {
    tower: VisionTower,
    words: Words,
    /// `[vocabulary, width]`, `[positions, width]`.
    tokens: Tensor,
    positions: Tensor,
    norm: LayerNorm,
    layers: Vec<PostNormLayer>,
    head: Head,
    first: u32,
    last: u32,
    longest: usize,
}

/// What makes likelihoods of tokens from the state of the last one.
#[derive(Debug)]
struct Head {
    transform: Linear,
    activation: Activation,
    norm: LayerNorm,
    decoder: Linear,
}

impl CaptionModel {
    /// Loads the network from a folder of the model type `blip`.
    ///
    /// # Errors
    /// Returns an error that names what is missing, broken or of another model.
    pub fn load(path: &Path) -> Result<Self> {
        let folder = ModelFolder::open(path, &["blip"])?;
        let (vision, text) = configs(&folder)?;
        let sizes = Sizes {
            width: text.hidden_size,
            inner_width: text.intermediate_size,
            layers: text.num_hidden_layers,
            heads: text.num_attention_heads,
            epsilon: text.layer_norm_eps,
            activation: text.hidden_act.into(),
        };
        let sizes = sizes.checked(&folder)?;
        let (vocabulary, positions) = (text.vocab_size, text.max_position_embeddings);
        let embedding = |part: &str, rows| {
            let name = format!("{DECODER}.bert.embeddings.{part}_embeddings.weight");
            folder.tensor(&name, &[rows, sizes.width])
        };
        let tokens = embedding("word", vocabulary)?;
        let layers = (0..sizes.layers).map(|index| {
            let name = format!("{DECODER}.bert.encoder.layer.{index}");
            PostNormLayer::load(&folder, &name, &sizes, Some(text.encoder_hidden_size))
        });
        let norm = format!("{DECODER}.bert.embeddings.LayerNorm");
        let model = Self {
            tower: tower(&folder, &vision)?,
            words: Words::load(path, vocabulary, positions, &[(text.sep_token_id, "[SEP]")])?,
            positions: embedding("position", positions)?,
            norm: folder.norm(&norm, sizes.width, sizes.epsilon)?,
            layers: layers.collect::<Result<_>>()?,
            head: Head::load(&folder, &sizes, &tokens)?,
            tokens,
            first: text.bos_token_id,
            last: text.sep_token_id,
            longest: text.max_length,
        };
        folder.finish(|name| is_buffer(name) || name == format!("{HEAD}.decoder.bias"))?;
        Ok(model)
    }

    /// Returns captions of pictures: at each step the likeliest token (greedy search), as `generate` without options does.
    ///
    /// # Errors
    /// Returns an error if a picture is empty or a tensor operation fails.
    pub fn describe(&self, pictures: &[Rgb]) -> Result<Vec<Caption>> {
        expect_pictures(pictures)?;
        let seen = self
            .tower
            .last_norm
            .forward(&self.tower.forward(pictures)?)?;
        let memories = self.layers.iter().map(|layer| layer.picture_memory(&seen));
        let memories: Vec<Option<Memory>> = memories.collect::<Result<_>>()?;
        let mut past: Vec<Option<Memory>> = vec![None; self.layers.len()];
        let mut captions = vec![vec![self.first]; pictures.len()];
        let mut now = vec![self.first; pictures.len()];
        let is_done = |caption: &Vec<u32>| caption.last() == Some(&self.last);
        for position in 0..self.longest - 1 {
            now = self.next_tokens(&now, position, &mut past, &memories)?;
            for (caption, &token) in captions.iter_mut().zip(&now) {
                if !is_done(caption) {
                    caption.push(token);
                }
            }
            if captions.iter().all(is_done) {
                break;
            }
        }
        let caption = |tokens: Vec<u32>| {
            let text = self.words.decode(&tokens[1..])?;
            Ok(Caption { tokens, text })
        };
        captions.into_iter().map(caption).collect()
    }

    /// Returns a picture as the model sees it: planes of red, green and blue.
    pub fn planes(&self, picture: &Rgb) -> Vec<f32> {
        self.tower.planes(picture)
    }

    /// Returns the likeliest token after each of `tokens`, which are at `position`.
    fn next_tokens(
        &self,
        tokens: &[u32],
        position: usize,
        past: &mut [Option<Memory>],
        memories: &[Option<Memory>],
    ) -> Result<Vec<u32>> {
        let tokens = Tensor::new(tokens, &Device::Cpu)?;
        let rows = self.tokens.index_select(&tokens, 0)?;
        let rows = rows.broadcast_add(&self.positions.narrow(0, position, 1)?)?;
        let mut x = self.norm.forward(&rows.unsqueeze(1)?)?;
        for ((layer, past), memory) in self.layers.iter().zip(past).zip(memories) {
            x = layer.step(&x, past, memory.as_ref())?;
        }
        let scores = self.head.forward(&x.squeeze(1)?)?;
        Ok(scores.argmax(D::Minus1)?.to_vec1()?)
    }
}

/// Where the head's tensors are.
const HEAD: &str = "text_decoder.cls.predictions";

impl Head {
    /// Loads the head; if the file has no weights of the decoder, they are those of the `tokens`.
    fn load(folder: &ModelFolder, sizes: &Sizes, tokens: &Tensor) -> Result<Self> {
        let (vocabulary, width) = tokens.dims2()?;
        let decoder = format!("{HEAD}.decoder.weight");
        let weight = match folder.has(&decoder) {
            true => folder.tensor(&decoder, &[vocabulary, width])?,
            false => tokens.clone(),
        };
        let bias = folder.tensor(&format!("{HEAD}.bias"), &[vocabulary])?;
        Ok(Self {
            transform: folder.linear(&format!("{HEAD}.transform.dense"), width, width)?,
            activation: sizes.activation,
            norm: folder.norm(&format!("{HEAD}.transform.LayerNorm"), width, sizes.epsilon)?,
            decoder: Linear::new(weight, Some(bias))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.activation.forward(&self.transform.forward(x)?)?;
        Ok(self.decoder.forward(&self.norm.forward(&x)?)?)
    }
}

/// Reads both sections of the configuration.
fn configs(folder: &ModelFolder) -> Result<(VisionConfig, TextConfig)> {
    let vision: VisionConfig = folder.config("vision_config")?;
    let text: TextConfig = folder.config("text_config")?;
    expect_texts(folder, text.vocab_size, text.max_position_embeddings)?;
    let is_token = |token: u32| (token as usize) < text.vocab_size;
    let is_length = (2..=text.max_position_embeddings).contains(&text.max_length);
    if !is_length || !is_token(text.bos_token_id) || !is_token(text.sep_token_id) {
        let found = format!(
            "captions of {} tokens from {} to {}",
            text.max_length, text.bos_token_id, text.sep_token_id
        );
        return Err(folder.config_fault(found, "tokens of its vocabulary"));
    }
    // The width of what the decoder looks at is that of the tower, whatever an older file says.
    let encoder_hidden_size = vision.hidden_size;
    Ok((
        vision,
        TextConfig {
            encoder_hidden_size,
            ..text
        },
    ))
}

fn tower(folder: &ModelFolder, config: &VisionConfig) -> Result<VisionTower> {
    let sizes = Sizes {
        width: config.hidden_size,
        inner_width: config.intermediate_size,
        layers: config.num_hidden_layers,
        heads: config.num_attention_heads,
        epsilon: config.layer_norm_eps,
        activation: config.hidden_act.into(),
    };
    let sight = Sight {
        side: config.image_size,
        patch: config.patch_size,
    };
    VisionTower::load(folder, TowerKind::Blip, &sizes.checked(folder)?, sight)
}
