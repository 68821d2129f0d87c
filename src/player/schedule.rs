//! Notes in the order in which they are played.

use crate::music::score::Score;

/// The notes of a score, made ready for [`super::Player`]. Immutable.
#[derive(Debug, Default, PartialEq)]
pub struct NoteSchedule {
    notes: Box<[ScheduledNote]>,
    ends: Box<[NoteEnd]>,
}

/// The start of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScheduledNote {
    pub(super) start_beats: f64,
    pub(super) channel: u8,
    pub(super) pitch: u8,
    pub(super) velocity: u8,
}

/// The end of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NoteEnd {
    pub(super) beats: f64,
    pub(super) channel: u8,
    pub(super) pitch: u8,
    /// Index of the note among the starts.
    pub(super) note: usize,
}

impl NoteSchedule {
    /// Returns the schedule of a score's notes.
    pub fn new(score: &Score) -> Self {
        let notes = score.notes();
        let mut ends: Box<[NoteEnd]> = (notes.iter().enumerate())
            .map(|(index, note)| NoteEnd {
                beats: note.end().0,
                channel: note.part.channel(),
                pitch: note.pitch,
                note: index,
            })
            .collect();
        ends.sort_by(|a, b| a.beats.total_cmp(&b.beats));
        let notes = notes.iter().map(|note| ScheduledNote {
            start_beats: note.start.0,
            channel: note.part.channel(),
            pitch: note.pitch,
            velocity: note.velocity,
        });
        Self {
            notes: notes.collect(),
            ends,
        }
    }

    /// Returns the starts of the notes, by time.
    pub(super) fn notes(&self) -> &[ScheduledNote] {
        &self.notes
    }

    /// Returns the ends of the notes, by time.
    pub(super) fn ends(&self) -> &[NoteEnd] {
        &self.ends
    }

    /// Index of the first note that starts at or after `beats`.
    pub(super) fn first_start_from(&self, beats: f64) -> usize {
        self.notes.partition_point(|note| note.start_beats < beats)
    }

    /// Index of the first end at or after `beats`.
    pub(super) fn first_end_from(&self, beats: f64) -> usize {
        self.ends.partition_point(|end| end.beats < beats)
    }
}
