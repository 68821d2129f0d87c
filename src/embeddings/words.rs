//! A model's tokeniser.

use std::path::{Path, PathBuf};

use tokenizers::{Tokenizer, TruncationParams};

use super::transformer::Reach;
use crate::error::{Error, Fault, Result};
use crate::formats::bounded_file::read_bounded;

/// The file of a tokeniser.
const FILE: &str = "tokenizer.json";
/// The most bytes of it.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// How many tokens a model may have that its tokeniser does not know; BLIP has two.
const MAX_UNKNOWN: usize = 64;

/// Turns words into tokens and back.
pub(super) struct Words {
    tokenizer: Tokenizer,
    path: PathBuf,
}

impl Words {
    /// Loads the tokeniser of a model of this reach that has `special` tokens, given as their number and text.
    ///
    /// # Errors
    /// Returns an error if the file is missing or broken, or belongs to another model.
    pub(super) fn load(folder: &Path, reach: Reach, special: &[(u32, &str)]) -> Result<Self> {
        let Reach {
            vocabulary,
            longest,
        } = reach;
        let path = folder.join(FILE);
        let bytes = read_bounded(&path, MAX_FILE_BYTES)?;
        let fault = |found: String, expected: &str| Fault::new(found, expected).in_file(&path);
        let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(|error| {
            fault(
                error.to_string(),
                "a tokeniser as the tokenizers library writes it",
            )
        })?;
        let known = tokenizer.get_vocab_size(true);
        let highest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0) as usize;
        if highest >= vocabulary || known + MAX_UNKNOWN < vocabulary {
            return Err(fault(
                format!("{known} tokens up to number {highest}"),
                &format!("those of the model beside it, which has {vocabulary}"),
            ));
        }
        for &(number, text) in special {
            if tokenizer.token_to_id(text) != Some(number) {
                return Err(fault(
                    format!("{:?} for `{text}`", tokenizer.token_to_id(text)),
                    &format!("number {number}, as the model beside it has it"),
                ));
            }
        }
        let truncation = TruncationParams {
            max_length: longest,
            ..TruncationParams::default()
        };
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(truncation))
            .map_err(|error| fault(error.to_string(), "a tokeniser that can shorten its input"))?;
        Ok(Self { tokenizer, path })
    }

    /// Returns the tokens of a text with those that begin and end it, as many as the model reads.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self
            .tokenizer
            .encode(text, true)
            .map_err(|error| self.error(error))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Returns the text of tokens without special ones.
    pub(super) fn decode(&self, tokens: &[u32]) -> Result<String> {
        self.tokenizer
            .decode(tokens, true)
            .map_err(|error| self.error(error))
    }

    /// Returns the number of a token, or `None` if there is none of this text.
    pub(super) fn number(&self, text: &str) -> Option<u32> {
        self.tokenizer.token_to_id(text)
    }

    fn error(&self, error: impl ToString) -> Error {
        Fault::new(error.to_string(), "a text that it can read").in_file(&self.path)
    }
}
