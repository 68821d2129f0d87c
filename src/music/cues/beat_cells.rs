//! Onsets and sounding cells per beat of a roll.

use super::STEPS;
use crate::music::piano_roll::{PianoRoll, is_on};

/// The register of a silent roll: middle C.
const SILENT_REGISTER: f64 = 60.0;

/// Iterates over the cells in which any part of a roll sounds: their index in a plane, and whether a note starts there.
pub(super) fn sounding_cells(roll: &PianoRoll) -> impl Iterator<Item = (usize, bool)> + '_ {
    let parts: Vec<_> = (roll.parts().iter())
        .map(|part| (roll.onset(part), roll.sustain(part)))
        .collect();
    let cells = parts.first().map_or(0, |(onset, _)| onset.len());
    (0..cells).filter_map(move |at| {
        let is_onset = parts.iter().any(|(onset, _)| is_on(onset[at]));
        let sounds = is_onset || parts.iter().any(|(_, sustain)| is_on(sustain[at]));
        sounds.then_some((at, is_onset))
    })
}

/// Counts of cells, one value per beat.
pub(super) struct BeatCells {
    pub(super) onsets: Vec<f64>,
    pub(super) first_onsets: Vec<f64>,
    pub(super) sounding: Vec<f64>,
    pitch_sum: Vec<f64>,
}

impl BeatCells {
    pub(super) fn of(roll: &PianoRoll) -> Self {
        let pitches = roll.pitches();
        let beats = roll.steps().0 as usize / STEPS;
        let mut sums = Self {
            onsets: vec![0.0; beats],
            first_onsets: vec![0.0; beats],
            sounding: vec![0.0; beats],
            pitch_sum: vec![0.0; beats],
        };
        for (at, onset) in sounding_cells(roll) {
            let (step, column) = (at / pitches.count(), at % pitches.count());
            let beat = step / STEPS;
            if beat >= beats {
                break;
            }
            sums.sounding[beat] += 1.0;
            sums.pitch_sum[beat] += f64::from(pitches.pitch(column));
            if onset {
                sums.onsets[beat] += 1.0;
            }
            if onset && step % STEPS == 0 {
                sums.first_onsets[beat] += 1.0;
            }
        }
        sums
    }

    /// Returns each beat's mean pitch, interpolated linearly across silent beats.
    pub(super) fn register(&self) -> Vec<f64> {
        let heard: Vec<(usize, f64)> = (0..self.sounding.len())
            .filter(|&beat| self.sounding[beat] > 0.0)
            .map(|beat| (beat, self.pitch_sum[beat] / self.sounding[beat]))
            .collect();
        (0..self.sounding.len())
            .map(|beat| {
                let after = heard.partition_point(|(at, _)| *at <= beat);
                match (after.checked_sub(1).map(|i| heard[i]), heard.get(after)) {
                    (Some((at, pitch)), Some(&(next, next_pitch))) => {
                        let slope = (next_pitch - pitch) / (next - at) as f64;
                        pitch + slope * (beat - at) as f64
                    }
                    (Some((_, pitch)), None) => pitch,
                    (None, Some(&(_, pitch))) => pitch,
                    (None, None) => SILENT_REGISTER,
                }
            })
            .collect()
    }
}
