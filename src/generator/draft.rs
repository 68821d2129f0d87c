//! A draft: a score, and how it was made.

mod landmarks;
mod midi_text;
mod saved;

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::conditioning::steering::{Lane, Steering};
use crate::error::{Fault, Result};
use crate::formats::atomic_file;
use crate::music::controls::{ControlRequest, Controls, energy_of};
use crate::music::cues::Cue;
use crate::music::midi_file::{MidiContents, MidiFile};
use crate::music::score::Score;
use crate::time::Beats;

/// A score for a clip, and how it was made.
///
/// Deserialising repairs the score (see [`Score::repaired`]), so that a project with impossible notes still opens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The music.
    pub score: Score,
    /// How it was made.
    pub recipe: Recipe,
}

/// Everything needed to make a draft again, apart from the clip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// The model's name: its file's stem, or `default` for the built-in model.
    pub model: String,
    /// The guidance scale that was used, whether set or the model's own.
    pub guidance_scale: f64,
    /// All other settings.
    pub settings: Settings,
    /// The requests for each beat, so that bars can be painted again without the clip (`parts`).
    pub asked: Option<Asked>,
}

/// The requests for each beat of a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The cues, without reference to a clip.
    pub steering: Steering,
    /// The activity at each beat, −1 to 1, which sets the loudness of notes.
    pub energy: Vec<f32>,
    /// The end of the picture.
    pub picture_end: Beats,
}

impl Asked {
    /// Takes over what another draft was asked in the beats for which `is_taken` holds, in a draft of `count` beats. The last
    /// loudness of either holds from there on.
    pub(super) fn take_over(
        &mut self,
        other: &Self,
        count: usize,
        is_taken: impl Fn(usize) -> bool,
    ) {
        for cue in Cue::ALL {
            let (here, there) = (&self.steering.lanes[cue], &other.steering.lanes[cue]);
            let value = |beat| if is_taken(beat) { there } else { here }.value(beat, None);
            let lane = Lane::of_values((0..count).map(value).collect());
            self.steering.lanes[cue] = lane;
        }
        let value = |beat| {
            let energy = if is_taken(beat) {
                &other.energy
            } else {
                &self.energy
            };
            energy.get(beat).or(energy.last()).copied()
        };
        if let Some(energy) = (0..count).map(value).collect() {
            self.energy = energy;
        }
    }
}

impl Draft {
    /// Returns the control changes that its settings ask for. Expression follows the energy that was asked for, or the
    /// loudness of the notes where the draft does not say.
    pub fn controls(&self) -> Controls {
        let Settings {
            pedal, expression, ..
        } = self.recipe.settings;
        let energy = match &self.recipe.asked {
            Some(asked) => Cow::Borrowed(&*asked.energy),
            None if expression => Cow::Owned(energy_of(&self.score)),
            None => Cow::default(),
        };
        let request = ControlRequest {
            pedal,
            expression,
            energy: &energy,
        };
        Controls::of(&self.score, &request)
    }

    /// Returns the draft as a MIDI file with its control changes, with every part on its own channel; see
    /// [`Score::to_midi_with`].
    ///
    /// # Errors
    /// As for [`Score::to_midi`].
    pub fn to_midi(&self) -> Result<Vec<u8>, Fault> {
        self.score.to_midi_with(&MidiContents {
            description: &self.description(),
            controls: Some(&self.controls()),
            ..MidiContents::default()
        })
    }

    /// Writes the draft as a MIDI file, with every part on its own channel, atomically.
    ///
    /// # Errors
    /// As for [`Score::write_midi`].
    pub fn write_midi(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic_file::write_bytes(path.as_ref(), &self.to_midi()?)
    }

    /// Returns the text that describes the draft in a MIDI file: a line for people and, in the family `parts`, another from
    /// which [`Draft::of_midi`] reads it back.
    pub fn description(&self) -> String {
        midi_text::write(self)
    }

    /// Reads a draft back from a MIDI file that [`Draft::to_midi`] wrote for a model of the `parts` family. Notes are those
    /// of the file, so that edits made elsewhere are kept; parts follow from the names of the tracks, or else from the channels.
    ///
    /// # Errors
    /// Returns an error if the file does not contain the draft's requests.
    pub fn of_midi(file: &MidiFile) -> Result<Self> {
        midi_text::read(file)
    }

    /// Returns whether `file`, which the draft was read from, still has its tempo and its metre.
    pub fn is_timed_as(&self, file: &MidiFile) -> bool {
        midi_text::is_timed_as(&self.score, file)
    }

    /// Writes a PNG of the draft's notes, atomically.
    ///
    /// # Errors
    /// As for [`Score::write_picture`].
    pub fn write_roll_picture(&self, path: impl AsRef<Path>) -> Result<()> {
        let Recipe {
            model, settings, ..
        } = &self.recipe;
        let caption = format!("{model}  seed {}", settings.seed);
        self.score.write_picture(path, &caption)
    }
}

/// The recipe in one line.
impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { seed, sampler, .. } = &self.settings;
        write!(
            f,
            "Diff-BGM {}: model {}, seed {seed}, {} in {} steps, guidance {}",
            env!("CARGO_PKG_VERSION"),
            self.model,
            sampler.kind,
            sampler.steps,
            self.guidance_scale
        )
    }
}
