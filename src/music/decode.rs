//! Conversion between piano rolls and notes on their grid.

use crate::music::note::{GridNote, separate};
use crate::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts, is_on};
use crate::time::Steps;

/// Returns the notes of a roll: an onset starts a note, which lasts while it is sustained and not struck again.
///
/// Notes are sorted by start, pitch and part, and no two of one part and pitch overlap. They continue across segments.
pub fn decode(roll: &PianoRoll) -> Vec<GridNote> {
    let parts = roll.parts().iter();
    let notes_of = |part| notes_of(roll, part, |struck, sustained, _| sustained && !struck);
    let mut notes: Vec<GridNote> = parts.flat_map(notes_of).collect();
    notes.sort_unstable();
    notes
}

/// Returns the notes of a roll of one part exactly as the published decoding does, sorted by start, then pitch.
///
/// A note struck again while it is sustained sounds twice at once, and all notes end with their segment of `segment`
/// steps. Drafts use them after [`separate`].
///
/// # Panics
/// Panics if the roll has more than one part.
pub fn decode_published(roll: &PianoRoll, segment: Steps) -> Vec<GridNote> {
    notes_of(roll, RollPart::All, |_, sustained, step| {
        sustained && step % segment.0 as usize != 0
    })
}

/// Starts a note at every onset of a part and ends it at the first later step at which `lasts(struck, sustained, step)`
/// is false.
fn notes_of(
    roll: &PianoRoll,
    part: RollPart,
    lasts: impl Fn(bool, bool, usize) -> bool,
) -> Vec<GridNote> {
    let width = roll.pitches().count();
    let steps = roll.steps().0 as usize;
    let (onset, sustain) = (roll.onset(part), roll.sustain(part));
    let mut notes = Vec::new();
    for (at, _) in onset.iter().enumerate().filter(|(_, on)| is_on(**on)) {
        let (start, column) = (at / width, at % width);
        let end = (start + 1..steps)
            .find(|&step| {
                let at = step * width + column;
                !lasts(is_on(onset[at]), is_on(sustain[at]), step)
            })
            .unwrap_or(steps);
        notes.push(GridNote {
            start: Steps(start as u32),
            pitch: roll.pitches().pitch(column),
            part,
            end: Steps(end as u32),
        });
    }
    notes
}

/// Returns the roll of 0 and 1 from which [`decode`] reads `notes` back, once [`separate`]d.
///
/// Notes that start beyond `steps`, lie outside `pitches` or belong to none of `parts` are left out, and longer ones end
/// with the roll.
pub fn encode(
    notes: &[GridNote],
    steps: Steps,
    parts: RollParts,
    pitches: PitchRange,
) -> PianoRoll {
    let mut notes = notes.to_vec();
    separate(&mut notes);
    let mut roll = PianoRoll::silent(steps, parts, pitches);
    for part in parts.iter() {
        let (onset, sustain) = roll.planes_mut(part);
        let fits = |note: &&GridNote| note.part == part && note.start < steps;
        for note in notes.iter().filter(fits) {
            let Some(column) = pitches.index(note.pitch) else {
                continue;
            };
            let at = |step: u32| step as usize * pitches.count() + column;
            onset[at(note.start.0)] = 1.0;
            for step in note.start.0 + 1..note.end.0.min(steps.0) {
                sustain[at(step)] = 1.0;
            }
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
            part: RollPart::All,
            end: Steps(end),
        }
    }

    /// Returns one part and pitch, from onset and sustain step by step.
    fn roll(onset: &[f32], sustain: &[f32]) -> PianoRoll {
        let pitches = PitchRange::new(60, 1).unwrap();
        PianoRoll::new([onset, sustain].concat(), RollParts::One, pitches).unwrap()
    }

    #[test]
    fn a_half_is_off() {
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
    fn notes_continue_across_segments_only_in_our_decoding() {
        let roll = roll(&[0.0, 1.0, 0.0, 0.0], &[0.0, 0.0, 1.0, 1.0]);
        assert_eq!(decode(&roll), [note(1, 60, 4)]);
        assert_eq!(decode_published(&roll, Steps(2)), [note(1, 60, 2)]);
    }

    #[test]
    fn nan_is_off() {
        let roll = roll(&[f32::NAN, 1.0], &[f32::NAN, f32::NAN]);
        assert_eq!(decode(&roll), [note(1, 60, 2)]);
    }

    #[test]
    fn notes_that_do_not_fit_the_roll_are_left_out_or_shortened() {
        let pitches = PitchRange::new(60, 2).unwrap();
        let lead = GridNote {
            part: RollPart::Lead,
            ..note(0, 60, 2)
        };
        let notes = [note(0, 59, 2), note(2, 61, 9), note(4, 60, 5), lead];
        let roll = encode(&notes, Steps(4), RollParts::One, pitches);
        assert_eq!(decode(&roll), [note(2, 61, 4)]);
    }

    #[test]
    fn a_note_of_one_part_does_not_end_another_parts_note_of_its_pitch() {
        let two = RollParts::LeadAndAccompaniment;
        let in_part = |part, note| GridNote { part, ..note };
        let notes = [
            in_part(RollPart::Accompaniment, note(0, 60, 8)),
            in_part(RollPart::Lead, note(4, 60, 6)),
        ];
        let roll = encode(&notes, Steps(8), two, PitchRange::MIDI);
        assert_eq!(decode(&roll), notes);
    }

    fn any_parts() -> impl Strategy<Value = RollParts> {
        prop::sample::select(RollParts::ALL.to_vec())
    }

    fn any_notes(parts: RollParts) -> impl Strategy<Value = Vec<GridNote>> {
        let part = prop::sample::select(parts.iter().collect::<Vec<_>>());
        let note =
            (0u32..256, 24u8..104, 1u32..64, part).prop_map(|(start, pitch, length, part)| {
                GridNote {
                    part,
                    ..note(start, pitch, (start + length).min(256))
                }
            });
        prop::collection::vec(note, 0..200)
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(
            (parts, mut notes) in any_parts().prop_flat_map(|parts| (Just(parts), any_notes(parts)))
        ) {
            let roll = encode(&notes, Steps(256), parts, PitchRange::new(24, 80).unwrap());
            separate(&mut notes);
            prop_assert_eq!(decode(&roll), notes);
        }

        #[test]
        fn encoding_what_was_decoded_gives_the_same_notes(
            parts in any_parts(),
            values in prop::collection::vec(-0.2f32..1.2, 4 * 64 * 3)
        ) {
            let roll = PianoRoll::new(values, parts, PitchRange::new(60, 3).unwrap()).unwrap();
            let notes = decode(&roll);
            let again = encode(&notes, roll.steps(), parts, roll.pitches());
            prop_assert_eq!(decode(&again), notes);
        }
    }
}
