//! A theme taken up by a later section.

use std::ops::Range;

use crate::music::chord::Chord;
use crate::music::key::Key;
use crate::music::note::Note;
use crate::time::{Beats, STEPS_PER_BEAT};

/// Returns the notes that start in `beats`, to the nearest sixteenth, ended there where they last longer.
pub(in crate::generator) fn clipped(notes: &[Note], beats: &Range<usize>) -> Vec<Note> {
    let steps = f64::from(STEPS_PER_BEAT);
    let (start, end) = (beats.start as f64, beats.end as f64);
    let inside = (notes.iter())
        .filter(|note| (start..end).contains(&((note.start.0 * steps).round() / steps)));
    let ended = inside.map(|note| match note.end().0 > end {
        true => Note {
            length: Beats(end - note.start.0),
            ..*note
        },
        false => *note,
    });
    ended.filter(|note| note.length.0 > 0.0).collect()
}

/// Returns the notes `beats` later and `semitones` higher, without those that no MIDI pitch can hold.
pub(in crate::generator) fn moved(notes: &[Note], beats: f64, semitones: i8) -> Vec<Note> {
    let moved = |note: &Note| {
        let pitch = note.pitch.checked_add_signed(semitones)?;
        (pitch < 128).then_some(Note {
            start: Beats(note.start.0 + beats),
            pitch,
            ..*note
        })
    };
    notes.iter().filter_map(moved).collect()
}

/// Returns how many semitones a theme over the chords `from` moves, −5 to 6, to fit the chords `to`: as far as the chords do
/// if all of them do so together, otherwise as far as the key does.
pub(in crate::generator) fn interval(from: &[Option<Chord>], to: &[Option<Chord>]) -> i8 {
    let agrees = |semitones: u8| {
        let mut pairs = from.iter().zip(to);
        pairs.all(|(from, to)| from.map(|chord| chord.transposed(semitones)) == *to)
    };
    let tonic = |chords: &[Option<Chord>]| Key::of_chords(chords).relative_major();
    let semitones = (0..12)
        .find(|&semitones| agrees(semitones))
        .unwrap_or_else(|| (tonic(to) + 12 - tonic(from)) % 12);
    nearest(semitones)
}

/// Returns the shortest way, −5 to 6 semitones, to a pitch class so many semitones above.
pub(in crate::generator) fn nearest(semitones: u8) -> i8 {
    let up = (semitones % 12) as i8;
    if up > 6 { up - 12 } else { up }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::ChordLane;
    use crate::music::part::Part;

    fn note(start: f64, length: f64) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch: 60,
            velocity: 80,
            part: Part::Lead,
        }
    }

    #[test]
    fn notes_end_with_their_section() {
        let notes = [
            note(3.95, 0.5),
            note(4.0, 2.0),
            note(6.0, 9.0),
            note(7.95, 1.0),
        ];
        let expected = [note(3.95, 0.5), note(4.0, 2.0), note(6.0, 2.0)];
        assert_eq!(clipped(&notes, &(4..8)), expected);
        assert_eq!(clipped(&notes, &(4..4)), []);
    }

    #[test]
    fn a_moved_note_leaves_the_keyboard_rather_than_wrap() {
        let high = Note {
            pitch: 125,
            ..note(1.0, 1.0)
        };
        let at = |pitch| Note {
            pitch,
            ..note(9.0, 1.0)
        };
        assert_eq!(moved(&[high, note(1.0, 1.0)], 8.0, 3), [at(63)]);
        assert_eq!(moved(&[high], 8.0, -5), [at(120)]);
    }

    #[test]
    fn a_theme_moves_with_the_chords_or_with_the_key() {
        let chords = |text: &str| text.parse::<ChordLane>().unwrap().chords(16);
        let from = chords("C | Am | F | G");
        assert_eq!(interval(&from, &from), 0);
        assert_eq!(interval(&from, &chords("G | Em | C | D")), -5);
        // Other chords of the same key, and of another.
        assert_eq!(interval(&from, &chords("Am | F | G | C")), 0);
        assert_eq!(interval(&from, &chords("D | G | A | D")), 2);
        assert_eq!(interval(&[], &[]), 0);
    }
}
