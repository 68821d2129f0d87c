//! What the host's project remembers: the takes, the clip as far as it was heard, and the settings that are no
//! parameters.

use std::io::Read;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use serde::{Deserialize, Serialize};

use super::saved_clip::SavedClip;
use crate::conditioning::harmony::Harmony;
use crate::diffusion::sampler::SamplerSettings;
use crate::error::Fault;
use crate::music::draft::Draft;

/// Version of the form in which [`State`] is saved; raised when an older program could not make sense of it.
const VERSION: u32 = 1;
/// What the text of a saved state starts with.
const MARK: &str = "diff-bgm/";
/// The largest state that is read, in bytes before compression.
const MAX_BYTES: u64 = 64 << 20;
/// The most steps a segment that the editor offers.
pub const MAX_STEPS: usize = 100;

/// Everything that is saved apart from the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The drafts that were made, oldest first.
    pub takes: Vec<Take>,
    /// Which of them is played.
    pub current: Option<usize>,
    /// The clip that drafts are made for.
    pub clip: Option<SavedClip>,
    /// A model file, or nothing for the model in the box.
    pub model: Option<PathBuf>,
    /// Seed of the next draft.
    pub seed: u64,
    /// Sampling steps a segment of the next draft.
    pub steps: usize,
    /// Where the chords of the next draft come from.
    pub harmony: Harmony,
}

/// A draft that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// What the user calls it.
    pub name: String,
    /// The notes and how they were made.
    pub draft: Draft,
    /// When it was made, in seconds since 1970.
    pub made_unix_seconds: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            takes: Vec::new(),
            current: None,
            clip: None,
            model: None,
            seed: 1,
            steps: SamplerSettings::default().steps,
            harmony: Harmony::default(),
        }
    }
}

impl State {
    /// The take that is played.
    pub fn current_take(&self) -> Option<&Take> {
        self.takes.get(self.current?)
    }

    /// Adds a take and makes it the one that is played.
    pub fn add_take(&mut self, draft: Draft, made_unix_seconds: u64) {
        let number = self.takes.len() + 1;
        let seed = draft.recipe.settings.seed;
        self.takes.push(Take {
            name: format!("{number} seed {seed}"),
            draft,
            made_unix_seconds,
        });
        self.current = Some(self.takes.len() - 1);
    }

    /// Removes a take; its neighbour is played if it was the current one.
    pub fn delete_take(&mut self, index: usize) {
        if index >= self.takes.len() {
            return;
        }
        self.takes.remove(index);
        self.current = match self.current {
            _ if self.takes.is_empty() => None,
            Some(current) if current > index => Some(current - 1),
            Some(current) => Some(current.min(self.takes.len() - 1)),
            None => None,
        };
    }

    /// The state as text: a mark with the version, then deflated JSON in base 64.
    ///
    /// # Errors
    /// When it is larger than what would be read again, or holds a number that JSON cannot express.
    pub fn to_text(&self) -> Result<String, Fault> {
        let json = serde_json::to_vec(self)
            .map_err(|error| Fault::new(error.to_string(), "a state that JSON can hold"))?;
        if json.len() as u64 > MAX_BYTES {
            return Err(Fault::new(
                format!("{} bytes of takes", json.len()),
                format!("at most {MAX_BYTES}; delete takes that are no longer needed"),
            ));
        }
        let mut deflated = Vec::new();
        DeflateEncoder::new(json.as_slice(), Compression::default())
            .read_to_end(&mut deflated)
            .map_err(|error| Fault::new(error.to_string(), "a state that can be compressed"))?;
        Ok(format!("{MARK}{VERSION} {}", BASE64.encode(deflated)))
    }

    /// Reads what [`State::to_text`] wrote. Nothing at all is an empty state.
    ///
    /// # Errors
    /// When the text is something else, is damaged, or was written by a later version.
    pub fn from_text(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let damaged = |found: String| Fault::new(found, "a state that Diff-BGM saved");
        let (version, body) = text
            .strip_prefix(MARK)
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| damaged("something else".to_owned()))?;
        let version: u32 = version
            .parse()
            .map_err(|_| damaged(format!("version «{version}»")))?;
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

    /// Pulls what came from outside into its ranges.
    fn within_limits(mut self) -> Self {
        self.steps = self.steps.clamp(1, MAX_STEPS);
        self.current = self.current.filter(|&current| current < self.takes.len());
        self.clip = self.clip.filter(SavedClip::is_sound);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::draft::Recipe;
    use crate::music::note::Note;
    use crate::time::{Bars, Beats, Tempo};

    fn draft(seed: u64) -> Draft {
        let mut recipe = Recipe::default();
        recipe.settings.seed = seed;
        Draft {
            notes: vec![Note {
                start: Beats(0.25),
                length: Beats(1.5),
                pitch: 60,
                velocity: 90,
            }],
            bars: Bars(8),
            tempo: Tempo::DEFAULT,
            cuts: vec![Beats(4.5)],
            recipe,
        }
    }

    fn with_takes(count: u64) -> State {
        let mut state = State::default();
        for seed in 0..count {
            state.add_take(draft(seed), 1_700_000_000);
        }
        state
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let state = with_takes(3);
        assert_eq!(State::from_text(&state.to_text().unwrap()), Ok(state));
    }

    #[test]
    fn a_state_from_before_there_were_chords_has_them_planned() {
        let mut json = serde_json::to_value(with_takes(1)).unwrap();
        json.as_object_mut().unwrap().remove("harmony");
        let state: State = serde_json::from_value(json).unwrap();
        assert_eq!(state, with_takes(1));
        assert_eq!(state.harmony, Harmony::Planned(None));
    }

    #[test]
    fn nothing_is_an_empty_state() {
        assert_eq!(State::from_text(""), Ok(State::default()));
    }

    #[test]
    fn damaged_foreign_and_truncated_states_are_refused() {
        let text = with_takes(2).to_text().unwrap();
        let cut = &text[..text.len() / 2];
        for wrong in ["{}", "diff-bgm/1 ", "diff-bgm/x AAAA", "diff-bgm/1 ÄÖ", cut] {
            assert!(State::from_text(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_state_of_a_later_version_says_so() {
        let text = with_takes(1).to_text().unwrap().replacen("/1", "/2", 1);
        let fault = State::from_text(&text).unwrap_err();
        assert!(fault.to_string().contains("a later Diff-BGM saved it"));
    }

    #[test]
    fn a_small_text_that_unpacks_to_a_huge_one_is_refused() {
        let mut deflated = Vec::new();
        let zeros = std::io::repeat(b' ').take(MAX_BYTES + 10);
        DeflateEncoder::new(zeros, Compression::best())
            .read_to_end(&mut deflated)
            .unwrap();
        let text = format!("{MARK}{VERSION} {}", BASE64.encode(deflated));
        let fault = State::from_text(&text).unwrap_err();
        assert!(fault.found.starts_with("more than"), "{fault}");
    }

    #[test]
    fn values_out_of_range_are_pulled_in() {
        let mut state = with_takes(1);
        state.current = Some(7);
        state.steps = 0;
        let read = State::from_text(&state.to_text().unwrap()).unwrap();
        assert_eq!((read.current, read.steps), (None, 1));
    }

    #[test]
    fn deleting_a_take_keeps_playing_the_one_that_was_chosen() {
        let mut state = with_takes(3);
        state.delete_take(0);
        assert_eq!(state.current_take().unwrap().name, "3 seed 2");
        state.delete_take(1);
        assert_eq!(state.current_take().unwrap().name, "2 seed 1");
        state.delete_take(0);
        assert_eq!(state.current, None);
    }
}
