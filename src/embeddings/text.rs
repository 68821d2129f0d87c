//! BERT (Devlin et al., 2018): a sentence as numbers.

use std::path::Path;
use std::str::FromStr;

use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::transformer::{PostNormLayer, Reach, Sizes};
use super::visual::is_buffer;
use super::words::Words;
use crate::error::{Fault, Result, find_named};
use crate::kernel::activation::Activation;
use crate::kernel::layer_norm::LayerNorm;

/// The sizes that a configuration leaves out, as in the reference.
const USUAL: Sizes = Sizes {
    width: 768,
    inner_width: 3072,
    layers: 12,
    heads: 12,
    epsilon: 1e-12,
    activation: Activation::Gelu,
};
const USUAL_REACH: Reach = Reach {
    vocabulary: 30_522,
    longest: 512,
};

/// What else `config.json` says; defaults as in the reference.
#[derive(Deserialize)]
#[serde(default)]
struct Config {
    type_vocab_size: usize,
    position_embedding_type: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            type_vocab_size: 2,
            position_embedding_type: "absolute".to_owned(),
        }
    }
}

/// How the tokens of a sentence become one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pooling {
    /// The last state of the first token, `[CLS]`.
    #[default]
    Cls,
    /// The mean of the last states of all tokens, with `[CLS]` and `[SEP]`.
    Mean,
}

impl Pooling {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cls, Self::Mean];

    /// Returns the name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cls => "cls",
            Self::Mean => "mean",
        }
    }
}

impl FromStr for Pooling {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a pooling", name, &Self::ALL, Self::name)
    }
}

/// BERT.
pub struct TextModel {
    words: Words,
    /// `[vocabulary, width]`, `[positions, width]`, with the row that says that there is one sentence.
    tokens: Tensor,
    positions: Tensor,
    norm: LayerNorm,
    layers: Vec<PostNormLayer>,
    width: usize,
}

impl TextModel {
    /// Loads the network from a folder of the model type `bert`.
    ///
    /// # Errors
    /// Returns an error that names what is missing, broken or of another model.
    pub fn load(path: &Path) -> Result<Self> {
        let folder = ModelFolder::open(path, &["bert"])?;
        let config: Config = folder.config("")?;
        if config.position_embedding_type != "absolute" {
            let found = format!("`{}` positions", config.position_embedding_type);
            return Err(folder.config_fault(found, "`absolute` ones"));
        }
        let sizes = Sizes::read(&folder, "", USUAL)?;
        let reach = Reach::read(&folder, "", USUAL_REACH)?;
        if !(1..=64).contains(&config.type_vocab_size) {
            let found = format!("{} kinds of sentence", config.type_vocab_size);
            return Err(folder.config_fault(found, "1 to 64"));
        }
        // Networks with a head, as BERT was first published, have a name in front.
        let front = match folder.has("bert.embeddings.word_embeddings.weight") {
            true => "bert.",
            false => "",
        };
        let embedding = |part: &str, rows| {
            let name = format!("{front}embeddings.{part}_embeddings.weight");
            folder.tensor(&name, &[rows, sizes.width])
        };
        let first_kind = embedding("token_type", config.type_vocab_size)?.narrow(0, 0, 1)?;
        let layers = (0..sizes.layers).map(|index| {
            let name = format!("{front}encoder.layer.{index}");
            PostNormLayer::load(&folder, &name, &sizes, None)
        });
        let norm = folder.norm(
            &format!("{front}embeddings.LayerNorm"),
            sizes.width,
            sizes.epsilon,
        );
        let model = Self {
            tokens: embedding("word", reach.vocabulary)?,
            positions: embedding("position", reach.longest)?.broadcast_add(&first_kind)?,
            norm: norm?,
            layers: layers.collect::<Result<_>>()?,
            words: Words::load(path, reach, &[])?,
            width: sizes.width,
        };
        let is_head = |name: &str| name.starts_with("cls.") || name.contains("pooler.");
        folder.finish(|name| is_head(name) || is_buffer(name))?;
        if model.words.number("[CLS]").is_none() || model.words.number("[SEP]").is_none() {
            let fault = Fault::new("no `[CLS]` or no `[SEP]`", "the tokeniser of BERT");
            return Err(fault.in_file(path.join("tokenizer.json")));
        }
        Ok(model)
    }

    /// Returns the numbers in an embedding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the tokens of a sentence.
    ///
    /// # Errors
    /// Returns an error if the tokeniser cannot read it.
    pub fn tokens(&self, sentence: &str) -> Result<Vec<u32>> {
        self.words.encode(sentence)
    }

    /// Returns the embedding of a sentence.
    ///
    /// # Errors
    /// Returns an error if the tokeniser cannot read it, or a tensor operation fails.
    pub fn embed(&self, sentence: &str, pooling: Pooling) -> Result<Vec<f32>> {
        let tokens = self.words.encode(sentence)?;
        let count = tokens.len();
        if count == 0 {
            return Err(
                Fault::new("a sentence without tokens", "one with `[CLS]` at least").into(),
            );
        }
        let tokens = Tensor::from_vec(tokens, count, &Device::Cpu)?;
        let rows = self.tokens.index_select(&tokens, 0)?;
        let rows = (rows + self.positions.narrow(0, 0, count)?)?;
        let mut x = self.norm.forward(&rows.unsqueeze(0)?)?;
        for layer in &self.layers {
            x = layer.forward(&x)?;
        }
        let row = match pooling {
            Pooling::Cls => x.narrow(1, 0, 1)?.squeeze(1)?,
            Pooling::Mean => x.mean(1)?,
        };
        Ok(row.squeeze(0)?.to_vec1()?)
    }
}
