//! Generated music beside real music: 8-bar segments made for the cues of held-out music, measured as that music is.

pub mod following;
pub mod measures;
pub mod report;
pub mod retrieval;
pub mod statistics;

use std::ops::ControlFlow;

use crate::conditioning::Conditioning;
use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::cue_scale::CueScale;
use crate::diffusion::model::Model;
use crate::error::{Error, Fault, Result};
use crate::generator::{Settings, paint};
use crate::music::chord::Chord;
use crate::music::decode::{decode, encode};
use crate::music::piano_roll::PianoRoll;
use crate::time::{BARS_PER_SEGMENT, Bars};
use crate::train::pop909::{Song, Window};

/// Chooses `count` windows of `songs`, song after song in turn; always the same ones.
///
/// Each song's places follow the golden ratio, which spreads any number of them evenly.
///
/// # Errors
/// When no song has eight bars of 4/4.
pub fn choose_windows(songs: &[Song], count: usize, model: &Model) -> Result<Vec<Window>> {
    const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;
    let songs: Vec<&Song> = (songs.iter())
        .filter(|song| !song.segment_starts.is_empty())
        .collect();
    if songs.is_empty() {
        return Err(Error::value(
            "no held-out song with eight bars of 4/4 after one another",
            "at least one",
        ));
    }
    let window = |index: usize| {
        let song = songs[index % songs.len()];
        let place = (GOLDEN_RATIO * (index + 1) as f64).fract() * song.segment_starts.len() as f64;
        song.window(song.segment_starts[place as usize], model.pitches())
    };
    Ok((0..count).map(window).collect())
}

/// Whether the model is told the chords of the held-out music.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Harmony {
    /// It finds its own.
    #[default]
    Free,
    /// It is told chord and bass of each beat.
    Given,
}

impl Harmony {
    /// The name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Given => "given",
        }
    }
}

impl std::str::FromStr for Harmony {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        [Self::Free, Self::Given]
            .into_iter()
            .find(|harmony| harmony.name() == name)
            .ok_or_else(|| Fault::new(format!("a harmony «{name}»"), "free or given"))
    }
}

/// Generates a segment for the cues of each window; the rolls hold just what is heard. The noise of window `n` has the
/// seed `settings.seed + n`. `on_progress` is told the share that is done, 0 to 1, and the window in work.
///
/// # Errors
/// [`Error::Cancelled`] when `on_progress` said so; [`Error::Value`] when the model does not follow cues, or the harmony
/// when it is given, or a setting is out of range.
pub fn answer(
    model: &Model,
    windows: &[Window],
    harmony: Harmony,
    settings: &Settings,
    on_progress: &mut dyn FnMut(f64, usize) -> ControlFlow<()>,
) -> Result<Vec<PianoRoll>> {
    let scale = CueScale::new(model.config())?;
    let segment = |(index, window): (usize, &Window)| {
        let harmony = (harmony == Harmony::Given).then(|| harmony_rows(&window.chords));
        let conditioning = Conditioning::of_rows(scale.rows(&window.cues), harmony);
        let settings = Settings {
            seed: settings.seed.wrapping_add(index as u64),
            ..settings.clone()
        };
        let bars = Bars(BARS_PER_SEGMENT);
        let roll = paint(model, &conditioning, bars, &settings, &mut |done| {
            let share = (index as f64 + done.fraction()) / windows.len() as f64;
            on_progress(share, index)
        })?;
        Ok(heard(&roll))
    };
    windows.iter().enumerate().map(segment).collect()
}

/// The roll of 0 and 1 that holds what is heard of `roll`: notes that have an onset.
pub fn heard(roll: &PianoRoll) -> PianoRoll {
    encode(&decode(roll), roll.steps(), roll.pitches())
}

/// Rows that ask for a chord and its bass in each beat, or for none: flags of the 12 pitch classes, of the bass's, and
/// a mask of 1.
fn harmony_rows(chords: &[Option<Chord>]) -> BeatRows {
    BeatRows::new(chords.iter().map(|chord| {
        let classes = (0..12).map(|class| chord.is_some_and(|chord| chord.classes[class]));
        let bass = (0..12).map(|class| chord.is_some_and(|chord| chord.bass == class));
        let flags = classes.chain(bass).chain([true]);
        flags.map(|flag| f32::from(u8::from(flag))).collect()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmony_row_flags_the_chord_and_its_bass_and_says_that_they_are_given() {
        let rows = harmony_rows(&[Chord::parse("C:maj/3").unwrap(), None]);
        let flags = |beat: usize| -> Vec<usize> {
            let row = rows.row(beat);
            (0..row.len()).filter(|&i| row[i] == 1.0).collect()
        };
        assert_eq!(rows.width(), 25);
        assert_eq!(flags(0), [0, 4, 7, 16, 24]);
        assert_eq!(flags(1), [24]);
    }
}
