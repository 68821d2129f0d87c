//! The tempo map of the project in memory.

use super::Model;

/// A change of tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tempo {
    /// Its place in seconds.
    pub at: f64,
    /// Quarter notes a minute from there on.
    pub bpm: f64,
    /// Numerator and denominator, if the metre changes too.
    pub metre: Option<(i32, i32)>,
    /// Whether the tempo moves in a line to the next.
    pub is_linear: bool,
}

impl Model {
    /// Returns the tempo map as pieces: where each begins in seconds and beats, its tempo there, and the change of tempo a
    /// beat.
    fn pieces(&self) -> Vec<(f64, f64, f64, Option<(f64, f64)>)> {
        let mut pieces = vec![(0.0, 0.0, 120.0, None)];
        for (index, change) in self.tempo.iter().enumerate() {
            let beat = beat_in(&pieces, change.at);
            let next = self.tempo.get(index + 1).filter(|_| change.is_linear);
            let line = next.map(|next| (next.at, next.bpm));
            pieces.push((change.at, beat, change.bpm, line));
        }
        pieces
    }

    /// Returns the beat at a time.
    pub fn beat_at(&self, seconds: f64) -> f64 {
        beat_in(&self.pieces(), seconds)
    }

    /// Returns the time of a beat.
    pub fn seconds_at(&self, beat: f64) -> f64 {
        // The beat ascends with time, so it can be found by halving.
        let (mut low, mut high) = (0.0, 1e6);
        if beat <= 0.0 {
            return beat * 0.5;
        }
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if self.beat_at(middle) < beat {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low + high) / 2.0
    }

    /// Returns the metre and the tempo at a time.
    pub(in crate::reaper) fn metre_and_bpm_at(&self, seconds: f64) -> ((i32, i32), f64) {
        let begun = || (self.tempo.iter()).filter(|change| change.at <= seconds + 1e-9);
        let metre = begun().filter_map(|change| change.metre).last();
        let bpm = begun().last().map_or(120.0, |change| change.bpm);
        (metre.unwrap_or((4, 4)), bpm)
    }

    /// Returns the beats at which the bar begins and ends that a beat is in. Each change of metre begins a bar.
    pub(in crate::reaper) fn bar_around(&self, beat: f64) -> (f64, f64) {
        let changes = self.tempo.iter().filter_map(|change| {
            let metre = change.metre?;
            Some((self.beat_at(change.at), metre))
        });
        let begun = changes.filter(|(at, _)| *at <= beat + 1e-9).last();
        let (from, (numerator, denominator)) = begun.unwrap_or((0.0, (4, 4)));
        let bar = f64::from(numerator) * 4.0 / f64::from(denominator);
        let start = from + ((beat - from) / bar + 1e-9).floor() * bar;
        (start, start + bar)
    }
}

fn beat_in(pieces: &[(f64, f64, f64, Option<(f64, f64)>)], seconds: f64) -> f64 {
    let begun = pieces.iter().filter(|piece| piece.0 <= seconds).last();
    let &(at, beat, bpm, line) = begun.unwrap_or(&pieces[0]);
    let gone = seconds - at;
    let mean = match line {
        // The tempo moves in a line over time.
        Some((to, bpm_there)) if to > at => bpm + (bpm_there - bpm) * gone / (to - at) / 2.0,
        _ => bpm,
    };
    beat + gone * mean / 60.0
}
