//! A painted or held-out window in the forms in which its figures are measured.

use crate::dataset::parts_cache::lead_shares;
use crate::evaluate::held_out::merged;
use crate::music::chord::Chord;
use crate::music::cues::{BeatCues, measure};
use crate::music::decode::decode;
use crate::music::metre::Metre;
use crate::music::note::GridNote;
use crate::music::piano_roll::{PianoRoll, RollPart, is_on};
use crate::time::STEPS_PER_BEAT;

/// A window about to be measured.
pub(super) struct Segment<'a> {
    /// Its notes part by part, sorted by start.
    notes: Vec<GridNote>,
    /// The notes of both parts in one, sorted by start.
    pub(super) merged: Vec<GridNote>,
    /// The chord of each beat.
    pub(super) chords: &'a [Option<Chord>],
    /// The metre.
    pub(super) metre: Metre,
    /// The number of steps.
    pub(super) steps: u32,
    /// The cues of both parts together, in their own units; the mode is not measured.
    pub(super) cues: Vec<BeatCues>,
    /// The share of each beat on which the lead sounds.
    pub(super) lead_shares: Vec<f32>,
    /// Of each step, whether a note of either part starts.
    pub(super) strikes: Vec<bool>,
}

impl<'a> Segment<'a> {
    pub(super) fn new(roll: &PianoRoll, chords: &'a [Option<Chord>], metre: Metre) -> Self {
        let (steps, all) = (roll.steps().0, merged(roll));
        let beats = (steps / STEPS_PER_BEAT) as usize;
        let onsets = all
            .onset(RollPart::All)
            .chunks_exact(roll.pitches().count());
        Self {
            notes: decode(roll),
            merged: decode(&all),
            chords,
            metre,
            steps,
            cues: measure(roll, &vec![0.5; beats]),
            lead_shares: lead_shares(roll),
            strikes: onsets
                .map(|step| step.iter().any(|&cell| is_on(cell)))
                .collect(),
        }
    }

    /// Returns the notes of a part, sorted by start.
    pub(super) fn part(&self, part: RollPart) -> impl Iterator<Item = &GridNote> {
        self.notes.iter().filter(move |note| note.part == part)
    }

    /// Returns the steps of each whole bar.
    pub(super) fn bars(&self) -> impl Iterator<Item = std::ops::Range<u32>> + use<> {
        let bar = self.metre.bar_steps();
        (0..self.steps / bar).map(move |index| index * bar..(index + 1) * bar)
    }
}
