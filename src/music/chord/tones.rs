//! Sets of tones above a root.

use super::Chord;
use crate::music::pitch_class::PITCH_CLASSES;

/// Tones above a root in one octave, a bit for each semitone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tones(u16);

impl Tones {
    /// Returns the tones at `intervals`, in semitones below 12.
    pub(super) fn of(intervals: &[u8]) -> Self {
        let mut tones = Self::default();
        intervals.iter().for_each(|&interval| tones.add(interval));
        tones
    }

    /// Returns the tones of `chord` above `root`.
    pub(super) fn above(root: u8, chord: &Chord) -> Self {
        let class = |interval: u8| usize::from(root + interval) % PITCH_CLASSES;
        let mut tones = Self::default();
        (0..PITCH_CLASSES as u8)
            .filter(|&interval| chord.classes[class(interval)])
            .for_each(|interval| tones.add(interval));
        tones
    }

    /// Returns the pitch classes of the tones above `root`.
    pub(super) fn classes(self, root: u8) -> [bool; PITCH_CLASSES] {
        let mut classes = [false; PITCH_CLASSES];
        for interval in (0..PITCH_CLASSES as u8).filter(|&interval| self.has(interval)) {
            classes[usize::from(root + interval) % PITCH_CLASSES] = true;
        }
        classes
    }

    pub(super) fn has(self, interval: u8) -> bool {
        self.0 >> interval & 1 == 1
    }

    pub(super) fn add(&mut self, interval: u8) {
        self.0 |= 1 << interval;
    }

    pub(super) fn remove(&mut self, interval: u8) {
        self.0 &= !(1 << interval);
    }
}
