//! BLIP (Li et al., 2022): a picture as a sentence.

use std::path::Path;

use candle_core::{D, Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::picture::Rgb;
use super::transformer::{Memory, PostNormLayer, Reach, Sizes};
use super::vision::{Sight, TowerKind, VisionTower};
use super::visual::{expect_pictures, is_buffer};
use super::words::Words;
use crate::error::Result;
use crate::kernel::activation::Activation;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

/// Where the decoder's tensors are.
const DECODER: &str = "text_decoder";

/// The sizes of both towers that a configuration leaves out, as in the reference.
const USUAL_VISION: Sizes = Sizes {
    width: 768,
    inner_width: 3072,
    layers: 12,
    heads: 12,
    epsilon: 1e-5,
    activation: Activation::Gelu,
};
const USUAL_SIGHT: Sight = Sight {
    side: 384,
    patch: 16,
};
const USUAL_TEXT: Sizes = Sizes {
    heads: 8,
    epsilon: 1e-12,
    ..USUAL_VISION
};
const USUAL_REACH: Reach = Reach {
    vocabulary: 30_524,
    longest: 512,
};

/// What `config.json` says of captions; defaults as in the reference.
#[derive(Deserialize)]
#[serde(default)]
struct CaptionConfig {
    bos_token_id: u32,
    sep_token_id: u32,
    /// Tokens of a caption with the first.
    max_length: usize,
}

impl Default for CaptionConfig {
    fn default() -> Self {
        Self {
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
        let seen = Sizes::read(&folder, "vision_config", USUAL_VISION)?;
        let sight = Sight::read(&folder, "vision_config", USUAL_SIGHT)?;
        let sizes = Sizes::read(&folder, "text_config", USUAL_TEXT)?;
        let reach = Reach::read(&folder, "text_config", USUAL_REACH)?;
        let captions = captions(&folder, reach)?;
        let embedding = |part: &str, rows| {
            let name = format!("{DECODER}.bert.embeddings.{part}_embeddings.weight");
            folder.tensor(&name, &[rows, sizes.width])
        };
        let tokens = embedding("word", reach.vocabulary)?;
        let layers = (0..sizes.layers).map(|index| {
            let name = format!("{DECODER}.bert.encoder.layer.{index}");
            // The decoder looks at what the tower saw, whatever width an older file gives it.
            PostNormLayer::load(&folder, &name, &sizes, Some(seen.width))
        });
        let norm = format!("{DECODER}.bert.embeddings.LayerNorm");
        let model = Self {
            tower: VisionTower::load(&folder, TowerKind::Blip, &seen, sight)?,
            words: Words::load(path, reach, &[(captions.sep_token_id, "[SEP]")])?,
            positions: embedding("position", reach.longest)?,
            norm: folder.norm(&norm, sizes.width, sizes.epsilon)?,
            layers: layers.collect::<Result<_>>()?,
            head: Head::load(&folder, &sizes, &tokens)?,
            tokens,
            first: captions.bos_token_id,
            last: captions.sep_token_id,
            longest: captions.max_length,
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

/// Reads what the configuration says of captions.
fn captions(folder: &ModelFolder, reach: Reach) -> Result<CaptionConfig> {
    let captions: CaptionConfig = folder.config("text_config")?;
    let is_token = |token: u32| (token as usize) < reach.vocabulary;
    let is_length = (2..=reach.longest).contains(&captions.max_length);
    if is_length && is_token(captions.bos_token_id) && is_token(captions.sep_token_id) {
        return Ok(captions);
    }
    let found = format!(
        "captions of {} tokens from {} to {}",
        captions.max_length, captions.bos_token_id, captions.sep_token_id
    );
    Err(folder.config_fault(found, "tokens of its vocabulary"))
}
