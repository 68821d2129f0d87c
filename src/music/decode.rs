//! Between a piano roll and notes on its grid.

use crate::music::note::{GridNote, separate};
use crate::music::piano_roll::{PianoRoll, PitchRange};
use crate::time::Steps;

/// Above this a value of a roll means "yes". Rounding to at least 1 with halves to even, as published, is the same.
const THRESHOLD: f32 = 0.5;

/// The notes of a roll: an onset starts a note, which lasts while it is sustained and not struck again.
///
/// Notes are sorted by start, then pitch, and no two of one pitch overlap. They run on across the borders of segments.
pub fn decode(roll: &PianoRoll) -> Vec<GridNote> {
    notes_of(roll, |struck, sustained, _| sustained && !struck)
}

/// The notes of a roll exactly as the published decoding gives them, sorted by start, then pitch: a note struck again
/// while it is sustained sounds twice at once, and all notes end with their segment of `segment` steps. A draft takes
/// them after [`separate`].
pub fn decode_published(roll: &PianoRoll, segment: Steps) -> Vec<GridNote> {
    notes_of(roll, |_, sustained, step| {
        sustained && step % segment.0 as usize != 0
    })
}

/// Starts a note at every onset and lets it last while `lasts(struck, sustained, step)` holds for the steps after it.
fn notes_of(roll: &PianoRoll, lasts: impl Fn(bool, bool, usize) -> bool) -> Vec<GridNote> {
    let width = roll.pitches().count();
    let steps = roll.steps().0 as usize;
    let (onset, sustain) = (roll.onset(), roll.sustain());
    let mut notes = Vec::new();
    for (at, _) in onset.iter().enumerate().filter(|(_, on)| **on > THRESHOLD) {
        let (start, column) = (at / width, at % width);
        let end = (start + 1..steps)
            .find(|&step| {
                let at = step * width + column;
                !lasts(onset[at] > THRESHOLD, sustain[at] > THRESHOLD, step)
            })
            .unwrap_or(steps);
        notes.push(GridNote {
            start: Steps(start as u32),
            pitch: roll.pitches().pitch(column),
            end: Steps(end as u32),
        });
    }
    notes
}

/// The roll of 0 and 1 that [`decode`] turns into `notes`, once [`separate`]d. Notes that start beyond `steps` or lie
/// outside `pitches` are left out, and longer ones end with the roll.
pub fn encode(notes: &[GridNote], steps: Steps, pitches: PitchRange) -> PianoRoll {
    let mut notes = notes.to_vec();
    separate(&mut notes);
    let mut roll = PianoRoll::silent(steps, pitches);
    let (onset, sustain) = roll.channels_mut();
    for note in notes.iter().filter(|note| note.start < steps) {
        let Some(column) = pitches.index(note.pitch) else {
            continue;
        };
        let at = |step: u32| step as usize * pitches.count() + column;
        onset[at(note.start.0)] = 1.0;
        for step in note.start.0 + 1..note.end.0.min(steps.0) {
            sustain[at(step)] = 1.0;
        }
    }
    roll
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn note(start: u32, pitch: u8, end: u32) -> GridNote {
        GridNote {
            start: Steps(start),
            pitch,
            end: Steps(end),
        }
    }

    /// One pitch, from onset and sustain step by step.
    fn roll(onset: &[f32], sustain: &[f32]) -> PianoRoll {
        PianoRoll::new([onset, sustain].concat(), PitchRange::new(60, 1).unwrap()).unwrap()
    }

    #[test]
    fn a_half_is_no_onset_and_no_sustain() {
        let roll = roll(&[0.5, 0.51, 0.0, 0.0], &[1.0, 1.0, 0.51, 0.5]);
        assert_eq!(decode(&roll), [note(1, 60, 3)]);
        assert_eq!(decode_published(&roll, Steps(4)), [note(1, 60, 3)]);
    }

    #[test]
    fn a_note_struck_again_ends_the_one_before_only_in_our_decoding() {
        let roll = roll(&[1.0, 0.0, 1.0, 0.0], &[0.0, 1.0, 1.0, 1.0]);
        assert_eq!(decode(&roll), [note(0, 60, 2), note(2, 60, 4)]);
        let mut published = decode_published(&roll, Steps(4));
        assert_eq!(published, [note(0, 60, 4), note(2, 60, 4)]);
        separate(&mut published);
        assert_eq!(published, decode(&roll));
    }

    #[test]
    fn notes_cross_the_border_of_segments_only_in_our_decoding() {
        let roll = roll(&[0.0, 1.0, 0.0, 0.0], &[0.0, 0.0, 1.0, 1.0]);
        assert_eq!(decode(&roll), [note(1, 60, 4)]);
        assert_eq!(decode_published(&roll, Steps(2)), [note(1, 60, 2)]);
    }

    #[test]
    fn values_that_are_no_numbers_are_silent() {
        let roll = roll(&[f32::NAN, 1.0], &[f32::NAN, f32::NAN]);
        assert_eq!(decode(&roll), [note(1, 60, 2)]);
    }

    #[test]
    fn notes_that_do_not_fit_the_roll_are_left_out_or_shortened() {
        let pitches = PitchRange::new(60, 2).unwrap();
        let notes = [note(0, 59, 2), note(2, 61, 9), note(4, 60, 5)];
        let roll = encode(&notes, Steps(4), pitches);
        assert_eq!(decode(&roll), [note(2, 61, 4)]);
    }

    fn any_notes() -> impl Strategy<Value = Vec<GridNote>> {
        let note = (0u32..256, 24u8..104, 1u32..64)
            .prop_map(|(start, pitch, length)| note(start, pitch, (start + length).min(256)));
        prop::collection::vec(note, 0..200)
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(mut notes in any_notes()) {
            let roll = encode(&notes, Steps(256), PitchRange::new(24, 80).unwrap());
            separate(&mut notes);
            prop_assert_eq!(decode(&roll), notes);
        }

        #[test]
        fn encoding_what_was_decoded_gives_the_same_notes(
            values in prop::collection::vec(-0.2f32..1.2, 2 * 64 * 3)
        ) {
            let roll = PianoRoll::new(values, PitchRange::new(60, 3).unwrap()).unwrap();
            let notes = decode(&roll);
            prop_assert_eq!(decode(&encode(&notes, roll.steps(), roll.pitches())), notes);
        }
    }
}
