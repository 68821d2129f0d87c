//! Restoring the rules of a score.

use super::{MAX_BARS, MAX_NOTES, RawScore};
use crate::music::note::Note;
use crate::music::outputs::MIDI_CHANNELS;
use crate::music::part::Part;
use crate::time::{Bars, Beats};

impl RawScore {
    /// Returns the nearest contents that [`Score::new`](super::Score::new) accepts. Valid contents stay as they are.
    ///
    /// Clamps bars and velocities; drops notes, chords, cuts and sections with impossible times or pitches; sorts them
    /// all; ends a note where the next one of its channel and pitch starts. Of notes that start together on one channel and
    /// pitch, the longest stays; of sections that start together, the first.
    #[must_use]
    pub fn repaired(mut self) -> Self {
        self.bars = Bars(self.bars.0.clamp(1, MAX_BARS));
        let limit = self.limit();
        for note in &mut self.notes {
            note.velocity = note.velocity.clamp(1, 127);
        }
        self.notes.retain(|note| note.is_valid(limit));
        self.notes.truncate(MAX_NOTES);
        separate(&mut self.notes, Part::channel);
        self.chords.retain(|chord| chord.start.0.is_finite());
        (self.chords).sort_by(|a, b| a.start.0.total_cmp(&b.start.0));
        self.cuts.retain(|cut| cut.0.is_finite());
        self.cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let piece = self.piece();
        (self.sections).retain(|section| piece.contains(&section.start));
        (self.sections).sort_by(|a, b| a.start.0.total_cmp(&b.start.0));
        (self.sections).dedup_by(|later, earlier| later.start == earlier.start);
        self
    }
}

/// Sorts notes and ends each where the next one of its channel and pitch starts. `channel` is below [`MIDI_CHANNELS`].
pub(super) fn separate(notes: &mut Vec<Note>, channel: impl Fn(Part) -> u8) {
    notes.sort_by(|a, b| (a.start.0.total_cmp(&b.start.0)).then(a.length.0.total_cmp(&b.length.0)));
    let mut next_starts = [[Beats(f64::INFINITY); 128]; MIDI_CHANNELS as usize];
    for note in notes.iter_mut().rev() {
        let channel = usize::from(channel(note.part));
        let next_start = &mut next_starts[channel][usize::from(note.pitch)];
        note.end_by(*next_start);
        *next_start = note.start;
    }
    // Of notes that started together, all but the longest now have no length.
    notes.retain(|note| note.end() > note.start);
    notes.sort_by(Note::position);
}
