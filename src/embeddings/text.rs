//! BERT (Devlin et al., 2018): a sentence as numbers.

use std::path::Path;
use std::str::FromStr;

use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::transformer::{ActivationName, PostNormLayer, Sizes};
use super::visual::{expect_texts, is_buffer};
use super::words::Words;
use crate::error::{Fault, Result, find_named};
use crate::kernel::layer_norm::LayerNorm;

/// What `config.json` says; defaults as in the reference.
#[derive(Deserialize)]
#[serde(default)]
struct Config {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: ActivationName,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
    position_embedding_type: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vocab_size: 30_522,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: ActivationName::Gelu,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
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
            tokens: embedding("word", vocabulary)?,
            positions: embedding("position", longest)?.broadcast_add(&first_kind)?,
            norm: norm?,
            layers: layers.collect::<Result<_>>()?,
            words: Words::load(path, vocabulary, longest, &[])?,
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
