//! Musical cues: what music can be asked for, and how it is measured on a piano roll, beat by beat.

mod beat_cells;
mod cue;
mod cue_map;

use std::ops::{Add, Mul};

use crate::music::chord::{MAJOR_LIKE, MINOR_LIKE, NO_MODE};
use crate::music::piano_roll::PianoRoll;
use crate::time::STEPS_PER_BEAT;
use beat_cells::{BeatCells, sounding_cells};

pub use cue::{Cue, CueSpec};
pub use cue_map::CueMap;

const STEPS: usize = STEPS_PER_BEAT as usize;
/// Beats on either side over which the mode is averaged.
const MODE_REACH: usize = 4;
/// Beats over which a chord is estimated from the sounding notes.
const CHORD_BEATS: usize = 2;

/// The cues of one beat, each in its own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeatCues(CueMap<f32>);

impl BeatCues {
    /// Returns the value of one cue.
    pub fn get(&self, cue: Cue) -> f32 {
        self.0[cue]
    }
}

/// Measures the cues of every whole beat of `roll`.
///
/// Every sustained cell counts as sounding. `modes` holds the mode of each beat's chord, 0 to 1. Smoothing weights
/// neighbouring beats 1, 2, 1; the mode is the mean over 9 beats. Both repeat the edges.
///
/// # Panics
/// Panics if `modes` does not have one value per beat.
pub fn measure(roll: &PianoRoll, modes: &[f32]) -> Vec<BeatCues> {
    let cells = BeatCells::of(roll);
    let beats = cells.onsets.len();
    assert_eq!(modes.len(), beats, "one mode per beat");
    let density = smoothed(&cells.onsets);
    let sounding: Vec<f64> = cells
        .sounding
        .iter()
        .map(|cells| cells / STEPS as f64)
        .collect();
    let polyphony = smoothed(&sounding);
    let register = smoothed(&cells.register());
    let cues_of = |beat: usize| {
        let value = |cue| match cue {
            Cue::Density => density[beat],
            Cue::Polyphony => polyphony[beat],
            Cue::Register => register[beat],
            Cue::Mode => mean_mode(modes, beat),
            Cue::Accent => cells.first_onsets[beat],
        };
        BeatCues(CueMap::from_fn(|cue| value(cue) as f32))
    };
    (0..beats).map(cues_of).collect()
}

/// Estimates the mode of each beat of `roll` from its sounding notes.
///
/// Every two beats take the major or minor triad whose pitch classes sound longest, the root counted twice;
/// [`NO_MODE`] if major and minor fit equally well.
pub fn heard_modes(roll: &PianoRoll) -> Vec<f32> {
    let beats = roll.steps().0 as usize / STEPS;
    let pitches = roll.pitches();
    let mut counts = vec![[0u32; 12]; beats.div_ceil(CHORD_BEATS)];
    for (at, _) in sounding_cells(roll) {
        let (step, column) = (at / pitches.count(), at % pitches.count());
        if let Some(count) = counts.get_mut(step / (STEPS * CHORD_BEATS)) {
            count[usize::from(pitches.pitch(column)) % 12] += 1;
        }
    }
    let best = |count: &[u32; 12], third: usize| {
        let fit =
            |root: usize| 2 * count[root] + count[(root + third) % 12] + count[(root + 7) % 12];
        (0..12).map(fit).max()
    };
    (0..beats)
        .map(|beat| {
            let count = &counts[beat / CHORD_BEATS];
            match best(count, 4).cmp(&best(count, 3)) {
                std::cmp::Ordering::Greater => MAJOR_LIKE,
                std::cmp::Ordering::Less => MINOR_LIKE,
                std::cmp::Ordering::Equal => NO_MODE,
            }
        })
        .collect()
}

/// Weights neighbouring beats 1, 2, 1; the edges repeat.
pub(crate) fn smoothed<T>(values: &[T]) -> Vec<T>
where
    T: Copy + From<f32> + Add<Output = T> + Mul<Output = T>,
{
    let last = values.len().saturating_sub(1);
    let (quarter, half) = (T::from(0.25), T::from(0.5));
    (0..values.len())
        .map(|i| {
            let (before, after) = (values[i.saturating_sub(1)], values[(i + 1).min(last)]);
            quarter * before + half * values[i] + quarter * after
        })
        .collect()
}

fn mean_mode(modes: &[f32], beat: usize) -> f64 {
    let last = modes.len() - 1;
    let sum: f64 = (beat..=beat + 2 * MODE_REACH)
        .map(|place| f64::from(modes[place.saturating_sub(MODE_REACH).min(last)]))
        .sum();
    sum / (2 * MODE_REACH + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::decode::encode;
    use crate::music::note::GridNote;
    use crate::music::piano_roll::{PitchRange, RollPart, RollParts};
    use crate::time::Steps;

    fn roll(beats: u32, notes: &[(u32, u8, u32)]) -> PianoRoll {
        let notes: Vec<GridNote> = notes
            .iter()
            .map(|&(start, pitch, end)| GridNote {
                start: Steps(start),
                pitch,
                part: RollPart::All,
                end: Steps(end),
            })
            .collect();
        let pitches = PitchRange::new(24, 80).unwrap();
        encode(&notes, Steps(4 * beats), RollParts::One, pitches)
    }

    fn values(cues: &[BeatCues], cue: Cue) -> Vec<f32> {
        cues.iter().map(|beat| beat.get(cue)).collect()
    }

    #[test]
    fn cues_match_a_count_by_hand() {
        // Beat 0: two notes on the beat, one of them held for the whole beat. Beat 1: silence. Beat 2: one note off
        // the beat, held through beat 3.
        let roll = roll(4, &[(0, 60, 4), (0, 64, 2), (10, 72, 16)]);
        let cues = measure(&roll, &[1.0, 1.0, 0.0, 0.0]);
        assert_eq!(values(&cues, Cue::Density), [1.5, 0.75, 0.5, 0.25]);
        // Sounding cells per beat: 6, 0, 2, 4, so the unsmoothed polyphony is 1.5, 0, 0.5, 1.
        assert_eq!(values(&cues, Cue::Polyphony), [1.125, 0.5, 0.5, 0.875]);
        assert_eq!(values(&cues, Cue::Accent), [2.0, 0.0, 0.0, 0.0]);
        // Mean pitches: 368 / 6, halfway between, 72, 72.
        let first = 368.0 / 6.0;
        let expected = [
            0.75 * first + 0.25 * (first + 72.0) / 2.0,
            (first + 72.0) / 2.0,
            0.5 * 72.0 + 0.25 * 72.0 + 0.125 * (first + 72.0),
            72.0,
        ];
        for (got, expected) in values(&cues, Cue::Register).iter().zip(expected) {
            assert!(
                (f64::from(*got) - expected).abs() < 1e-4,
                "{got} {expected}"
            );
        }
        // Beats -4 to 4 with the first repeated: six of nine are 1.
        assert!((cues[0].get(Cue::Mode) - 6.0 / 9.0).abs() < 1e-6);
        assert!((cues[3].get(Cue::Mode) - 3.0 / 9.0).abs() < 1e-6);
    }

    #[test]
    fn silence_has_the_register_of_middle_c() {
        let cues = measure(&roll(2, &[]), &[0.5, 0.5]);
        assert_eq!(values(&cues, Cue::Register), [60.0, 60.0]);
        assert_eq!(values(&cues, Cue::Density), [0.0, 0.0]);
    }

    #[test]
    fn triads_are_heard_as_major_and_minor_and_silence_as_neither() {
        let notes = [
            (0, 60, 8),
            (0, 64, 8),
            (0, 67, 8),
            (8, 57, 16),
            (8, 60, 16),
            (8, 64, 16),
        ];
        let modes = heard_modes(&roll(6, &notes));
        assert_eq!(modes, [1.0, 1.0, 0.0, 0.0, 0.5, 0.5]);
    }
}
