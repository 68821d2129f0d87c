//! Pitch classes: how evenly they are used, and whether they form a scale.

use super::mean;
use crate::music::note::GridNote;
use crate::music::pitch_class::{MAJOR_SCALE, PITCH_CLASSES};
use crate::time::STEPS_PER_SEGMENT;

/// Added to each share before its logarithm, as published.
const EPSILON: f64 = 1e-6;

/// The number of notes of each pitch class.
type Histogram = [u32; PITCH_CLASSES];

/// Pitch-class histogram entropy of sorted notes; see [`super::Metrics::pitch_class_entropy`].
pub(super) fn pitch_class_entropy(notes: &[GridNote]) -> Option<f64> {
    mean(windows(notes).map(|histogram| entropy(&histogram)))
}

/// Share of sorted notes in their best-fitting scales; see [`super::Metrics::in_scale_share`].
pub(super) fn in_scale_share(notes: &[GridNote]) -> Option<f64> {
    mean(windows(notes).map(|histogram| best_scale_share(&histogram)))
}

/// Returns the histograms of all windows of 8 bars but the last, or of the only one.
fn windows(notes: &[GridNote]) -> impl Iterator<Item = Histogram> + '_ {
    let window = |note: &GridNote| note.start.0 / STEPS_PER_SEGMENT;
    let first = notes.first().map_or(0, window);
    let last = notes.last().map_or(0, window);
    notes
        .chunk_by(move |a, b| window(a) == window(b))
        .filter(move |chunk| first == last || window(&chunk[0]) < last)
        .map(histogram)
}

fn histogram(notes: &[GridNote]) -> Histogram {
    let mut histogram = Histogram::default();
    for note in notes {
        histogram[usize::from(note.pitch) % PITCH_CLASSES] += 1;
    }
    histogram
}

fn entropy(histogram: &Histogram) -> f64 {
    let all = f64::from(histogram.iter().sum::<u32>());
    let shares = histogram.iter().map(|&count| f64::from(count) / all);
    -shares
        .map(|share| share * libm::log2(share + EPSILON))
        .sum::<f64>()
}

fn best_scale_share(histogram: &Histogram) -> f64 {
    let in_scale = |tonic: usize| -> u32 {
        let degrees = MAJOR_SCALE.map(|degree| (tonic + usize::from(degree)) % PITCH_CLASSES);
        degrees.map(|class| histogram[class]).iter().sum()
    };
    let best = (0..PITCH_CLASSES).map(in_scale).max().unwrap_or(0);
    f64::from(best) / f64::from(histogram.iter().sum::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    fn struck(notes: &[(u32, u8)]) -> Vec<GridNote> {
        let note = |&(start, pitch)| GridNote {
            start: Steps(start),
            pitch,
            part: RollPart::All,
            end: Steps(start + 1),
        };
        notes.iter().map(note).collect()
    }

    #[test]
    fn one_pitch_class_has_no_entropy_and_four_equal_ones_have_two_bits() {
        let octaves = struck(&[(0, 48), (1, 60), (2, 72)]);
        assert!(pitch_class_entropy(&octaves).unwrap().abs() < 1e-5);
        let four = struck(&[(0, 60), (1, 62), (2, 64), (3, 65)]);
        assert!((pitch_class_entropy(&four).unwrap() - 2.0).abs() < 1e-4);
    }

    #[test]
    fn the_last_window_is_left_out_unless_it_is_the_only_one() {
        let notes = struck(&[(0, 60), (127, 60), (128, 61), (129, 63)]);
        assert!(pitch_class_entropy(&notes).unwrap().abs() < 1e-5);
        assert!((pitch_class_entropy(&notes[2..]).unwrap() - 1.0).abs() < 1e-4);
    }

    #[test]
    fn scales_of_every_tonic_fit() {
        let e_major = [64, 66, 68, 69, 71, 73, 75, 76];
        let mut notes: Vec<(u32, u8)> = (0..).zip(e_major).collect();
        assert_eq!(in_scale_share(&struck(&notes)), Some(1.0));
        notes.push((9, 65));
        notes.push((10, 65));
        assert_eq!(in_scale_share(&struck(&notes)), Some(0.8));
    }
}
