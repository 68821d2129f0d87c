//! Keys and text for the editor without a window.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{
    DroppedFileHandle, Event, HoveredFile, Key, Modifiers, MouseWheelSource, MouseWheelUnit,
    PointerButton, Pos2, RawInput, Rect, Shape, TouchPhase, vec2,
};
use nice_plug_egui::DragState;

use super::HeadlessEditor;
use crate::editor::theme::ACCENT;
use crate::features::ClipFeatures;
use crate::instance::params::ParamId;
use crate::instance::{Notice, SavedClip, Session, State, TimelineLink, TimelineTask};
use crate::music::part_set::PartSet;
use crate::time::{Beats, Seconds, Tempo};

impl HeadlessEditor {
    /// Presses a key, and holds it down for `repeats` more presses as X11 reports them: each after a release.
    pub(in crate::editor) fn press(&mut self, modifiers: Modifiers, key: Key, repeats: usize) {
        let press = |pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers,
        };
        self.pass(vec![Event::ModifiersChanged(modifiers)]);
        for _ in 0..=repeats {
            self.pass(vec![press(true), press(false)]);
        }
        self.pass(vec![Event::ModifiersChanged(Modifiers::NONE)]);
        self.settle();
    }

    /// Returns the x coordinates of the marks of cuts, in points.
    pub(in crate::editor) fn cut_marks(&mut self) -> Vec<f32> {
        let output = self.pass_with(RawInput::default());
        let shapes = output.shapes.iter();
        let marks = shapes.filter_map(|shape| match &shape.shape {
            Shape::Path(path) if path.fill == ACCENT && path.points.len() == 3 => {
                Some(path.points[0].x)
            }
            _ => None,
        });
        marks.collect()
    }

    /// Moves the pointer onto the widget that is labelled `label`, until what is said of it appears. Returns whether there is
    /// one.
    pub(in crate::editor) fn hover(&mut self, label: &str) -> bool {
        let Some(rect) = self.rect_of(label) else {
            return false;
        };
        self.pass(vec![Event::PointerMoved(rect.center())]);
        (0..4).for_each(|_| self.settle());
        true
    }

    /// Drags from one place to another, in points, with the primary button.
    pub(in crate::editor) fn drag(&mut self, modifiers: Modifiers, from: Pos2, to: Pos2) {
        self.pass(vec![Event::ModifiersChanged(modifiers)]);
        let middle = from + (to - from) * 0.5;
        let moved = |pos| vec![Event::PointerMoved(pos)];
        for events in [
            moved(from),
            vec![button(from, true, modifiers)],
            moved(middle),
            moved(to),
            vec![button(to, false, modifiers)],
        ] {
            self.pass(events);
        }
        self.pass(vec![Event::ModifiersChanged(Modifiers::NONE)]);
        self.settle();
    }

    /// Drags from one place to another, in points, in so many steps, with `after_step` after the press and each of them.
    pub(in crate::editor) fn drag_in_steps(
        &mut self,
        from: Pos2,
        to: Pos2,
        steps: u8,
        mut after_step: impl FnMut(&Session),
    ) {
        self.pass(vec![Event::PointerMoved(from)]);
        self.pass(vec![button(from, true, Modifiers::NONE)]);
        after_step(&self.desk.session);
        for step in 1..=steps {
            let share = f32::from(step) / f32::from(steps);
            self.pass(vec![Event::PointerMoved(from + (to - from) * share)]);
            after_step(&self.desk.session);
        }
        self.pass(vec![button(to, false, Modifiers::NONE)]);
        self.settle();
        after_step(&self.desk.session);
    }

    /// Presses a place and moves the pointer to another, in points. The button stays pressed.
    pub(in crate::editor) fn hold(&mut self, from: Pos2, to: Pos2) {
        self.pass(vec![Event::PointerMoved(from)]);
        self.pass(vec![button(from, true, Modifiers::NONE)]);
        self.pass(vec![Event::PointerMoved(from + (to - from) * 0.5)]);
        self.pass(vec![Event::PointerMoved(to)]);
    }

    /// Lets go of what is dragged out of the window, which ends so.
    pub(in crate::editor) fn let_go(&mut self, outcome: DragState) {
        let at = Pos2::ZERO;
        self.pass(vec![button(at, false, Modifiers::NONE), Event::PointerGone]);
        self.drags.state = Some(outcome);
        self.settle();
    }

    /// Returns the files that were dragged out of the window.
    pub(in crate::editor) fn dragged_files(&self) -> &[PathBuf] {
        &self.drags.files
    }

    /// Clicks a place, in points, once or twice.
    pub(in crate::editor) fn click_at(&mut self, pos: Pos2, times: usize) {
        self.pass(vec![Event::PointerMoved(pos)]);
        for _ in 0..times {
            let press = |pressed| button(pos, pressed, Modifiers::NONE);
            self.pass(vec![press(true)]);
            self.pass(vec![press(false)]);
        }
        self.settle();
    }

    /// Opens an editor of a clip of 30 seconds, 24 frames per second and these cuts, at 120 BPM.
    pub(in crate::editor) fn with_clip(cuts: &[f64], change: impl FnOnce(&mut State)) -> Self {
        let clip = ClipFeatures {
            duration: Seconds(30.0),
            frame_rate_hz: 24.0,
            shots: cuts.iter().copied().map(Seconds).collect(),
            ..ClipFeatures::default()
        };
        let mut state = State {
            clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
            ..State::default()
        };
        change(&mut state);
        Self::new(&state, (1040, 768))
    }

    /// Returns the place of a time of that clip in the row that is labelled `row`, at a share of its height.
    pub(in crate::editor) fn place_in_row(&self, row: &str, seconds: f64, down: f32) -> Pos2 {
        let rect = self.rect_of(row).unwrap_or_else(|| panic!("no row {row}"));
        let x = rect.left() + rect.width() * (seconds / 30.0) as f32;
        Pos2::new(x, rect.top() + rect.height() * down)
    }

    /// Clicks a place, in points, with the secondary button.
    pub(in crate::editor) fn right_click_at(&mut self, pos: Pos2) {
        self.click_with(pos, PointerButton::Secondary);
    }

    /// Moves the pointer to a beat of the project in the row of a pitch of the roll.
    pub(in crate::editor) fn point_at_roll(&mut self, beat: Beats, pitch: u8) {
        if let Some((x, y)) = self.place_in_roll(beat, pitch) {
            self.pass(vec![Event::PointerMoved(Pos2::new(x.into(), y.into()))]);
        }
        self.settle();
    }

    /// Opens the menu of the widget that is labelled `label`. Returns whether there is one.
    pub(in crate::editor) fn open_menu(&mut self, label: &str) -> bool {
        let Some(rect) = self.rect_of(label) else {
            return false;
        };
        self.click_with(rect.center(), PointerButton::Secondary);
        true
    }

    /// Turns the wheel up by some notches where the pointer is.
    pub(in crate::editor) fn turn_wheel(&mut self, notches: f32) {
        self.pass(vec![Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, notches),
            modifiers: Modifiers::NONE,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
        }]);
        self.settle();
    }

    /// Holds a file over the window, or takes it away.
    pub(in crate::editor) fn hold_file_over(&mut self, is_held: bool) {
        let held = is_held.then(HoveredFile::default);
        self.pass_with(RawInput {
            hovered_files: held.into_iter().collect(),
            ..RawInput::default()
        });
    }

    /// Drops files on the window.
    pub(in crate::editor) fn drop_files(&mut self, dropped_files: Vec<DroppedFileHandle>) {
        self.pass_with(RawInput {
            dropped_files,
            ..RawInput::default()
        });
        self.settle();
    }

    /// Returns the notices since the user last asked for anything.
    pub(in crate::editor) fn notices(&self) -> Vec<Notice> {
        self.desk.session.notices()
    }

    /// Returns what the parameters were to be set to, and their normalized values.
    pub(in crate::editor) fn set_params(&self) -> Vec<(ParamId, f32)> {
        self.params.set.lock().clone()
    }

    /// Returns the parts that are selected.
    pub(in crate::editor) fn selected_parts(&self) -> PartSet {
        self.contents.selection.get().parts
    }

    /// Returns the way to the host's timeline, to be connected.
    pub(in crate::editor) fn timeline(&self) -> &TimelineLink {
        &self.desk.timeline
    }

    /// Does what was asked of the host's timeline, as the host's main thread does.
    pub(in crate::editor) fn serve_timeline(&self, task: TimelineTask) {
        self.desk.serve_timeline(task);
    }

    /// Returns the rectangle of the widget that has the focus.
    pub(in crate::editor) fn focused_rect(&self) -> Option<Rect> {
        let id = self.egui.memory(|memory| memory.focused())?;
        Some(self.egui.read_response(id)?.rect)
    }

    /// Returns the session, to act as the host or a job does.
    pub(in crate::editor) fn session(&self) -> &Session {
        &self.desk.session
    }

    /// Types text into the widget that has the focus.
    pub(in crate::editor) fn type_text(&mut self, text: &str) {
        self.pass(vec![Event::Text(text.to_owned())]);
        self.settle();
    }

    /// Returns the state as the clicks and keys left it.
    pub(in crate::editor) fn state(&self) -> Arc<State> {
        self.desk.session.state()
    }
}

fn button(pos: Pos2, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    }
}
