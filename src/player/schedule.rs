//! Notes in the order in which they are played.

use crate::music::note::Note;

/// The notes of a draft, made ready for [`super::Player`]; never changed once made.
#[derive(Debug, Default, PartialEq)]
pub struct NoteSchedule {
    notes: Box<[ScheduledNote]>,
    ends: Box<[NoteEnd]>,
}

/// A note's beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScheduledNote {
    pub(super) start_beats: f64,
    pub(super) pitch: u8,
    pub(super) velocity: u8,
}

/// A note's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NoteEnd {
    pub(super) beats: f64,
    pub(super) pitch: u8,
    /// Index of the note among the beginnings.
    pub(super) note: usize,
}

impl NoteSchedule {
    /// Puts `notes` in order.
    ///
    /// A note that overlaps the next of its pitch ends where that one starts, and of two that start together the
    /// longer stays. Notes that MIDI cannot express (a time that is no finite number, no length, a pitch or velocity
    /// above 127) are left out; a velocity of 0 becomes 1, because MIDI would take it for an end.
    pub fn new(notes: &[Note]) -> Self {
        let mut notes: Vec<Note> = notes.iter().copied().filter(is_playable).collect();
        notes.sort_by(|a, b| {
            (a.pitch.cmp(&b.pitch))
                .then(a.start.0.total_cmp(&b.start.0))
                .then(b.length.0.total_cmp(&a.length.0))
        });
        notes.dedup_by(|later, earlier| {
            later.pitch == earlier.pitch && later.start == earlier.start
        });
        let mut spans: Vec<(ScheduledNote, f64)> = Vec::with_capacity(notes.len());
        for (index, note) in notes.iter().enumerate() {
            let next = notes.get(index + 1).filter(|next| next.pitch == note.pitch);
            let end_beats = next.map_or(note.end().0, |next| next.start.0.min(note.end().0));
            let scheduled = ScheduledNote {
                start_beats: note.start.0,
                pitch: note.pitch,
                velocity: note.velocity.max(1),
            };
            spans.push((scheduled, end_beats));
        }
        spans.sort_by(|(a, _), (b, _)| a.start_beats.total_cmp(&b.start_beats));
        let mut ends: Vec<NoteEnd> = (spans.iter().enumerate())
            .map(|(index, &(note, beats))| NoteEnd {
                beats,
                pitch: note.pitch,
                note: index,
            })
            .collect();
        ends.sort_by(|a, b| a.beats.total_cmp(&b.beats));
        Self {
            notes: spans.into_iter().map(|(note, _)| note).collect(),
            ends: ends.into(),
        }
    }

    /// The notes' beginnings, by time.
    pub(super) fn notes(&self) -> &[ScheduledNote] {
        &self.notes
    }

    /// The notes' ends, by time.
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

fn is_playable(note: &Note) -> bool {
    let end = note.end().0;
    note.start.0.is_finite()
        && end.is_finite()
        && end > note.start.0
        && note.pitch < 128
        && note.velocity < 128
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Beats;

    fn note(start: f64, length: f64, pitch: u8, velocity: u8) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity,
        }
    }

    #[test]
    fn overlapping_notes_of_one_pitch_are_cut_where_the_next_begins() {
        let schedule = NoteSchedule::new(&[note(0.0, 3.0, 60, 90), note(1.0, 1.0, 60, 80)]);
        let ends: Vec<f64> = schedule.ends.iter().map(|end| end.beats).collect();
        assert_eq!(ends, [1.0, 2.0]);
    }

    #[test]
    fn of_two_notes_that_start_together_on_one_pitch_the_longer_stays() {
        let schedule = NoteSchedule::new(&[note(0.0, 1.0, 60, 90), note(0.0, 2.0, 60, 80)]);
        assert_eq!(schedule.notes.len(), 1);
        assert_eq!(schedule.ends[0].beats, 2.0);
    }

    #[test]
    fn notes_that_midi_cannot_express_are_left_out() {
        let schedule = NoteSchedule::new(&[
            note(f64::NAN, 1.0, 60, 90),
            note(0.0, f64::INFINITY, 60, 90),
            note(0.0, 0.0, 60, 90),
            note(0.0, -1.0, 60, 90),
            note(0.0, 1.0, 128, 90),
            note(0.0, 1.0, 60, 200),
        ]);
        assert_eq!(schedule, NoteSchedule::default());
    }

    #[test]
    fn velocity_zero_is_not_a_hidden_note_off() {
        let schedule = NoteSchedule::new(&[note(0.0, 1.0, 60, 0)]);
        assert_eq!(schedule.notes[0].velocity, 1);
    }
}
