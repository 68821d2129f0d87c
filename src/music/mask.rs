//! The published inpainting masks. A mask has the roll's shape: 1 keeps a cell, 0 lets the network paint it.

use std::ops::Range;

use crate::music::piano_roll::{PianoRoll, RollPart};
use crate::time::STEPS_PER_BAR;

/// Which cells of a roll are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// All bars except these, counted from 0; see [`bars`].
    Bars(Vec<u32>),
    /// What lies below a melody that is to be painted; see [`above`].
    Above,
    /// What lies above an accompaniment that is to be painted; see [`below`].
    Below,
    /// The notes; see [`remaining`].
    Remaining,
}

impl Mask {
    /// Returns the mask of `roll`: 1 for a cell that is kept.
    ///
    /// # Panics
    /// Panics if the roll has more than one part and the mask is [`Mask::Above`] or [`Mask::Below`].
    pub fn of(&self, roll: &PianoRoll) -> PianoRoll {
        match self {
            Self::Bars(painted) => bars(roll, painted),
            Self::Above => above(roll),
            Self::Below => below(roll),
            Self::Remaining => remaining(roll),
        }
    }
}

/// Keeps the notes of the roll; silent cells may be painted.
pub fn remaining(roll: &PianoRoll) -> PianoRoll {
    roll.clone()
}

/// Keeps, at every step of a roll of one part, the lowest note struck and all pitches above it, so that an accompaniment
/// is painted below a melody. Steps without an onset use the last one before, or the first one after.
///
/// # Panics
/// Panics if the roll has more than one part.
pub fn below(roll: &PianoRoll) -> PianoRoll {
    let width = roll.pitches().count();
    let lowest = |onsets: &[f32]| Some(onsets.iter().position(|&on| on > 0.0)?..width);
    keep_columns(roll, lowest)
}

/// Keeps, at every step of a roll of one part, the highest note struck and all pitches below it, so that a melody is
/// painted above an accompaniment. Steps without an onset use the last one before, or the first one after.
///
/// The published code bounds empty steps at the start by the piece's last step instead.
///
/// # Panics
/// Panics if the roll has more than one part.
pub fn above(roll: &PianoRoll) -> PianoRoll {
    let highest = |onsets: &[f32]| Some(0..onsets.iter().rposition(|&on| on > 0.0)? + 1);
    keep_columns(roll, highest)
}

/// Keeps all bars except the given ones, counted from 0.
pub fn bars(roll: &PianoRoll, painted: &[u32]) -> PianoRoll {
    mask_rows(roll, |step, row| {
        if !painted.contains(&(step as u32 / STEPS_PER_BAR)) {
            row.fill(1.0);
        }
    })
}

/// Keeps the columns that `kept` returns for a step's onsets, or for the nearest step with any.
fn keep_columns(roll: &PianoRoll, kept: impl Fn(&[f32]) -> Option<Range<usize>>) -> PianoRoll {
    let mut rows = roll
        .onset(RollPart::All)
        .chunks_exact(roll.pitches().count());
    let mut columns = rows.clone().find_map(&kept).unwrap_or(0..0);
    mask_rows(roll, |_, row| {
        if let Some(found) = kept(rows.next().unwrap_or_default()) {
            columns = found;
        }
        row[columns.clone()].fill(1.0);
    })
}

/// Returns a mask of `roll`'s shape, the same in all planes, from its rows of pitches.
fn mask_rows(roll: &PianoRoll, mut fill: impl FnMut(usize, &mut [f32])) -> PianoRoll {
    let mut mask = PianoRoll::silent(roll.steps(), roll.parts(), roll.pitches());
    let mut plane = vec![0.0; roll.steps().0 as usize * roll.pitches().count()];
    for (step, row) in plane.chunks_exact_mut(roll.pitches().count()).enumerate() {
        fill(step, row);
    }
    for part in roll.parts().iter() {
        let (onset, sustain) = mask.planes_mut(part);
        onset.copy_from_slice(&plane);
        sustain.copy_from_slice(&plane);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::decode::encode;
    use crate::music::note::GridNote;
    use crate::music::piano_roll::{PitchRange, RollParts};
    use crate::time::Steps;

    fn roll(notes: &[(u32, u8)]) -> PianoRoll {
        let notes: Vec<_> = notes
            .iter()
            .map(|&(start, pitch)| GridNote {
                start: Steps(start),
                pitch,
                part: RollPart::All,
                end: Steps(start + 1),
            })
            .collect();
        let pitches = PitchRange::new(60, 3).unwrap();
        encode(&notes, Steps(4), RollParts::One, pitches)
    }

    #[test]
    fn steps_before_the_first_onset_use_it() {
        let roll = roll(&[(1, 61), (3, 60), (3, 62)]);
        let rows = [[0., 1., 1.], [0., 1., 1.], [0., 1., 1.], [1., 1., 1.]];
        assert_eq!(below(&roll).onset(RollPart::All), rows.concat());
        let rows = [[1., 1., 0.], [1., 1., 0.], [1., 1., 0.], [1., 1., 1.]];
        assert_eq!(above(&roll).sustain(RollPart::All), rows.concat());
    }

    #[test]
    fn nothing_of_a_silent_roll_is_kept() {
        let silent = roll(&[]);
        assert_eq!(below(&silent), silent);
        assert_eq!(above(&silent), silent);
    }
}
