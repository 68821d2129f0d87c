//! Hearing the note that the pointer holds.

use egui::{Response, Ui};

use super::NoteEditing;
use crate::editor::contents::Scene;
use crate::editor::piano_roll::Roll;
use crate::music::note::Note;

impl NoteEditing {
    /// Lets the note that the pointer presses in `notes` be heard, and again whenever a drag changes its pitch.
    pub(super) fn hear(
        &mut self,
        ui: &Ui,
        response: &Response,
        roll: &Roll<'_>,
        notes: &[Note],
        scene: Scene<'_>,
    ) {
        let held = self.held(ui, response, roll, notes);
        if let Some(note) = held.filter(|note| self.heard_pitch != Some(note.pitch)) {
            hear_once(note, scene);
        }
        self.heard_pitch = held.map(|note| note.pitch);
    }

    fn held(&self, ui: &Ui, response: &Response, roll: &Roll<'_>, notes: &[Note]) -> Option<Note> {
        let (is_down, origin, latest, snaps) = ui.input(|input| {
            let pointer = &input.pointer;
            (
                pointer.primary_down(),
                pointer.press_origin(),
                pointer.latest_pos(),
                !input.modifiers.alt,
            )
        });
        let is_held = response.is_pointer_button_down_on() && is_down;
        match self.drag {
            Some(drag) if is_held => Some(roll.dragged(drag, latest?, snaps)),
            None if is_held => Some(roll.grip_at(notes, origin?)?.0),
            // It may be pressed and released within a frame.
            _ if response.clicked() => {
                Some(roll.grip_at(notes, response.interact_pointer_pos()?)?.0)
            }
            _ => None,
        }
    }
}

/// Lets a note be heard at the pitch at which it is played.
pub(super) fn hear_once(note: Note, scene: Scene<'_>) {
    let pitch = scene.state.outputs.of(note.part).pitch(note.pitch);
    scene.desk.session.audition(pitch, note.velocity);
}
