//! The music that a network in parts is trained on.

use std::collections::BTreeSet;

use crate::dataset::parts_cache::{PartsCache, Window, WindowPlace};
use crate::dataset::parts_sources::LeftOut;
use crate::error::{Error, Result};
use crate::music::cues::BeatCues;
use crate::music::piano_roll::PitchRange;
use crate::music::style::Style;
use crate::train::music::Extent;

/// The shares of the styles among the windows of a batch, in the order of [`Style::ALL`]; those of missing styles go to the
/// others.
const STYLE_SHARES: [f64; 3] = [0.5, 0.3, 0.2];
/// The most windows that the scale of the cues is measured on.
const MEASURED_WINDOWS: usize = 4096;

/// Music in parts.
pub(super) struct PartsMusic {
    cache: PartsCache,
    /// The windows to train on, by style.
    training: [Vec<WindowPlace>; 3],
    /// The windows that are never trained on, by style.
    held_out: [Vec<WindowPlace>; 3],
    /// Scores that were left out of the music.
    pub(super) left_out: Vec<LeftOut>,
}

impl PartsMusic {
    /// Takes the music in `cache`.
    ///
    /// # Errors
    /// Returns an error if all of it is held out.
    pub(super) fn new(cache: PartsCache, left_out: Vec<LeftOut>) -> Result<Self> {
        let of = |held_out: bool| {
            Style::ALL.map(|style| {
                let places = cache.places().iter().copied();
                let suits =
                    |place: &WindowPlace| (place.style, place.held_out) == (style, held_out);
                places.filter(suits).collect()
            })
        };
        let (training, held_out) = (of(false), of(true));
        if training.iter().all(Vec::is_empty) {
            return Err(Error::Usage(
                "All music is held out: songs 001, 021, 041 … and every 20th score of a collection. Add others."
                    .to_owned(),
            ));
        }
        Ok(Self {
            training,
            held_out,
            cache,
            left_out,
        })
    }

    /// Returns the number of training pieces and windows.
    pub(super) fn extent(&self) -> Extent {
        let places = || self.training.iter().flatten();
        let pieces: BTreeSet<usize> = places().map(|place| place.piece).collect();
        Extent {
            songs: pieces.len(),
            windows: places().count(),
        }
    }

    /// Draws a training window by numbers from `uniform`, transposed by `semitones`.
    pub(super) fn draw(
        &self,
        semitones: i8,
        pitches: PitchRange,
        uniform: &mut dyn FnMut() -> f64,
    ) -> Window {
        let place = drawn(&self.training, uniform).unwrap_or(self.cache.places()[0]);
        self.cache.window(place, semitones, pitches)
    }

    /// Draws a held-out window, or returns `None` if no music is held out.
    pub(super) fn draw_held_out(
        &self,
        pitches: PitchRange,
        uniform: &mut dyn FnMut() -> f64,
    ) -> Option<Window> {
        let place = drawn(&self.held_out, uniform)?;
        Some(self.cache.window(place, 0, pitches))
    }

    /// Returns the cues of the beats of training windows, evenly spread over all of them.
    pub(super) fn beat_cues(&self, pitches: PitchRange) -> Vec<BeatCues> {
        let places: Vec<WindowPlace> = self.training.iter().flatten().copied().collect();
        let stride = places.len().div_ceil(MEASURED_WINDOWS).max(1);
        let windows = places.into_iter().step_by(stride);
        windows
            .flat_map(|place| self.cache.window(place, 0, pitches).cues)
            .collect()
    }
}

/// Draws a style by its share and then one of its places, or returns `None` if there are none.
fn drawn(
    by_style: &[Vec<WindowPlace>; 3],
    uniform: &mut dyn FnMut() -> f64,
) -> Option<WindowPlace> {
    let share = |style: usize| {
        if by_style[style].is_empty() {
            0.0
        } else {
            STYLE_SHARES[style]
        }
    };
    let mut left = uniform() * (0..by_style.len()).map(share).sum::<f64>();
    let mut chosen: &[WindowPlace] = &[];
    for (style, places) in by_style
        .iter()
        .enumerate()
        .filter(|(_, places)| !places.is_empty())
    {
        chosen = places;
        left -= share(style);
        if left < 0.0 {
            break;
        }
    }
    let index = (uniform() * chosen.len() as f64) as usize;
    chosen
        .get(index.min(chosen.len().saturating_sub(1)))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::noise::{NoiseSource, NoiseUse};

    fn place(style: Style, start_beat: usize) -> WindowPlace {
        WindowPlace {
            piece: 0,
            start_beat,
            first_sounding: 0,
            last_sounding: 99,
            style,
            held_out: false,
        }
    }

    #[test]
    fn styles_are_drawn_by_their_shares_however_many_windows_they_have() {
        let pop = (0..90).map(|beat| place(Style::Pop, beat)).collect();
        let by_style = [pop, vec![place(Style::Song, 0)], Vec::new()];
        let mut numbers = NoiseSource::new(1, 0).uniform(NoiseUse::Choices);
        let mut uniform = || numbers.next().unwrap();
        let styles: Vec<Style> = (0..2000)
            .map(|_| drawn(&by_style, &mut uniform).unwrap().style)
            .collect();
        let pop = styles.iter().filter(|&&style| style == Style::Pop).count();
        assert!((pop as f64 / 2000.0 - 0.5 / 0.8).abs() < 0.03, "{pop}");
        assert!(!styles.contains(&Style::Strings));
        assert_eq!(drawn(&Default::default(), &mut uniform), None);
    }
}
