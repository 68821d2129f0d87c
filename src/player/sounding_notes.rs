//! The notes that sound at a moment.

use std::ops::BitOrAssign;

use crate::music::part::Part;

/// A set of notes by channel and pitch; a bit per pitch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SoundingNotes([u128; Part::CHANNELS]);

impl SoundingNotes {
    pub(super) fn insert(&mut self, channel: u8, pitch: u8) {
        self.0[usize::from(channel)] |= 1 << pitch;
    }

    pub(super) fn remove(&mut self, channel: u8, pitch: u8) {
        self.0[usize::from(channel)] &= !(1 << pitch);
    }

    pub(super) fn contains(self, channel: u8, pitch: u8) -> bool {
        self.0[usize::from(channel)] >> pitch & 1 == 1
    }

    /// Returns the notes on the channels that are true in `chosen`.
    pub(super) fn on_channels(mut self, chosen: [bool; Part::CHANNELS]) -> Self {
        for (pitches, is_chosen) in self.0.iter_mut().zip(chosen) {
            *pitches *= u128::from(is_chosen);
        }
        self
    }

    /// Returns the channel and pitch of the lowest note on the first channel that has any.
    pub(super) fn first(self) -> Option<(u8, u8)> {
        let channel = self.0.iter().position(|&pitches| pitches != 0)?;
        Some((channel as u8, self.0[channel].trailing_zeros() as u8))
    }
}

impl BitOrAssign for SoundingNotes {
    fn bitor_assign(&mut self, other: Self) {
        for (pitches, others) in self.0.iter_mut().zip(other.0) {
            *pitches |= others;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_one_pitch_on_two_channels_are_two() {
        let mut notes = SoundingNotes::default();
        notes.insert(0, 60);
        notes.insert(2, 60);
        notes.remove(0, 60);
        assert!(!notes.contains(0, 60) && notes.contains(2, 60));
        assert_eq!(notes.first(), Some((2, 60)));
        notes.remove(2, 60);
        assert_eq!(notes.first(), None);
    }

    #[test]
    fn a_union_has_the_notes_of_both() {
        let [mut notes, mut other] = [SoundingNotes::default(); 2];
        notes.insert(1, 0);
        other.insert(1, 127);
        notes |= other;
        assert!(notes.contains(1, 0) && notes.contains(1, 127));
    }
}
