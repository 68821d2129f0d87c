//! The pitches that are seen, and how they lie on the screen.

use std::ops::RangeInclusive;

use egui::Rangef;

use crate::generator::Draft;

/// How many pitches MIDI has.
pub(super) const ALL_PITCHES: f64 = 128.0;
/// The least of them that is shown until the user zooms, in semitones.
const MIN_PITCHES: u8 = 36;

/// Pitches over points of the screen, the lowest at the bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pitches {
    /// The pitch whose row begins at the bottom.
    pub(super) lowest: f64,
    /// How many are seen.
    pub(super) count: f64,
    /// Where they lie.
    pub(super) y: Rangef,
}

impl Pitches {
    /// As many as the draft needs, in whole octaves.
    pub(super) fn of(draft: Option<&Draft>, y: Rangef) -> Self {
        let pitches = || {
            draft
                .into_iter()
                .flat_map(|draft| draft.score.notes())
                .map(|note| note.pitch)
        };
        let lowest = pitches().min().unwrap_or(48) / 12 * 12;
        let highest = pitches().max().unwrap_or(lowest) / 12 * 12 + 12;
        let count = f64::from((highest - lowest).max(MIN_PITCHES)).min(ALL_PITCHES);
        Self {
            lowest: f64::from(lowest).min(ALL_PITCHES - count),
            count,
            y,
        }
    }

    /// Height of a pitch, in points.
    pub(super) fn row(&self) -> f32 {
        self.y.span() / self.count as f32
    }

    /// Where the row of a pitch begins.
    pub(super) fn bottom_of(&self, pitch: u8) -> f32 {
        self.y.max - (f64::from(pitch) - self.lowest) as f32 * self.row()
    }

    /// The pitch at a place, and how far it is on to the next.
    pub(super) fn pitch_at(&self, y: f32) -> f64 {
        self.lowest + f64::from((self.y.max - y) / self.row())
    }

    /// The pitches of which anything is seen.
    pub(super) fn seen(&self) -> RangeInclusive<u8> {
        let end = (self.lowest + self.count).ceil() as u8;
        self.lowest.floor() as u8..=end.saturating_sub(1).min(127)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_draft_three_octaves_from_the_third_c_are_seen() {
        let pitches = Pitches::of(None, Rangef::new(0.0, 360.0));
        assert_eq!(pitches.seen(), 48..=83);
        assert_eq!((pitches.row(), pitches.bottom_of(50)), (10.0, 340.0));
        assert_eq!(pitches.pitch_at(340.0), 50.0);
    }
}
