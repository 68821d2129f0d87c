//! Leaves out conditions of training windows, so that the network learns to work without any of them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::diffusion::config::RowCue;
use crate::diffusion::parts_encoder::FORM_AND_METRE_WIDTH;
use crate::music::cues::Cue;

/// Numbers of a row about the form: opening, ending, mask.
const FORM_WIDTH: usize = 3;
const ACCENT: RowCue = RowCue::Steered(Cue::Accent);

/// Probabilities, 0 to 1, of leaving out conditions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropout {
    /// All cues or embeddings of a window.
    pub all: f64,
    /// Each cue of any other window.
    pub each_cue: f64,
    /// A span of any other cue.
    pub cue_span: f64,
    /// Accents at a random share of the beats.
    pub sparse_accents: f64,
    /// All chords of a window.
    pub harmony: f64,
    /// A span of the chords of any other window.
    pub harmony_span: f64,
    /// Opening and ending of a window (`parts`).
    #[serde(default)]
    pub form: f64,
    /// Downbeats and kind of metre of a window (`parts`).
    #[serde(default)]
    pub metre: f64,
    /// The style of a window (`parts`).
    #[serde(default)]
    pub style: f64,
}

impl Default for Dropout {
    fn default() -> Self {
        Self {
            all: 0.15,
            each_cue: 0.3,
            cue_span: 0.25,
            sparse_accents: 0.5,
            harmony: 0.5,
            harmony_span: 0.25,
            form: 0.0,
            metre: 0.0,
            style: 0.0,
        }
    }
}

impl Dropout {
    /// Leaves out nothing.
    pub const NONE: Self = Self {
        all: 0.0,
        each_cue: 0.0,
        cue_span: 0.0,
        sparse_accents: 0.0,
        harmony: 0.0,
        harmony_span: 0.0,
        form: 0.0,
        metre: 0.0,
        style: 0.0,
    };

    /// Returns the probabilities for the `parts` family.
    pub fn parts() -> Self {
        Self {
            form: 0.4,
            metre: 0.15,
            style: 0.2,
            ..Self::default()
        }
    }

    /// Leaves out cues in rows `[beats · width]`, each of which starts with the values of `cues` and then their masks, by
    /// zeroing both.
    pub(crate) fn thin_cues(
        &self,
        rows: &mut [f32],
        width: usize,
        cues: &[RowCue],
        uniform: &mut dyn FnMut() -> f64,
    ) {
        let beats = rows.len() / width.max(1);
        let clear = |rows: &mut [f32], cue: usize, beats: Range<usize>| {
            for beat in beats {
                rows[beat * width + cue] = 0.0;
                rows[beat * width + cues.len() + cue] = 0.0;
            }
        };
        if uniform() < self.all {
            (0..cues.len()).for_each(|cue| clear(rows, cue, 0..beats));
            return;
        }
        for cue in 0..cues.len() {
            if uniform() < self.each_cue {
                clear(rows, cue, 0..beats);
            } else if uniform() < self.cue_span {
                clear(rows, cue, span(beats, uniform));
            }
        }
        if uniform() < self.sparse_accents {
            let root = uniform();
            for beat in 0..beats {
                let kept = uniform() < root * root;
                for cue in (0..cues.len()).filter(|&cue| cues[cue] == ACCENT && !kept) {
                    clear(rows, cue, beat..beat + 1);
                }
            }
        }
    }

    /// Leaves out form, metre and style in rows `[beats · width]` of the `parts` family, which follow the `cues` cues and
    /// their masks.
    pub(crate) fn thin_places(
        &self,
        rows: &mut [f32],
        width: usize,
        cues: usize,
        uniform: &mut dyn FnMut() -> f64,
    ) {
        let (form, metre, style) = (
            2 * cues,
            2 * cues + FORM_WIDTH,
            2 * cues + FORM_AND_METRE_WIDTH,
        );
        for (probability, columns) in [
            (self.form, form..metre),
            (self.metre, metre..style),
            (self.style, style..width),
        ] {
            if uniform() < probability {
                for row in rows.chunks_exact_mut(width) {
                    row[columns.clone()].fill(0.0);
                }
            }
        }
    }

    /// Leaves out parts of harmony rows `[beats · width]` by zeroing them.
    pub(crate) fn thin_harmony(
        &self,
        rows: &mut [f32],
        width: usize,
        uniform: &mut dyn FnMut() -> f64,
    ) {
        if uniform() < self.harmony {
            rows.fill(0.0);
        } else if uniform() < self.harmony_span {
            let span = span(rows.len() / width, uniform);
            rows[span.start * width..span.end * width].fill(0.0);
        }
    }
}

/// Draws a span of `beats` with uniformly distributed ends.
fn span(beats: usize, uniform: &mut dyn FnMut() -> f64) -> Range<usize> {
    let mut place = || (uniform() * (beats + 1) as f64) as usize;
    let (a, b) = (place().min(beats), place().min(beats));
    a.min(b)..a.max(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::cue_encoder::HARMONY_WIDTH;
    use crate::diffusion::noise::{NoiseSource, NoiseUse};

    fn thinned(dropout: Dropout, seed: u64) -> Vec<f32> {
        let mut numbers = NoiseSource::new(seed, 0).uniform(NoiseUse::Choices);
        let mut rows = vec![1.0; 32 * 2 * Cue::ALL.len()];
        let cues = Cue::ALL.map(RowCue::Steered);
        dropout.thin_cues(&mut rows, 2 * cues.len(), &cues, &mut || {
            numbers.next().unwrap()
        });
        rows
    }

    #[test]
    fn a_cue_and_its_mask_are_left_out_together() {
        for seed in 0..50 {
            let rows = thinned(Dropout::default(), seed);
            for row in rows.chunks_exact(10) {
                assert_eq!(row[..5], row[5..]);
            }
        }
    }

    #[test]
    fn whole_windows_are_left_out_at_the_given_rate() {
        let free = (0..2000).filter(|&seed| {
            let dropout = Dropout {
                all: 0.15,
                ..Dropout::NONE
            };
            thinned(dropout, seed).iter().all(|&value| value == 0.0)
        });
        let share = free.count() as f64 / 2000.0;
        assert!((share - 0.15).abs() < 0.03, "{share}");
        assert!(thinned(Dropout::NONE, 1).iter().all(|&value| value == 1.0));
    }

    #[test]
    fn all_chords_or_a_span_of_them_are_left_out() {
        let kept = |seed| {
            let mut numbers = NoiseSource::new(seed, 0).uniform(NoiseUse::Choices);
            let mut rows = vec![1.0; 32 * HARMONY_WIDTH];
            let uniform = &mut || numbers.next().unwrap();
            Dropout::default().thin_harmony(&mut rows, HARMONY_WIDTH, uniform);
            rows.iter().filter(|&&value| value > 0.0).count()
        };
        let counts: Vec<usize> = (0..200).map(kept).collect();
        assert!(counts.contains(&0) && counts.contains(&(32 * HARMONY_WIDTH)));
        assert!(
            counts
                .iter()
                .any(|&count| count > 0 && count < 32 * HARMONY_WIDTH)
        );
    }

    #[test]
    fn form_metre_and_style_are_left_out_apart_and_cues_stay() {
        let thinned = |numbers: [f64; 3]| {
            let mut numbers = numbers.into_iter();
            let mut rows = vec![1.0; 2 * 23];
            Dropout::parts().thin_places(&mut rows, 23, 7, &mut || numbers.next().unwrap());
            assert_eq!(rows[..23], rows[23..]);
            (0..23)
                .filter(|&column| rows[column] == 0.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(thinned([0.39, 0.9, 0.9]), [14, 15, 16]);
        assert_eq!(thinned([0.9, 0.14, 0.9]), [17, 18, 19]);
        assert_eq!(thinned([0.41, 0.16, 0.19]), [20, 21, 22]);
    }
}
