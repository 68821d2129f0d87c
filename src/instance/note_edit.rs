//! Changing single notes of the current take.

use std::sync::Arc;

use super::state::State;
use crate::generator::{Draft, give_way};
use crate::music::note::Note;
use crate::music::score::{RawScore, Score};
use crate::time::Beats;

/// A change of one note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteEdit {
    /// Adds a note.
    Add(Note),
    /// Puts a note in the place of another.
    Change {
        /// The note as it was.
        from: Note,
        /// The note as it becomes.
        to: Note,
    },
    /// Removes a note.
    Delete(Note),
}

impl NoteEdit {
    /// The note that goes.
    fn goes(&self) -> Option<&Note> {
        match self {
            Self::Add(_) => None,
            Self::Change { from, .. } | Self::Delete(from) => Some(from),
        }
    }

    /// The note that comes.
    fn comes(&self) -> Option<Note> {
        match *self {
            Self::Add(to) | Self::Change { to, .. } => Some(to),
            Self::Delete(_) => None,
        }
    }
}

impl State {
    /// Changes a note of the current take. A note that comes is marked as edited, and others of its pitch and part give way
    /// to it. Does nothing if the note that is to go is not there, or the one that comes is not possible.
    pub fn edit_note(&mut self, edit: NoteEdit) {
        let current = self.current.and_then(|index| self.takes.get_mut(index));
        let Some(take) = current else { return };
        let Some(score) = edited(&take.draft.score, &edit) else {
            return;
        };
        take.draft = Arc::new(Draft {
            score,
            recipe: take.draft.recipe.clone(),
        });
        let notes = take.draft.score.notes();
        take.edited.extend(edit.comes());
        take.edited.retain(|note| notes.contains(note));
    }
}

/// Returns the score after an edit, or `None` if it cannot be made.
fn edited(score: &Score, edit: &NoteEdit) -> Option<Score> {
    let mut notes = score.notes().to_vec();
    if let Some(old) = edit.goes() {
        let at = notes.iter().position(|note| note == old)?;
        notes.remove(at);
    }
    if let Some(new) = edit.comes() {
        let piece = Beats(0.0)..score.length();
        if !piece.contains(&new.start) {
            return None;
        }
        notes = give_way(notes, &[new]);
        notes.push(new);
        notes.sort_by(Note::position);
    }
    let raw = RawScore {
        notes,
        ..score.clone().into()
    };
    Score::new(raw).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;
    use crate::time::Bars;

    fn note(start: f64, length: f64, pitch: u8) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part: Part::Lead,
        }
    }

    fn state(notes: &[Note]) -> State {
        let mut state = State::default();
        let draft = Draft {
            score: Score::repaired(RawScore {
                notes: notes.to_vec(),
                bars: Bars(2),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        state.add_take(draft, 0);
        state
    }

    fn notes(state: &State) -> (Vec<Note>, Vec<Note>) {
        let take = state.current_take().unwrap();
        (take.draft.score.notes().to_vec(), take.edited.clone())
    }

    #[test]
    fn a_moved_note_is_edited_and_others_give_way_to_it() {
        let (first, second) = (note(0.0, 2.0, 60), note(4.0, 1.0, 62));
        let mut state = state(&[first, second]);
        let to = note(1.0, 1.0, 60);
        state.edit_note(NoteEdit::Change { from: second, to });
        assert_eq!(notes(&state), (vec![note(0.0, 1.0, 60), to], vec![to]));
    }

    #[test]
    fn notes_are_added_and_deleted_and_only_those_that_are_there_count_as_edited() {
        let first = note(0.0, 1.0, 60);
        let mut state = state(&[first]);
        let drawn = note(3.0, 0.25, 72);
        state.edit_note(NoteEdit::Add(drawn));
        state.edit_note(NoteEdit::Delete(first));
        assert_eq!(notes(&state), (vec![drawn], vec![drawn]));
        state.edit_note(NoteEdit::Delete(drawn));
        assert_eq!(notes(&state), (vec![], vec![]));
    }

    #[test]
    fn impossible_edits_change_nothing() {
        let first = note(0.0, 1.0, 60);
        let mut state = state(&[first]);
        let before = state.clone();
        for edit in [
            NoteEdit::Delete(note(0.0, 1.0, 61)),
            NoteEdit::Add(note(8.0, 1.0, 60)),
            NoteEdit::Add(note(-0.5, 1.0, 60)),
            NoteEdit::Add(note(0.0, 0.0, 60)),
            NoteEdit::Add(note(f64::NAN, 1.0, 60)),
        ] {
            state.edit_note(edit);
            assert_eq!(state, before, "{edit:?}");
        }
        State::default().edit_note(NoteEdit::Add(first));
    }
}
