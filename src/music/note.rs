//! Notes, in beats and on the grid of a piano roll.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::music::part::Part;
use crate::time::{Beats, STEPS_PER_BEAT, Steps};

/// A note on the draft's own time line, which starts at beat 0 with the draft's first bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// When it starts.
    pub start: Beats,
    /// How long it sounds; above 0.
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
    /// When it ends.
    pub fn end(&self) -> Beats {
        self.start + self.length
    }

    /// The order of notes in a score: by start, then pitch, then part.
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

/// A note on the grid of sixteenth steps, as a piano roll holds it; its order is that of drafts: start, then pitch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GridNote {
    /// The step it starts with.
    pub start: Steps,
    /// MIDI pitch, 0 to 127.
    pub pitch: u8,
    /// The first step in which it no longer sounds; above `start`.
    pub end: Steps,
}

impl GridNote {
    /// The nearest note on the grid, at least one step long.
    pub fn quantised(note: &Note) -> Self {
        let nearest = |time: Beats| (time.0 * f64::from(STEPS_PER_BEAT)).round() as u32;
        let start = nearest(note.start);
        Self {
            start: Steps(start),
            pitch: note.pitch,
            end: Steps(nearest(note.end()).max(start.saturating_add(1))),
        }
    }

    /// The same note in beats.
    pub fn with_velocity(self, velocity: u8) -> Note {
        Note {
            start: self.start.beats(),
            length: (self.end - self.start).beats(),
            pitch: self.pitch,
            velocity,
            part: Part::All,
        }
    }
}

/// Sorts notes by start, then pitch, and ends each note where the next one of its pitch starts; of notes that start
/// together on one pitch the longest stays.
pub fn separate(notes: &mut Vec<GridNote>) {
    notes.sort_unstable_by_key(|note| (note.pitch, note.start, std::cmp::Reverse(note.end)));
    notes.dedup_by_key(|note| (note.pitch, note.start));
    for i in 1..notes.len() {
        let next = notes[i];
        let note = &mut notes[i - 1];
        if note.pitch == next.pitch {
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
            end: Steps(end),
        }
    }

    #[test]
    fn repeated_notes_stay_apart() {
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
