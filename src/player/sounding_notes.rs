//! The notes that sound at a moment.

use std::ops::BitOrAssign;

use super::CHANNELS;
use crate::music::part::Part;

/// A set of notes by part, channel and pitch; a bit per pitch. A part is named by its [own channel](Part::channel), from which
/// the channel that it is sent on may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SoundingNotes([[u128; CHANNELS]; Part::CHANNELS]);

impl SoundingNotes {
    pub(super) fn insert(&mut self, part: u8, channel: u8, pitch: u8) {
        self.0[usize::from(part)][usize::from(channel)] |= 1 << pitch;
    }

    /// Removes the notes of a channel and pitch, whichever part's they are.
    pub(super) fn remove(&mut self, channel: u8, pitch: u8) {
        for channels in &mut self.0 {
            channels[usize::from(channel)] &= !(1 << pitch);
        }
    }

    /// Returns whether a part's note is in the set.
    pub(super) fn contains(&self, part: u8, channel: u8, pitch: u8) -> bool {
        self.0[usize::from(part)][usize::from(channel)] >> pitch & 1 == 1
    }

    /// Returns whether any part's note is in the set.
    pub(super) fn contains_any(&self, channel: u8, pitch: u8) -> bool {
        (0..Part::CHANNELS).any(|part| self.contains(part as u8, channel, pitch))
    }

    /// Returns the notes of the parts that are true in `chosen`.
    pub(super) fn of_parts(mut self, chosen: [bool; Part::CHANNELS]) -> Self {
        for (channels, is_chosen) in self.0.iter_mut().zip(chosen) {
            if !is_chosen {
                *channels = [0; CHANNELS];
            }
        }
        self
    }

    /// Returns the channel and pitch of the lowest note on the first channel that has any.
    pub(super) fn first(&self) -> Option<(u8, u8)> {
        let pitches = |channel: usize| self.0.iter().fold(0, |all, part| all | part[channel]);
        let channel = (0..CHANNELS).find(|&channel| pitches(channel) != 0)?;
        Some((channel as u8, pitches(channel).trailing_zeros() as u8))
    }
}

impl BitOrAssign for SoundingNotes {
    fn bitor_assign(&mut self, other: Self) {
        let pitches = self.0.iter_mut().flatten();
        for (pitches, others) in pitches.zip(other.0.into_iter().flatten()) {
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
        notes.insert(0, 0, 60);
        notes.insert(2, 15, 60);
        notes.remove(0, 60);
        assert!(!notes.contains(0, 0, 60) && notes.contains(2, 15, 60));
        assert_eq!(notes.first(), Some((15, 60)));
        notes.remove(15, 60);
        assert_eq!(notes.first(), None);
    }

    #[test]
    fn parts_on_one_channel_are_told_apart() {
        let mut notes = SoundingNotes::default();
        notes.insert(0, 3, 60);
        notes.insert(1, 3, 64);
        assert!(notes.contains_any(3, 60) && !notes.contains(1, 3, 60));
        let lead = notes.of_parts([true, false, false]);
        assert!(lead.contains(0, 3, 60) && !lead.contains_any(3, 64));
    }

    #[test]
    fn a_union_has_the_notes_of_both() {
        let [mut notes, mut other] = [SoundingNotes::default(); 2];
        notes.insert(1, 1, 0);
        other.insert(1, 1, 127);
        notes |= other;
        assert!(notes.contains(1, 1, 0) && notes.contains(1, 1, 127));
    }
}
