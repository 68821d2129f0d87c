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

/// A stretch of the tempo map.
struct Piece {
    at_seconds: f64,
    at_beat: f64,
    bpm: f64,
    /// The time and the tempo to which its tempo moves in a line.
    line: Option<(f64, f64)>,
}

impl Model {
    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = vec![Piece {
            at_seconds: 0.0,
            at_beat: 0.0,
            bpm: 120.0,
            line: None,
        }];
        for (index, change) in self.tempo.iter().enumerate() {
            let next = self.tempo.get(index + 1).filter(|_| change.is_linear);
            pieces.push(Piece {
                at_seconds: change.at,
                at_beat: beat_in(&pieces, change.at),
                bpm: change.bpm,
                line: next.map(|next| (next.at, next.bpm)),
            });
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
        let begun: Vec<Tempo> = (self.tempo.iter().copied())
            .filter(|change| change.at <= seconds + 1e-9)
            .collect();
        let metre = begun.iter().rev().find_map(|change| change.metre);
        let bpm = begun.last().map_or(120.0, |change| change.bpm);
        (metre.unwrap_or((4, 4)), bpm)
    }

    /// Returns the beats at which the bar begins and ends that a beat is in. Each change of metre begins a bar.
    pub(in crate::reaper) fn bar_around(&self, beat: f64) -> (f64, f64) {
        let begun = self.tempo.iter().rev().find_map(|change| {
            let (metre, at) = (change.metre?, self.beat_at(change.at));
            (at <= beat + 1e-9).then_some((at, metre))
        });
        let (from, (numerator, denominator)) = begun.unwrap_or((0.0, (4, 4)));
        let bar = f64::from(numerator) * 4.0 / f64::from(denominator);
        let start = from + ((beat - from) / bar + 1e-9).floor() * bar;
        (start, start + bar)
    }
}

fn beat_in(pieces: &[Piece], seconds: f64) -> f64 {
    let mut begun = pieces.iter().rev();
    let piece = begun.find(|piece| piece.at_seconds <= seconds);
    let piece = piece.unwrap_or(&pieces[0]);
    let gone = seconds - piece.at_seconds;
    let mean = match piece.line {
        // The tempo moves in a line over time.
        Some((to, bpm_there)) if to > piece.at_seconds => {
            piece.bpm + (bpm_there - piece.bpm) * gone / (to - piece.at_seconds) / 2.0
        }
        _ => piece.bpm,
    };
    piece.at_beat + gone * mean / 60.0
}
