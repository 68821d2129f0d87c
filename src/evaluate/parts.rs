//! Music in lead and accompaniment beside held-out music, by part and by task.
//!
//! - `windows`: which held-out windows.
//! - `task`: what is painted of a window and what is kept; [`generate`] does it, on the path of drafts.
//! - `segment`, `lead`, `accompaniment`, `together`: what is measured on each part and on both.
//! - `report`: the figures of all tasks.
//! - `seams`: how painted bars of a draft join kept ones.
//! - `candidates`: ranks several drafts of a clip by some of those figures.

mod accompaniment;
mod candidates;
mod lead;
mod report;
mod seams;
mod segment;
mod task;
mod together;
mod windows;

use std::ops::ControlFlow;

pub use candidates::{Candidate, MAX_CANDIDATES, Reason, draft_candidates};
pub use report::{Figures, Group, PartsReport, TaskReport};
pub use seams::Seams;
pub use task::Task;
pub use windows::{Choice, choose};

use crate::conditioning::harmony;
use crate::dataset::parts_cache::Window;
use crate::diffusion::model::Model;
use crate::error::Result;
use crate::evaluate::Harmony;
use crate::generator::{Settings, paint_over};
use crate::music::chord::Chord;
use crate::music::cues::Cue;
use crate::music::piano_roll::PianoRoll;

/// A window that was painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Painted {
    /// Lead and accompaniment, zeros and ones.
    pub roll: PianoRoll,
    /// The chords that were asked for, or those of the held-out music if the harmony was free.
    pub chords: Vec<Option<Chord>>,
}

/// Paints what `task` says of each window, asking for all cues of the window, its form, metre and style.
///
/// The noise of window `n` has the seed `settings.seed + n`. `on_progress` receives the share done, 0 to 1, and the index of
/// the current window.
///
/// # Errors
/// Returns [`Cancelled`](crate::error::Error::Cancelled) if `on_progress` asks for it, and another error if the model is not
/// of the `parts` family or a setting is out of range.
pub fn generate(
    model: &Model,
    windows: &[Window],
    task: Task,
    harmony: Harmony,
    settings: &Settings,
    on_progress: &mut dyn FnMut(f64, usize) -> ControlFlow<()>,
) -> Result<Vec<Painted>> {
    let paint = |(index, window): (usize, &Window)| {
        let settings = Settings {
            seed: settings.seed.wrapping_add(index as u64),
            metre: window.metre.unwrap_or_default(),
            ..settings.clone()
        };
        let chords = chords(window, harmony, &settings);
        let conditioning = (window.conditioning(model.config())?).with_harmony(chords.clone());
        let region = task.region(settings.metre);
        let mut on_progress = |done: crate::generator::Progress| {
            let share = (index as f64 + done.fraction()) / windows.len() as f64;
            on_progress(share, index)
        };
        let roll = paint_over(
            model,
            &conditioning,
            &window.roll,
            &region,
            &settings,
            &mut on_progress,
        )?;
        Ok(Painted {
            roll,
            chords: chords.unwrap_or_else(|| window.chords.clone()),
        })
    };
    windows.iter().enumerate().map(paint).collect()
}

/// Returns the chords to ask for, or `None` for a free harmony.
fn chords(window: &Window, harmony: Harmony, settings: &Settings) -> Option<Vec<Option<Chord>>> {
    match harmony {
        Harmony::Planned => {
            let modes = window.cues.iter().map(|beat| Some(beat.get(Cue::Mode)));
            let modes: Vec<Option<f32>> = modes.collect();
            let planned = harmony::Harmony::Planned(None);
            let request = harmony::ChordRequest {
                metre: settings.metre,
                seed: settings.seed,
                ..Default::default()
            };
            planned.chords_for(&modes, request)
        }
        Harmony::Given => Some(window.chords.clone()),
        Harmony::Free => None,
    }
}

#[cfg(test)]
mod tests;
