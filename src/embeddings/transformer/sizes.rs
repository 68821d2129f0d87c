//! The sizes that a configuration states.

use serde::Deserialize;

use crate::embeddings::model_folder::ModelFolder;
use crate::error::Result;
use crate::kernel::activation::Activation;

/// The largest of each size that a configuration may state; full-size models have a fifth of them.
const MAX_WIDTH: usize = 8192;
const MAX_INNER_WIDTH: usize = 32_768;
const MAX_LAYERS: usize = 64;
const MAX_HEADS: usize = 128;
/// The most tokens that a model knows, and reads at once.
const MAX_VOCABULARY: usize = 1 << 20;
const MAX_POSITIONS: usize = 4096;

/// The sizes of a stack of layers.
#[derive(Clone, Copy, Debug)]
pub(in crate::embeddings) struct Sizes {
    pub(in crate::embeddings) width: usize,
    pub(in crate::embeddings) inner_width: usize,
    pub(in crate::embeddings) layers: usize,
    pub(in crate::embeddings) heads: usize,
    pub(in crate::embeddings) epsilon: f64,
    pub(in crate::embeddings) activation: Activation,
}

/// A stack as a configuration states it.
#[derive(Deserialize)]
struct StatedSizes {
    hidden_size: Option<usize>,
    intermediate_size: Option<usize>,
    num_hidden_layers: Option<usize>,
    num_attention_heads: Option<usize>,
    layer_norm_eps: Option<f64>,
    hidden_act: Option<ActivationName>,
}

/// The names of activations in configurations.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActivationName {
    Gelu,
    QuickGelu,
}

impl From<ActivationName> for Activation {
    fn from(name: ActivationName) -> Self {
        match name {
            ActivationName::Gelu => Self::Gelu,
            ActivationName::QuickGelu => Self::QuickGelu,
        }
    }
}

impl Sizes {
    /// Reads the sizes in a section of the configuration; what it leaves out is as in `usual`.
    ///
    /// # Errors
    /// Returns an error if a value has the wrong type, or the sizes are not possible.
    pub(in crate::embeddings) fn read(
        folder: &ModelFolder,
        section: &str,
        usual: Self,
    ) -> Result<Self> {
        let stated: StatedSizes = folder.config(section)?;
        let sizes = Self {
            width: stated.hidden_size.unwrap_or(usual.width),
            inner_width: stated.intermediate_size.unwrap_or(usual.inner_width),
            layers: stated.num_hidden_layers.unwrap_or(usual.layers),
            heads: stated.num_attention_heads.unwrap_or(usual.heads),
            epsilon: stated.layer_norm_eps.unwrap_or(usual.epsilon),
            activation: stated.hidden_act.map_or(usual.activation, Activation::from),
        };
        sizes.checked(folder)
    }

    fn checked(self, folder: &ModelFolder) -> Result<Self> {
        let Self {
            width,
            inner_width,
            layers,
            heads,
            ..
        } = self;
        let is_possible = (1..=MAX_WIDTH).contains(&width)
            && (1..=MAX_INNER_WIDTH).contains(&inner_width)
            && layers <= MAX_LAYERS
            && (1..=MAX_HEADS).contains(&heads)
            && width.is_multiple_of(heads);
        if is_possible && self.epsilon > 0.0 && self.epsilon < 1.0 {
            return Ok(self);
        }
        let epsilon = self.epsilon;
        Err(folder.config_fault(
            format!(
                "{layers} layers of width {width} and {inner_width} with {heads} heads, and an epsilon of {epsilon}"
            ),
            "possible sizes, the width divisible by the heads",
        ))
    }
}

/// How many tokens a model knows, and reads at once.
#[derive(Clone, Copy, Debug)]
pub(in crate::embeddings) struct Reach {
    pub(in crate::embeddings) vocabulary: usize,
    pub(in crate::embeddings) longest: usize,
}

/// A reach as a configuration states it.
#[derive(Deserialize)]
struct StatedReach {
    vocab_size: Option<usize>,
    max_position_embeddings: Option<usize>,
}

impl Reach {
    /// Reads the reach in a section of the configuration; what it leaves out is as in `usual`.
    ///
    /// # Errors
    /// Returns an error if a value has the wrong type or is out of range.
    pub(in crate::embeddings) fn read(
        folder: &ModelFolder,
        section: &str,
        usual: Self,
    ) -> Result<Self> {
        let stated: StatedReach = folder.config(section)?;
        let vocabulary = stated.vocab_size.unwrap_or(usual.vocabulary);
        let longest = stated.max_position_embeddings.unwrap_or(usual.longest);
        if (8..=MAX_VOCABULARY).contains(&vocabulary) && (8..=MAX_POSITIONS).contains(&longest) {
            return Ok(Self {
                vocabulary,
                longest,
            });
        }
        let found = format!("{vocabulary} tokens, of which {longest} are read at once");
        let expected = format!("8 to {MAX_VOCABULARY}, and 8 to {MAX_POSITIONS}");
        Err(folder.config_fault(found, &expected))
    }
}
