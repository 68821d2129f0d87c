//! Held-out music in the form in which all families are compared with it.

use crate::dataset::{parts_cache, pop909};
use crate::music::cues::BeatCues;
use crate::music::metre::Metre;
use crate::music::piano_roll::{PianoRoll, RollPart, RollParts};

/// A held-out window: what it asks for, and its notes.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// Its roll, all notes together.
    pub(super) roll: PianoRoll,
    /// The cues of its beats.
    pub(super) cues: Vec<BeatCues>,
    /// Its metre.
    pub(super) metre: Metre,
}

impl From<&pop909::Window> for HeldOut {
    fn from(window: &pop909::Window) -> Self {
        Self {
            roll: super::audible(&window.roll),
            cues: window.cues.clone(),
            metre: Metre::COMMON,
        }
    }
}

/// A window whose metre changes counts as one in 4/4.
impl From<&parts_cache::Window> for HeldOut {
    fn from(window: &parts_cache::Window) -> Self {
        Self {
            roll: merged(&window.roll),
            cues: window.cues.clone(),
            metre: window.metre.unwrap_or_default(),
        }
    }
}

/// Returns the notes of all parts of `roll` in one; notes of one pitch that sound together become one, struck where either is.
pub fn merged(roll: &PianoRoll) -> PianoRoll {
    let audible = super::audible(roll);
    let mut all = PianoRoll::silent(roll.steps(), RollParts::One, roll.pitches());
    let (onset, sustain) = all.planes_mut(RollPart::All);
    for part in audible.parts().iter() {
        let cells = audible.onset(part).iter().zip(audible.sustain(part));
        let all = onset.iter_mut().zip(sustain.iter_mut());
        for ((onset, sustain), (struck, held)) in all.zip(cells) {
            *onset = onset.max(*struck);
            *sustain = sustain.max(*held);
        }
    }
    all
}
