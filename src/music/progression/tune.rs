//! The pitch classes of a tune in each beat, which chords must fit.

use std::ops::Range;

use crate::music::chord::Chord;
use crate::music::note::Note;
use crate::music::pitch_class::MAJOR_SCALE;

/// How much likelier a chord with all of the tune in its beats is than one with none of it.
const FIT_FACTOR: f64 = 400.0;

/// How long each pitch class sounds in each beat, in beats. Empty if there is no tune.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tune(Vec<[f64; 12]>);

impl Tune {
    /// Measures `notes` over `beats` beats.
    pub fn of(notes: &[Note], beats: usize) -> Self {
        let mut sounding = vec![[0.0; 12]; beats];
        for note in notes {
            let (start, end) = (note.start.0.max(0.0), note.end().0.min(beats as f64));
            let last = (end.ceil() as usize).min(beats);
            let touched = sounding
                .iter_mut()
                .enumerate()
                .take(last)
                .skip(start as usize);
            for (beat, classes) in touched {
                let overlap = end.min(beat as f64 + 1.0) - start.max(beat as f64);
                classes[usize::from(note.pitch % 12)] += overlap.max(0.0);
            }
        }
        Self(sounding)
    }

    /// Returns the tonic of the major scale that holds most of the tune, the lowest of several; `None` if it is silent.
    pub(super) fn relative_major(&self) -> Option<u8> {
        let total = |class: usize| -> f64 { self.0.iter().map(|beat| beat[class]).sum() };
        let totals: Vec<f64> = (0..12).map(total).collect();
        let inside = |tonic: u8| -> f64 {
            let degrees = MAJOR_SCALE.iter();
            degrees
                .map(|degree| totals[usize::from((tonic + degree) % 12)])
                .sum()
        };
        let is_silent = totals.iter().all(|&total| total == 0.0);
        let best = (0..12)
            .rev()
            .max_by(|&a, &b| inside(a).total_cmp(&inside(b)));
        best.filter(|_| !is_silent)
    }

    /// Returns the factor on `chord`, which is written in C, transposed to `relative_major`, for some beats.
    pub(super) fn fit(&self, beats: Range<usize>, relative_major: u8, chord: &Chord) -> f64 {
        let sounding = self.0.iter().take(beats.end).skip(beats.start);
        let (mut inside, mut all) = (0.0, 0.0);
        for beat in sounding {
            for (class, time) in beat.iter().enumerate() {
                all += time;
                if chord.classes[(class + 12 - usize::from(relative_major)) % 12] {
                    inside += time;
                }
            }
        }
        if all == 0.0 {
            return 1.0;
        }
        libm::pow(FIT_FACTOR, inside / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;
    use crate::time::Beats;

    fn tune(pitches: &[u8]) -> Tune {
        let note = |(beat, &pitch): (usize, &u8)| Note {
            start: Beats(beat as f64),
            length: Beats(1.0),
            pitch,
            velocity: 80,
            part: Part::Lead,
        };
        let notes: Vec<Note> = pitches.iter().enumerate().map(note).collect();
        Tune::of(&notes, pitches.len())
    }

    #[test]
    fn the_scale_of_a_tune_is_found() {
        let d_major = [62, 64, 66, 67, 69, 71, 73, 74];
        assert_eq!(tune(&d_major).relative_major(), Some(2));
        assert_eq!(Tune::default().relative_major(), None);
    }

    #[test]
    fn chords_that_hold_the_tune_fit_best() {
        let tune = tune(&[64, 67]);
        let chord = |symbol| Chord::parse(symbol).unwrap().unwrap();
        let fit = |symbol| tune.fit(0..2, 0, &chord(symbol));
        assert!(fit("C:maj") > fit("F:maj") && fit("E:min") == fit("C:maj"));
        assert_eq!(tune.fit(8..10, 0, &chord("C:maj")), 1.0);
    }
}
