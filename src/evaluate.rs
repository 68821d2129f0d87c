//! Generated music beside real music: 8-bar segments made for the cues of held-out music, measured as that music is.

pub mod following;
pub mod measures;
pub mod report;
pub mod retrieval;
pub mod statistics;

use std::ops::ControlFlow;

use crate::conditioning::cue_scale::CueScale;
use crate::conditioning::{Conditioning, harmony};
use crate::dataset::pop909::{Song, Window};
use crate::diffusion::model::Model;
use crate::error::{Error, Fault, Result, find_named};
use crate::generator::{Settings, paint, uses_chords};
use crate::music::cues::Cue;
use crate::music::decode::{decode, encode};
use crate::music::piano_roll::PianoRoll;
use crate::time::{BARS_PER_SEGMENT, Bars};

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

/// Which chords the model is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Harmony {
    /// A progression planned for the mode that is asked for, as drafts have by default.
    #[default]
    Planned,
    /// Those of the held-out music.
    Given,
    /// None: it finds its own.
    Free,
}

impl Harmony {
    const ALL: [Self; 3] = [Self::Planned, Self::Given, Self::Free];

    /// The name in settings and reports.
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

/// Generates a segment for the cues of each window; the rolls hold just what is heard. The noise of window `n` has the
/// seed `settings.seed + n`. `on_progress` is told the share that is done, 0 to 1, and the window in work.
///
/// # Errors
/// [`Error::Cancelled`] when `on_progress` said so; [`Error::Value`] when the model does not follow cues, or is
/// given harmony that it cannot hear, or a setting is out of range.
pub fn answer(
    model: &Model,
    windows: &[Window],
    harmony: Harmony,
    settings: &Settings,
    on_progress: &mut dyn FnMut(f64, usize) -> ControlFlow<()>,
) -> Result<Vec<PianoRoll>> {
    let scale = CueScale::new(model.config())?;
    if harmony == Harmony::Given && !uses_chords(model, settings) {
        let found = format!("harmony for the model {}, which reads none", model.name());
        return Err(Error::value(
            found,
            "a model with harmony, or a hold on the chords",
        ));
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
        Ok(heard(&roll))
    };
    windows.iter().enumerate().map(segment).collect()
}

/// The roll of 0 and 1 that holds what is heard of `roll`: notes that have an onset.
pub fn heard(roll: &PianoRoll) -> PianoRoll {
    encode(&decode(roll), roll.steps(), roll.pitches())
}
