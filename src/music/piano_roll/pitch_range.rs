//! The pitches of a roll.

use crate::error::Fault;

/// The number of MIDI pitches.
pub const MIDI_PITCHES: usize = 128;

/// A range of MIDI pitches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PitchRange {
    min: u8,
    count: usize,
}

impl PitchRange {
    /// Every MIDI pitch, the range of the published networks.
    pub const MIDI: Self = Self {
        min: 0,
        count: MIDI_PITCHES,
    };

    /// Returns the range of `count` pitches from `min` upwards.
    ///
    /// # Errors
    /// Returns an error if `count` is 0 or the highest pitch would be above 127.
    pub fn new(min: u8, count: usize) -> Result<Self, Fault> {
        if count > 0 && usize::from(min).saturating_add(count) <= MIDI_PITCHES {
            Ok(Self { min, count })
        } else {
            Err(Fault::new(
                format!("a roll of {count} pitches from {min}"),
                "at least one pitch, and none above 127",
            ))
        }
    }

    /// Returns the lowest pitch.
    pub fn min(self) -> u8 {
        self.min
    }

    /// Returns the number of pitches.
    pub fn count(self) -> usize {
        self.count
    }

    /// Returns the pitch in column `index` of a roll.
    pub fn pitch(self, index: usize) -> u8 {
        debug_assert!(index < self.count);
        self.min + index as u8
    }

    /// Returns the column of `pitch`, or `None` if it is outside the range.
    pub fn index(self, pitch: u8) -> Option<usize> {
        pitch
            .checked_sub(self.min)
            .map(usize::from)
            .filter(|&index| index < self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_above_127_are_refused() {
        assert!(PitchRange::new(24, 80).is_ok());
        assert!(PitchRange::new(0, 128).is_ok());
        for (min, count) in [(1, 128), (0, 0), (200, 1), (0, usize::MAX)] {
            assert!(PitchRange::new(min, count).is_err(), "{count} from {min}");
        }
    }
}
