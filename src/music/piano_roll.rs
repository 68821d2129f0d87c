//! What the network paints: onsets and sustains on a grid of sixteenth steps and pitches.

use crate::error::{Fault, Result};
use crate::time::{STEPS_PER_SEGMENT, Steps};

/// Channels of a roll: onset, then sustain.
pub const CHANNELS: usize = 2;
/// MIDI pitches there are.
pub const MIDI_PITCHES: usize = 128;

/// Which pitches a roll has, from `min` upwards; all of them are MIDI pitches.
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

    /// The `count` pitches from `min` upwards.
    ///
    /// # Errors
    /// When `count` is 0 or the highest pitch would be above 127.
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

    /// The lowest pitch.
    pub fn min(self) -> u8 {
        self.min
    }

    /// How many pitches there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// The pitch in column `index` of a roll.
    pub fn pitch(self, index: usize) -> u8 {
        debug_assert!(index < self.count);
        self.min + index as u8
    }

    /// The column of `pitch`, where the roll has one.
    pub fn index(self, pitch: u8) -> Option<usize> {
        pitch
            .checked_sub(self.min)
            .map(usize::from)
            .filter(|&index| index < self.count)
    }
}

/// Onset and sustain of every step and pitch, of one segment or of a whole piece: values `[2, steps, pitches]`,
/// row-major, around 0 for "no" and around 1 for "yes".
#[derive(Clone, Debug, PartialEq)]
pub struct PianoRoll {
    values: Vec<f32>,
    steps: usize,
    pitches: PitchRange,
}

impl PianoRoll {
    /// A roll from `values` of shape `[2, steps, pitches]`; the number of steps follows from their number.
    ///
    /// # Errors
    /// When `values` are not a whole number of steps.
    pub fn new(values: Vec<f32>, pitches: PitchRange) -> Result<Self, Fault> {
        let step = CHANNELS * pitches.count;
        if !values.len().is_multiple_of(step) {
            return Err(Fault::new(
                format!("a roll of {} values", values.len()),
                format!("a multiple of 2 x {} pitches", pitches.count),
            ));
        }
        Ok(Self {
            steps: values.len() / step,
            values,
            pitches,
        })
    }

    /// A roll of `steps` steps with neither onsets nor sustains.
    pub fn silent(steps: Steps, pitches: PitchRange) -> Self {
        let steps = steps.0 as usize;
        Self {
            values: vec![0.0; CHANNELS * steps * pitches.count],
            steps,
            pitches,
        }
    }

    /// One roll from 8-bar segments after one another, `[segments, 2, 128, pitches]` as the network gives them.
    ///
    /// # Errors
    /// When `values` are not a whole number of segments.
    pub fn from_segments(values: &[f32], pitches: PitchRange) -> Result<Self, Fault> {
        let segment = CHANNELS * STEPS_PER_SEGMENT as usize * pitches.count;
        if !values.len().is_multiple_of(segment) {
            return Err(Fault::new(
                format!("{} values of segments", values.len()),
                format!(
                    "a multiple of 2 x {STEPS_PER_SEGMENT} steps x {} pitches",
                    pitches.count
                ),
            ));
        }
        let channel = |channel: usize| {
            let half = segment / CHANNELS;
            values
                .chunks_exact(segment)
                .flat_map(move |segment| &segment[channel * half..][..half])
        };
        Self::new(channel(0).chain(channel(1)).copied().collect(), pitches)
    }

    /// The values, `[2, steps, pitches]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Which pitches the roll has.
    pub fn pitches(&self) -> PitchRange {
        self.pitches
    }

    /// How long the roll is.
    pub fn steps(&self) -> Steps {
        Steps(self.steps as u32)
    }

    /// The onset channel, `[steps, pitches]`.
    pub fn onset(&self) -> &[f32] {
        self.values.split_at(self.values.len() / CHANNELS).0
    }

    /// The sustain channel, `[steps, pitches]`.
    pub fn sustain(&self) -> &[f32] {
        self.values.split_at(self.values.len() / CHANNELS).1
    }

    /// Both channels for writing, onset and sustain, each `[steps, pitches]`.
    pub fn channels_mut(&mut self) -> (&mut [f32], &mut [f32]) {
        let channel = self.values.len() / CHANNELS;
        self.values.split_at_mut(channel)
    }

    /// The `length` steps from `start`; silent where that goes beyond the roll's end.
    pub fn window(&self, start: Steps, length: Steps) -> Self {
        let mut window = Self::silent(length, self.pitches);
        let width = self.pitches.count;
        let start = (start.0 as usize).min(self.steps);
        let overlap = (self.steps - start).min(window.steps) * width;
        let (onset, sustain) = window.channels_mut();
        onset[..overlap].copy_from_slice(&self.onset()[start * width..][..overlap]);
        sustain[..overlap].copy_from_slice(&self.sustain()[start * width..][..overlap]);
        window
    }

    /// Replaces the steps from `start` by those of `other`; what would go beyond the end is left out.
    ///
    /// # Panics
    /// When `other` has other pitches.
    pub fn overwrite(&mut self, start: Steps, other: &Self) {
        assert_eq!(self.pitches, other.pitches, "rolls of one piece");
        let width = self.pitches.count;
        let start = (start.0 as usize).min(self.steps);
        let overlap = (self.steps - start).min(other.steps) * width;
        let (onset, sustain) = self.channels_mut();
        onset[start * width..][..overlap].copy_from_slice(&other.onset()[..overlap]);
        sustain[start * width..][..overlap].copy_from_slice(&other.sustain()[..overlap]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(steps: usize, pitches: PitchRange) -> PianoRoll {
        let values = (0..CHANNELS * steps * pitches.count).map(|i| i as f32);
        PianoRoll::new(values.collect(), pitches).unwrap()
    }

    #[test]
    fn pitches_above_127_are_refused() {
        assert!(PitchRange::new(24, 80).is_ok());
        assert!(PitchRange::new(0, 128).is_ok());
        for (min, count) in [(1, 128), (0, 0), (200, 1), (0, usize::MAX)] {
            assert!(PitchRange::new(min, count).is_err(), "{count} from {min}");
        }
    }

    #[test]
    fn values_must_fill_whole_steps_and_segments() {
        let pitches = PitchRange::new(24, 80).unwrap();
        assert!(PianoRoll::new(vec![0.0; 161], pitches).is_err());
        assert!(PianoRoll::from_segments(&[0.0; 160], pitches).is_err());
        let roll = PianoRoll::from_segments(&vec![0.0; 2 * 2 * 128 * 80], pitches).unwrap();
        assert_eq!(roll.steps(), Steps(256));
    }

    #[test]
    fn segments_become_one_roll_channel_by_channel() {
        let pitches = PitchRange::new(60, 1).unwrap();
        let segments: Vec<f32> = (0..2 * 2 * 128).map(|i| i as f32).collect();
        let roll = PianoRoll::from_segments(&segments, pitches).unwrap();
        assert_eq!(roll.onset()[127..129], [127.0, 256.0]);
        assert_eq!(roll.sustain()[127..129], [255.0, 384.0]);
    }

    #[test]
    fn a_window_put_back_where_it_came_from_changes_nothing() {
        let roll = numbered(32, PitchRange::new(40, 3).unwrap());
        let window = roll.window(Steps(8), Steps(16));
        assert_eq!(window.onset(), &roll.onset()[24..72]);
        let mut copy = PianoRoll::silent(Steps(32), roll.pitches());
        for start in [0, 16] {
            copy.overwrite(Steps(start), &roll.window(Steps(start), Steps(16)));
        }
        assert_eq!(copy, roll);
    }

    #[test]
    fn a_window_beyond_the_end_is_silent() {
        let roll = numbered(4, PitchRange::new(40, 1).unwrap());
        let window = roll.window(Steps(3), Steps(2));
        assert_eq!(window.values(), [3.0, 0.0, 7.0, 0.0]);
        assert_eq!(roll.window(Steps(9), Steps(1)).values(), [0.0, 0.0]);
    }
}
