//! Piano rolls: what the networks paint, on a grid of sixteenth steps and pitches.

mod parts;
mod pitch_range;

pub use parts::{RollPart, RollParts};
pub use pitch_range::{MIDI_PITCHES, PitchRange};

use crate::error::{Fault, Result};
use crate::time::{STEPS_PER_SEGMENT, Steps};

/// A cell is on if its value is above this. Rounding to at least 1 with halves to even, as published, is the same.
pub const ON_THRESHOLD: f32 = 0.5;

/// Returns whether a cell of this value is on.
pub fn is_on(value: f32) -> bool {
    value > ON_THRESHOLD
}

/// Onset and sustain of every part, step and pitch, of a segment or of a whole piece.
///
/// Values are `[planes, steps, pitches]`, row-major, around 0 for off and around 1 for on (see [`is_on`]); the planes
/// are those of [`RollParts`].
#[derive(Clone, Debug, PartialEq)]
pub struct PianoRoll {
    values: Vec<f32>,
    parts: RollParts,
    steps: usize,
    pitches: PitchRange,
}

impl PianoRoll {
    /// Returns the roll of `values` `[planes, steps, pitches]`. The number of steps follows from that of the values.
    ///
    /// # Errors
    /// Returns an error if `values` do not fill whole steps.
    pub fn new(values: Vec<f32>, parts: RollParts, pitches: PitchRange) -> Result<Self, Fault> {
        let step = parts.planes() * pitches.count();
        if !values.len().is_multiple_of(step) {
            return Err(Fault::new(
                format!("a roll of {} values", values.len()),
                format!(
                    "a multiple of {} x {} pitches",
                    parts.planes(),
                    pitches.count()
                ),
            ));
        }
        Ok(Self {
            steps: values.len() / step,
            values,
            parts,
            pitches,
        })
    }

    /// Returns a roll of `steps` steps without notes.
    pub fn silent(steps: Steps, parts: RollParts, pitches: PitchRange) -> Self {
        let steps = steps.0 as usize;
        Self {
            values: vec![0.0; parts.planes() * steps * pitches.count()],
            parts,
            steps,
            pitches,
        }
    }

    /// Returns one roll of consecutive 8-bar segments, `[segments, planes, 128, pitches]` as the networks return them.
    ///
    /// # Errors
    /// Returns an error if `values` do not fill whole segments.
    pub fn from_segments(
        values: &[f32],
        parts: RollParts,
        pitches: PitchRange,
    ) -> Result<Self, Fault> {
        let plane = STEPS_PER_SEGMENT as usize * pitches.count();
        let segment = parts.planes() * plane;
        if !values.len().is_multiple_of(segment) {
            return Err(Fault::new(
                format!("{} values of segments", values.len()),
                format!(
                    "a multiple of {} x {STEPS_PER_SEGMENT} steps x {} pitches",
                    parts.planes(),
                    pitches.count()
                ),
            ));
        }
        let plane_of_all = |index: usize| {
            let segments = values.chunks_exact(segment);
            segments.flat_map(move |segment| &segment[index * plane..][..plane])
        };
        let values = (0..parts.planes()).flat_map(plane_of_all).copied();
        Self::new(values.collect(), parts, pitches)
    }

    /// Returns the values, `[planes, steps, pitches]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Returns the parts of the roll.
    pub fn parts(&self) -> RollParts {
        self.parts
    }

    /// Returns the pitches of the roll.
    pub fn pitches(&self) -> PitchRange {
        self.pitches
    }

    /// Returns the length of the roll.
    pub fn steps(&self) -> Steps {
        Steps(self.steps as u32)
    }

    /// Returns the onset plane of a part, `[steps, pitches]`.
    ///
    /// # Panics
    /// Panics if the roll has no such part.
    pub fn onset(&self, part: RollPart) -> &[f32] {
        self.plane(self.onset_plane(part))
    }

    /// Returns the sustain plane of a part, `[steps, pitches]`.
    ///
    /// # Panics
    /// Panics if the roll has no such part.
    pub fn sustain(&self, part: RollPart) -> &[f32] {
        self.plane(self.onset_plane(part) + 1)
    }

    /// Returns the onset and sustain planes of a part for writing, each `[steps, pitches]`.
    ///
    /// # Panics
    /// Panics if the roll has no such part.
    pub fn planes_mut(&mut self, part: RollPart) -> (&mut [f32], &mut [f32]) {
        let (start, plane) = (
            self.onset_plane(part) * self.plane_size(),
            self.plane_size(),
        );
        self.values[start..][..2 * plane].split_at_mut(plane)
    }

    /// Returns the `length` steps from `start`; silent beyond the roll's end.
    pub fn window(&self, start: Steps, length: Steps) -> Self {
        let mut window = Self::silent(length, self.parts, self.pitches);
        let width = self.pitches.count();
        let start = (start.0 as usize).min(self.steps);
        let overlap = (self.steps - start).min(window.steps) * width;
        for plane in 0..self.parts.planes() {
            let source = &self.plane(plane)[start * width..][..overlap];
            window.plane_mut(plane)[..overlap].copy_from_slice(source);
        }
        window
    }

    /// Replaces the steps from `start` by those of `other`, up to the end of this roll.
    ///
    /// # Panics
    /// Panics if `other` has other parts or pitches.
    pub fn overwrite(&mut self, start: Steps, other: &Self) {
        let kind = |roll: &Self| (roll.parts, roll.pitches);
        assert_eq!(kind(self), kind(other), "rolls of one piece");
        let width = self.pitches.count();
        let start = (start.0 as usize).min(self.steps);
        let overlap = (self.steps - start).min(other.steps) * width;
        for plane in 0..self.parts.planes() {
            let source = &other.plane(plane)[..overlap];
            self.plane_mut(plane)[start * width..][..overlap].copy_from_slice(source);
        }
    }

    fn onset_plane(&self, part: RollPart) -> usize {
        let plane = self.parts.onset_plane(part);
        plane.unwrap_or_else(|| panic!("a roll of {:?} has no {part:?}", self.parts))
    }

    fn plane(&self, index: usize) -> &[f32] {
        let size = self.plane_size();
        &self.values[index * size..][..size]
    }

    fn plane_mut(&mut self, index: usize) -> &mut [f32] {
        let size = self.plane_size();
        &mut self.values[index * size..][..size]
    }

    /// Returns the number of cells in a plane.
    fn plane_size(&self) -> usize {
        self.steps * self.pitches.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(steps: usize, parts: RollParts, pitches: PitchRange) -> PianoRoll {
        let values = (0..parts.planes() * steps * pitches.count()).map(|i| i as f32);
        PianoRoll::new(values.collect(), parts, pitches).unwrap()
    }

    #[test]
    fn values_must_fill_whole_steps_and_segments() {
        let (one, pitches) = (RollParts::One, PitchRange::new(24, 80).unwrap());
        assert!(PianoRoll::new(vec![0.0; 161], one, pitches).is_err());
        assert!(PianoRoll::from_segments(&[0.0; 160], one, pitches).is_err());
        let segments = vec![0.0; 2 * 2 * 128 * 80];
        let roll = PianoRoll::from_segments(&segments, one, pitches).unwrap();
        assert_eq!(roll.steps(), Steps(256));
        let two = RollParts::LeadAndAccompaniment;
        assert!(PianoRoll::new(vec![0.0; 160], two, pitches).is_err());
        let roll = PianoRoll::from_segments(&segments, two, pitches).unwrap();
        assert_eq!(roll.steps(), Steps(128));
    }

    #[test]
    fn segments_become_one_roll_plane_by_plane() {
        let pitches = PitchRange::new(60, 1).unwrap();
        let segments: Vec<f32> = (0..2 * 2 * 128).map(|i| i as f32).collect();
        let roll = PianoRoll::from_segments(&segments, RollParts::One, pitches).unwrap();
        assert_eq!(roll.onset(RollPart::All)[127..129], [127.0, 256.0]);
        assert_eq!(roll.sustain(RollPart::All)[127..129], [255.0, 384.0]);
    }

    #[test]
    fn each_part_has_its_own_planes() {
        let pitches = PitchRange::new(60, 1).unwrap();
        let mut roll = numbered(2, RollParts::LeadAndAccompaniment, pitches);
        assert_eq!(roll.onset(RollPart::Lead), [0.0, 1.0]);
        assert_eq!(roll.sustain(RollPart::Lead), [2.0, 3.0]);
        assert_eq!(roll.onset(RollPart::Accompaniment), [4.0, 5.0]);
        let (onset, sustain) = roll.planes_mut(RollPart::Accompaniment);
        assert_eq!((&*onset, &*sustain), (&[4.0, 5.0][..], &[6.0, 7.0][..]));
    }

    #[test]
    fn a_window_put_back_where_it_came_from_changes_nothing() {
        for parts in RollParts::ALL {
            let roll = numbered(32, parts, PitchRange::new(40, 3).unwrap());
            let window = roll.window(Steps(8), Steps(16));
            let mut copy = PianoRoll::silent(Steps(32), parts, roll.pitches());
            for start in [0, 16] {
                copy.overwrite(Steps(start), &roll.window(Steps(start), Steps(16)));
            }
            assert_eq!(copy, roll);
            for part in parts.iter() {
                assert_eq!(window.onset(part), &roll.onset(part)[24..72]);
            }
        }
    }

    #[test]
    fn a_window_beyond_the_end_is_silent() {
        let roll = numbered(4, RollParts::One, PitchRange::new(40, 1).unwrap());
        let window = roll.window(Steps(3), Steps(2));
        assert_eq!(window.values(), [3.0, 0.0, 7.0, 0.0]);
        assert_eq!(roll.window(Steps(9), Steps(1)).values(), [0.0, 0.0]);
    }
}
