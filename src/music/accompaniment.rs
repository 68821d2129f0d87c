//! Divides an accompaniment into chords and bass.

use crate::music::note::GridNote;
use crate::music::part::Part;

/// The highest pitch of a bass note: G3.
pub const HIGHEST_BASS: u8 = 55;

/// Returns the part of each of `notes`, which are sorted by start: [`Part::Bass`] for a note that is, at its onset, the
/// lowest of all that sound and no higher than [`HIGHEST_BASS`], [`Part::Chords`] for every other.
pub fn divide(notes: &[GridNote]) -> Vec<Part> {
    let mut sounding: Vec<GridNote> = Vec::new();
    let mut parts = Vec::with_capacity(notes.len());
    for chord in notes.chunk_by(|a, b| a.start == b.start) {
        sounding.retain(|note| note.end > chord[0].start);
        sounding.extend(chord);
        let lowest = sounding.iter().map(|note| note.pitch).min();
        parts.extend(chord.iter().map(|note| {
            if note.pitch <= HIGHEST_BASS && Some(note.pitch) == lowest {
                Part::Bass
            } else {
                Part::Chords
            }
        }));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    fn note(start: u32, pitch: u8, end: u32) -> GridNote {
        GridNote {
            start: Steps(start),
            pitch,
            end: Steps(end),
            part: RollPart::Accompaniment,
        }
    }

    #[test]
    fn the_lowest_note_at_its_onset_is_the_bass() {
        let notes = [
            note(0, 36, 8),
            note(0, 52, 4),
            note(0, 60, 4),
            note(4, 43, 8),
        ];
        let parts = divide(&notes);
        assert_eq!(
            parts,
            [Part::Bass, Part::Chords, Part::Chords, Part::Chords]
        );
    }

    #[test]
    fn a_note_takes_over_the_bass_when_the_one_below_has_ended() {
        let notes = [note(0, 36, 4), note(4, 43, 8), note(8, 57, 12)];
        assert_eq!(divide(&notes), [Part::Bass, Part::Bass, Part::Chords]);
    }

    #[test]
    fn nothing_above_g3_is_a_bass() {
        assert_eq!(
            divide(&[note(0, 55, 4), note(4, 56, 8)]),
            [Part::Bass, Part::Chords]
        );
        assert!(divide(&[]).is_empty());
    }
}
