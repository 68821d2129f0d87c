//! Notes, in beats and on the grid of a piano roll.

use std::cmp::{Ordering, Reverse};

use serde::{Deserialize, Serialize};

use crate::music::part::Part;
use crate::music::piano_roll::RollPart;
use crate::time::{Beats, STEPS_PER_BEAT, Steps};

/// A note of a score, whose first bar starts at beat 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its start.
    pub start: Beats,
    /// Its length; above 0.
    pub length: Beats,
    /// MIDI pitch, 0 to 127; 60 is middle C.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// The part that plays it.
    #[serde(default, skip_serializing_if = "Part::is_all")]
    pub part: Part,
}

impl Note {
    /// Its end.
    pub fn end(&self) -> Beats {
        self.start + self.length
    }

    /// Returns the order of notes in a score: by start, then pitch, then part.
    pub fn position(&self, other: &Self) -> Ordering {
        (self.start.0.total_cmp(&other.start.0))
            .then(self.pitch.cmp(&other.pitch))
            .then(self.part.cmp(&other.part))
    }

    /// Returns whether a score whose notes start before `limit` can have this note.
    pub(super) fn is_valid(&self, limit: Beats) -> bool {
        let starts = Beats(0.0)..limit;
        starts.contains(&self.start)
            && self.end() > self.start
            && self.length <= limit
            && self.pitch < 128
            && (1..=127).contains(&self.velocity)
    }

    /// Shortens the note if it would end after `limit`.
    pub(super) fn end_by(&mut self, limit: Beats) {
        if self.end() > limit {
            self.length = limit - self.start;
        }
        // The difference may have been rounded up.
        if self.end() > limit {
            self.length = Beats(self.length.0.next_down());
        }
    }
}

/// A note on the grid of sixteenth steps, as a piano roll holds it. Notes are ordered by start, pitch and part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GridNote {
    /// The first step in which it sounds.
    pub start: Steps,
    /// MIDI pitch, 0 to 127.
    pub pitch: u8,
    /// The part of the roll.
    pub part: RollPart,
    /// The first step after its end; above `start`.
    pub end: Steps,
}

impl GridNote {
    /// Returns the nearest note on the grid, at least one step long.
    pub fn quantised(note: &Note) -> Self {
        let nearest = |time: Beats| (time.0 * f64::from(STEPS_PER_BEAT)).round() as u32;
        let start = nearest(note.start);
        Self {
            start: Steps(start),
            pitch: note.pitch,
            part: note.part.into(),
            end: Steps(nearest(note.end()).max(start.saturating_add(1))),
        }
    }

    /// Returns the note in beats.
    pub fn with_velocity(self, velocity: u8) -> Note {
        Note {
            start: self.start.beats(),
            length: (self.end - self.start).beats(),
            pitch: self.pitch,
            velocity,
            part: self.part.into(),
        }
    }
}

/// Sorts notes by start, pitch and part, and ends each where the next one of its part and pitch starts. Of notes of one
/// part and pitch that start together, the longest stays.
pub fn separate(notes: &mut Vec<GridNote>) {
    notes.sort_unstable_by_key(|note| (note.part, note.pitch, note.start, Reverse(note.end)));
    notes.dedup_by_key(|note| (note.part, note.pitch, note.start));
    for i in 1..notes.len() {
        let next = notes[i];
        let note = &mut notes[i - 1];
        if (note.part, note.pitch) == (next.part, next.pitch) {
            note.end = note.end.min(next.start);
        }
    }
    notes.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(start: u32, pitch: u8, end: u32) -> GridNote {
        GridNote {
            start: Steps(start),
            pitch,
            part: RollPart::All,
            end: Steps(end),
        }
    }

    #[test]
    fn a_repeated_note_ends_where_it_starts_again() {
        let mut notes = vec![
            note(4, 60, 8),
            note(0, 64, 16),
            note(0, 60, 16),
            note(0, 60, 2),
        ];
        separate(&mut notes);
        assert_eq!(notes, [note(0, 60, 4), note(0, 64, 16), note(4, 60, 8)]);
    }

    #[test]
    fn a_note_off_the_grid_moves_to_the_nearest_step_and_keeps_at_least_one() {
        let played = Note {
            start: Beats(1.1),
            length: Beats(0.05),
            pitch: 60,
            velocity: 90,
            part: Part::All,
        };
        assert_eq!(GridNote::quantised(&played), note(4, 60, 5));
    }

    #[test]
    fn a_note_of_the_grid_comes_back_from_beats() {
        let grid = note(3, 72, 10);
        assert_eq!(GridNote::quantised(&grid.with_velocity(64)), grid);
    }
}
