//! Editing single notes in the roll: move, lengthen, draw, delete.

mod hearing;

use egui::{CornerRadius, CursorIcon, Key, Pos2, Rect, Response, Stroke, StrokeKind, Ui};

use super::contents::Scene;
use super::piano_roll::Roll;
use super::theme;
use crate::generator::Draft;
use crate::instance::NoteEdit;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::time::{Beats, STEPS_PER_BEAT};
use hearing::hear_once;

/// How near the right edge of a note the pointer takes hold of its end, in points.
const END_REACH: f32 = 5.0;
/// Notes narrower than this are taken hold of as a whole, in points.
const LEAST_WIDTH_WITH_END: f32 = 12.0;
/// The loudness of a note that is drawn.
const VELOCITY: u8 = 84;
/// The length of a note that is drawn.
const LENGTH: Beats = Beats(1.0);
/// The length of a sixteenth, to which notes snap.
const STEP: f64 = 1.0 / STEPS_PER_BEAT as f64;

/// The note that is selected, and the drag that changes it.
#[derive(Debug, Default)]
pub(super) struct NoteEditing {
    selected: Option<Note>,
    drag: Option<Drag>,
    /// The pitch of the note that is held and was heard.
    heard_pitch: Option<u8>,
}

/// A drag of a note.
#[derive(Clone, Copy, Debug)]
struct Drag {
    note: Note,
    grip: Grip,
    from: Pos2,
}

/// What the pointer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    Whole,
    End,
}

impl NoteEditing {
    /// Lets the user edit the notes of `draft` by input over `response`, the lanes. Returns whether the input was for a note,
    /// and so neither scrolls nor zooms.
    pub(super) fn follow(
        &mut self,
        ui: &Ui,
        response: &Response,
        roll: &Roll<'_>,
        draft: &Draft,
        scene: Scene<'_>,
    ) -> bool {
        let session = &scene.desk.session;
        let notes = draft.score.notes();
        self.selected = self.selected.filter(|note| notes.contains(note));
        self.hear(ui, response, roll, notes, scene);
        let pointer = response.interact_pointer_pos();
        let hovered = response.hover_pos().and_then(|at| roll.grip_at(notes, at));
        if let Some((_, grip)) = hovered {
            ui.set_cursor_icon(match grip {
                Grip::Whole => CursorIcon::Grab,
                Grip::End => CursorIcon::ResizeHorizontal,
            });
        }
        let origin = ui.input(|input| input.pointer.press_origin());
        if response.drag_started()
            && let Some(from) = origin
            && let Some((note, grip)) = roll.grip_at(notes, from)
        {
            self.selected = Some(note);
            self.drag = Some(Drag { note, grip, from });
        }
        if response.double_clicked()
            && let Some(at) = pointer.filter(|at| roll.contains(*at))
        {
            let edit = match roll.grip_at(notes, at) {
                Some((note, _)) => NoteEdit::Delete(note),
                None => {
                    let note = roll.drawn_note(at, notes, scene);
                    hear_once(note, scene);
                    NoteEdit::Add(note)
                }
            };
            self.selected = None;
            session.edit(|state| state.edit_note(edit));
            return true;
        }
        if response.clicked()
            && let Some(at) = pointer.filter(|at| roll.contains(*at))
        {
            self.selected = roll.grip_at(notes, at).map(|(note, _)| note);
        }
        if let Some(drag) = self.drag {
            let snaps = !ui.input(|input| input.modifiers.alt);
            if let Some(at) = ui.input(|input| input.pointer.latest_pos()) {
                let to = roll.dragged(drag, at, snaps);
                roll.paint_ghost(ui, &to);
                if response.drag_stopped() {
                    self.drag = None;
                    if to != drag.note {
                        let from = drag.note;
                        session.edit(|state| state.edit_note(NoteEdit::Change { from, to }));
                        self.selected = Some(to);
                    }
                }
            }
            if !response.dragged() {
                self.drag = None;
            }
            return true;
        }
        let deletes = response.has_focus()
            && ui
                .input(|input| input.key_pressed(Key::Delete) || input.key_pressed(Key::Backspace));
        if let (true, Some(note)) = (deletes, self.selected.take_if(|_| deletes)) {
            session.edit(|state| state.edit_note(NoteEdit::Delete(note)));
        }
        if let Some(place) = self.selected.and_then(|note| roll.rect_of(&note)) {
            ui.painter().with_clip_rect(roll.keys()).rect_stroke(
                place,
                CornerRadius::same(2),
                Stroke::new(1.0, theme::TEXT),
                StrokeKind::Outside,
            );
        }
        false
    }
}

impl Roll<'_> {
    fn contains(&self, at: Pos2) -> bool {
        self.keys().contains(at)
    }

    /// Returns the note at a place, the last one that is painted there, and what of it a pointer there takes hold of.
    fn grip_at(&self, notes: &[Note], at: Pos2) -> Option<(Note, Grip)> {
        if !self.contains(at) {
            return None;
        }
        let hit = |note: &&Note| {
            let place = self.rect_of(note);
            place.is_some_and(|place| place.expand(1.5).contains(at))
        };
        let note = notes.iter().rev().find(hit)?;
        let place = self.rect_of(note)?;
        let is_end = place.width() >= LEAST_WIDTH_WITH_END && at.x > place.right() - END_REACH;
        Some((*note, if is_end { Grip::End } else { Grip::Whole }))
    }

    /// Returns the beat of the draft at a place.
    fn draft_beat(&self, at: Pos2) -> f64 {
        self.timeline.beat_at(at.x) - self.start.0
    }

    /// Returns what a dragged note becomes. It snaps by whole sixteenths, so that one that lay off the grid stays off it by as
    /// much.
    fn dragged(&self, drag: Drag, at: Pos2, snaps: bool) -> Note {
        let beats = self.draft_beat(at) - self.draft_beat(drag.from);
        let moved = if snaps {
            (beats / STEP).round() * STEP
        } else {
            beats
        };
        let note = drag.note;
        match drag.grip {
            Grip::End => Note {
                length: Beats((note.length.0 + moved).max(STEP.min(note.length.0))),
                ..note
            },
            Grip::Whole => {
                let rows = self.pitches.pitch_at(at.y) - self.pitches.pitch_at(drag.from.y);
                let pitch = f64::from(note.pitch) + rows.round();
                Note {
                    start: Beats((note.start.0 + moved).max(0.0)),
                    pitch: pitch.clamp(0.0, 127.0) as u8,
                    ..note
                }
            }
        }
    }

    /// Returns the note that a double click at a place draws: of the selected part, or else of the part of the note nearest
    /// in pitch within two bars.
    fn drawn_note(&self, at: Pos2, notes: &[Note], scene: Scene<'_>) -> Note {
        let start = Beats(((self.draft_beat(at) / STEP).floor() * STEP).max(0.0));
        let pitch = self.pitches.pitch_at(at.y).floor().clamp(0.0, 127.0) as u8;
        let near = notes
            .iter()
            .filter(|note| (note.start.0 - start.0).abs() <= 2.0 * self.timeline.bar.0)
            .min_by_key(|note| note.pitch.abs_diff(pitch));
        let mut selected = scene.selection.get().parts.iter();
        let part = match (selected.next(), selected.next(), near) {
            (Some(part), None, _) => part,
            (_, _, Some(near)) => near.part,
            _ => Part::Lead,
        };
        Note {
            start,
            length: LENGTH,
            pitch,
            velocity: VELOCITY,
            part,
        }
    }

    fn paint_ghost(&self, ui: &Ui, note: &Note) {
        if let Some(place) = self.rect_of(note) {
            let painter = ui.painter().with_clip_rect(self.keys());
            painter.rect_filled(
                place,
                CornerRadius::same(2),
                theme::ACCENT.gamma_multiply(0.8),
            );
        }
    }

    fn keys(&self) -> Rect {
        super::piano_roll::keys(self.rect)
    }
}

#[cfg(test)]
mod tests;
