//! The visible pitches, and their rows on the screen.

use std::ops::RangeInclusive;

use egui::Rangef;

use crate::generator::Draft;

/// The number of MIDI pitches.
pub(super) const ALL_PITCHES: f64 = 128.0;
/// The smallest number that is shown until the user zooms, in semitones.
const MIN_PITCHES: u8 = 36;

/// A map between pitches and y coordinates, with the lowest pitch at the bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pitches {
    /// The pitch whose row starts at the bottom edge.
    pub(super) lowest: f64,
    /// The number of visible pitches.
    pub(super) count: f64,
    /// Their y coordinates, in points.
    pub(super) y: Rangef,
}

impl Pitches {
    /// Shows the draft's pitches, in whole octaves.
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

    /// Returns the height of a row, in points.
    pub(super) fn row_height(&self) -> f32 {
        self.y.span() / self.count as f32
    }

    /// Returns the y coordinate of the bottom of a row.
    pub(super) fn bottom_of(&self, pitch: u8) -> f32 {
        self.y.max - (f64::from(pitch) - self.lowest) as f32 * self.row_height()
    }

    /// Returns the pitch at a y coordinate, with the position within its row as the fraction.
    pub(super) fn pitch_at(&self, y: f32) -> f64 {
        self.lowest + f64::from((self.y.max - y) / self.row_height())
    }

    /// Returns the pitches that are visible at least in part.
    pub(super) fn visible(&self) -> RangeInclusive<u8> {
        let end = (self.lowest + self.count).ceil() as u8;
        self.lowest.floor() as u8..=end.saturating_sub(1).min(127)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_draft_three_octaves_from_c3_are_shown() {
        let pitches = Pitches::of(None, Rangef::new(0.0, 360.0));
        assert_eq!(pitches.visible(), 48..=83);
        assert_eq!((pitches.row_height(), pitches.bottom_of(50)), (10.0, 340.0));
        assert_eq!(pitches.pitch_at(340.0), 50.0);
    }
}
