//! The text form of a state in the host's project.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use serde::Serialize;

use super::{MAX_TAKES, State};
use crate::error::Fault;

/// The version of the form. It increases when older programs could not read a new one.
pub(super) const VERSION: u32 = 1;
/// The start of the text, before the version.
pub(super) const MARK: &str = "diff-bgm/";
/// The largest state, in bytes before compression.
pub(super) const MAX_BYTES: u64 = 64 << 20;

impl State {
    /// Returns the state as text: a mark with the version, then deflated JSON in base 64.
    ///
    /// # Errors
    /// Returns an error if the state is too large to be read again.
    pub fn to_text(&self) -> Result<String, Fault> {
        let json = json(self)?;
        if json.len() as u64 > MAX_BYTES || self.takes.len() > MAX_TAKES {
            return Err(Fault::new(
                format!("{} takes of {} bytes", self.takes.len(), json.len()),
                format!("at most {MAX_TAKES} of {MAX_BYTES} bytes together"),
            ));
        }
        let mut deflated = Vec::new();
        DeflateEncoder::new(json.as_slice(), Compression::default())
            .read_to_end(&mut deflated)
            .map_err(|error| Fault::new(error.to_string(), "a state that can be compressed"))?;
        Ok(format!("{MARK}{VERSION} {}", BASE64.encode(deflated)))
    }

    /// Returns the state as text, and how many takes were left out because it would have been too large to be read again.
    /// The oldest go first and the current one last.
    ///
    /// # Errors
    /// Returns an error if the state is too large even without takes.
    pub(crate) fn to_text_that_fits(&self) -> Result<(String, usize), Fault> {
        let too_large = match self.to_text() {
            Ok(text) => return Ok((text, 0)),
            Err(fault) => fault,
        };
        let mut state = self.clone();
        state.leave_out_oldest(MAX_TAKES);
        let mut bytes = json(&state)?.len() as u64;
        while bytes > MAX_BYTES {
            let Some(oldest) = state.oldest_take() else {
                return Err(too_large);
            };
            bytes = bytes.saturating_sub(json(&state.takes[oldest])?.len() as u64);
            state.delete_take(oldest);
        }
        let left_out = self.takes.len() - state.takes.len();
        Ok((state.to_text()?, left_out))
    }

    /// Returns whether `text` is a state that a later version saved in a form that this one cannot read.
    pub fn is_of_later_version(text: &str) -> bool {
        let version = version_and_body(text).and_then(|(version, _)| version.parse().ok());
        version.is_some_and(|version: u32| version > VERSION)
    }

    /// Reads what [`State::to_text`] wrote. An empty text is an empty state.
    ///
    /// # Errors
    /// Returns an error if the text is not a saved state, is damaged, or was written by a later version.
    pub fn from_text(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let damaged = |found: String| Fault::new(found, "a state that Diff-BGM saved");
        let (version, body) =
            version_and_body(text).ok_or_else(|| damaged("something else".to_owned()))?;
        let version: u32 = version
            .parse()
            .map_err(|_| damaged(format!("version `{version}`")))?;
        if version > VERSION {
            return Err(Fault::new(
                format!("a state of version {version}"),
                format!("{VERSION} or less; a later Diff-BGM saved it"),
            ));
        }
        let deflated = BASE64
            .decode(body)
            .map_err(|error| damaged(format!("damaged text ({error})")))?;
        let mut json = Vec::new();
        DeflateDecoder::new(deflated.as_slice())
            .take(MAX_BYTES + 1)
            .read_to_end(&mut json)
            .map_err(|error| damaged(format!("damaged bytes ({error})")))?;
        if json.len() as u64 > MAX_BYTES {
            return Err(damaged(format!("more than {MAX_BYTES} bytes")));
        }
        let state: Self = serde_json::from_slice(&json)
            .map_err(|error| damaged(format!("damaged contents ({error})")))?;
        Ok(state.within_limits())
    }
}

/// Splits a saved state after its version; `None` if it is none.
fn version_and_body(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(MARK)?.split_once(' ')
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value)
        .map_err(|error| Fault::new(error.to_string(), "a state that JSON can hold"))
}
