//! The notes that a mask is laid over, so that those it keeps come out as they were played.

use std::collections::HashMap;

use crate::music::decode::decode_published;
use crate::music::dynamics::PUBLISHED_VELOCITY;
use crate::music::note::{GridNote, Note, separate};
use crate::music::piano_roll::{PianoRoll, RollPart, is_on};
use crate::time::Steps;

/// The notes that there were, as played and on the grid.
pub(super) struct KnownNotes {
    played: HashMap<(Steps, u8), Note>,
    /// Sorted, and none of one pitch overlap.
    grid: Vec<GridNote>,
}

impl KnownNotes {
    /// Rounds `notes` to the grid; of those that begin together on one pitch, the longest counts.
    pub(super) fn of(notes: &[Note]) -> Self {
        let on_grid = |note: &Note| GridNote {
            part: RollPart::All,
            ..GridNote::quantised(note)
        };
        let mut played: HashMap<(Steps, u8), Note> = HashMap::new();
        for note in notes {
            let key = (on_grid(note).start, note.pitch);
            let longest = played.entry(key).or_insert(*note);
            if longest.length < note.length {
                *longest = *note;
            }
        }
        let mut grid: Vec<GridNote> = notes.iter().map(on_grid).collect();
        separate(&mut grid);
        Self { played, grid }
    }

    /// Returns the notes on the grid; none of one pitch overlap.
    pub(super) fn grid(&self) -> &[GridNote] {
        &self.grid
    }

    /// Returns the notes of `painted`, those that `mask` keeps as they were played.
    pub(super) fn restored(
        &self,
        painted: &PianoRoll,
        mask: &PianoRoll,
        segment: Steps,
    ) -> Vec<Note> {
        let mut notes = decode_published(painted, segment);
        separate(&mut notes);
        let ends: HashMap<(Steps, u8), Steps> = (self.grid.iter())
            .map(|note| ((note.start, note.pitch), note.end))
            .collect();
        let width = mask.pitches().count();
        let is_kept = |note: &GridNote| {
            let column = mask.pitches().index(note.pitch);
            let at = |column| note.start.0 as usize * width + column;
            column.is_some_and(|column| is_on(mask.onset(RollPart::All)[at(column)]))
        };
        let as_it_was = |note: &GridNote| {
            let key = (note.start, note.pitch);
            // The published decoding ends notes with their segment.
            let segment_end = (note.start.0 / segment.0 + 1) * segment.0;
            let end = ends.get(&key)?.0.min(segment_end);
            let is_whole = is_kept(note) && note.end.0 == end;
            self.played.get(&key).copied().filter(|_| is_whole)
        };
        (notes.iter())
            .map(|note| as_it_was(note).unwrap_or_else(|| note.with_velocity(PUBLISHED_VELOCITY)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::decode::encode;
    use crate::music::mask;
    use crate::music::part::Part;
    use crate::music::piano_roll::{PitchRange, RollParts};
    use crate::time::Beats;

    #[test]
    fn kept_notes_are_as_they_were_played_and_painted_ones_on_the_grid() {
        let played = |start, length, pitch| Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 33,
            part: Part::Lead,
        };
        let [early, across, late] = [
            played(0.03, 0.9, 60),
            played(7.0, 2.0, 64),
            played(4.1, 1.0, 62),
        ];
        let known = KnownNotes::of(&[early, across, late]);
        let roll = encode(known.grid(), Steps(48), RollParts::One, PitchRange::MIDI);
        // The second bar is painted, and comes out as it was; segments are two bars long.
        let mask = mask::bars(&roll, &[1]);
        let notes = known.restored(&roll, &mask, Steps(32));
        let repainted = |start, length, pitch| Note {
            velocity: PUBLISHED_VELOCITY,
            part: Part::All,
            ..played(start, length, pitch)
        };
        assert_eq!(
            notes,
            [early, repainted(4.0, 1.0, 62), repainted(7.0, 1.0, 64)]
        );
        let notes = known.restored(&roll, &mask::bars(&roll, &[]), Steps(32));
        assert_eq!(notes, [early, late, across]);
    }
}
