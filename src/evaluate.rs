//! Compares generated music with real music: segments are generated for the cues of held-out windows, and both are measured.
//!
//! - [`generate_segments`] makes segments for windows of POP909.
//! - [`parts`] makes them for windows in lead and accompaniment, and measures them by part and task.
//! - [`published`] makes whole pieces for clips of BGM909, and measures them as the paper of the published networks does.
//! - [`Report`] holds the figures of all families, as a table or as JSON.
//! - `held_out`: what is compared with.
//! - `measures`: figures of single segments, and how much their distributions overlap.
//! - `following`: how music follows the cues it was generated for.
//! - `retrieval`: whether the music can be matched to those cues among others; `music_features`: or to the real music.
//! - `statistics`: means, rank correlation, overlap of distributions.

mod following;
mod held_out;
mod measures;
mod music_features;
pub mod parts;
pub mod published;
mod report;
mod retrieval;
mod statistics;

use std::ops::ControlFlow;

pub use held_out::{HeldOut, merged};
pub use music_features::MusicFeatures;
pub use report::{FollowingReport, Pair, Report};
pub use retrieval::CANDIDATES;

use crate::conditioning::cue_scale::CueScale;
use crate::conditioning::{Conditioning, harmony};
use crate::dataset::pop909::Window;
use crate::diffusion::model::Model;
use crate::error::{Error, Fault, Result, find_named};
use crate::generator::{Settings, paint, uses_chords};
use crate::music::cues::Cue;
use crate::music::decode::{decode, encode};
use crate::music::piano_roll::PianoRoll;
use crate::time::{BARS_PER_SEGMENT, Bars};

/// Which chords the model receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Harmony {
    /// A progression planned for the window's mode, as drafts have by default.
    #[default]
    Planned,
    /// The chords of the held-out music.
    Given,
    /// None: the model chooses its own.
    Free,
}

impl Harmony {
    const ALL: [Self; 3] = [Self::Planned, Self::Given, Self::Free];

    /// Returns the name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Given => "given",
            Self::Free => "free",
        }
    }
}

impl std::str::FromStr for Harmony {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a harmony", name, &Self::ALL, Self::name)
    }
}

/// Generates a segment for the cues of each window.
///
/// The rolls are zeros and ones and contain only notes with an onset. The noise of window `n` has the seed
/// `settings.seed + n`. `on_progress` receives the share done, 0 to 1, and the index of the current window.
///
/// # Errors
/// Returns [`Error::Cancelled`] if `on_progress` asks for it, and another error if the model does not follow cues, cannot
/// read the given harmony, or a setting is out of range.
pub fn generate_segments(
    model: &Model,
    windows: &[Window],
    harmony: Harmony,
    settings: &Settings,
    on_progress: &mut dyn FnMut(f64, usize) -> ControlFlow<()>,
) -> Result<Vec<PianoRoll>> {
    let scale = CueScale::new(model.config())?;
    if harmony == Harmony::Given && !uses_chords(model, settings) {
        return Err(Error::Usage(format!(
            "The model {} does not read chords. Use planned or free harmony, or favour the tones of the chords.",
            model.name()
        )));
    }
    let segment = |(index, window): (usize, &Window)| {
        let settings = Settings {
            seed: settings.seed.wrapping_add(index as u64),
            ..settings.clone()
        };
        let chords = match harmony {
            Harmony::Planned => {
                let modes = window.cues.iter().map(|beat| Some(beat.get(Cue::Mode)));
                let modes: Vec<Option<f32>> = modes.collect();
                harmony::Harmony::Planned(None).chords(&modes, settings.seed)
            }
            Harmony::Given => Some(window.chords.clone()),
            Harmony::Free => None,
        };
        let conditioning = Conditioning::of_rows(scale.rows(&window.cues), chords);
        let bars = Bars(BARS_PER_SEGMENT);
        let roll = paint(model, &conditioning, bars, &settings, &mut |done| {
            let share = (index as f64 + done.fraction()) / windows.len() as f64;
            on_progress(share, index)
        })?;
        Ok(audible(&roll))
    };
    windows.iter().enumerate().map(segment).collect()
}

/// Returns a roll of zeros and ones with only those notes of `roll` that have an onset.
fn audible(roll: &PianoRoll) -> PianoRoll {
    encode(&decode(roll), roll.steps(), roll.parts(), roll.pitches())
}
