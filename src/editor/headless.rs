//! The editor without a window, to find out where its widgets are.

#[cfg(test)]
mod driving;
mod hosted;
#[cfg(test)]
mod painted;

use std::path::PathBuf;
use std::sync::Arc;

use egui::epaint::{ClippedPrimitive, Primitive};
use egui::{
    Context, Event, FullOutput, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, accesskit,
    pos2, vec2,
};

use nice_plug_egui::DragState;
use parking_lot::Mutex;

use super::contents::Contents;
use super::outgoing::{DragWindow, Outgoing};
use super::param_access::ParamAccess;
use super::theme;
use crate::instance::params::{ParamId, ParamRange, ParamValues};
use crate::instance::{Desk, Session, State};
use crate::player::Player;
use crate::time::Beats;
use crate::worker::{JobKind, Running};

/// Passes after which egui has settled the sizes of all widgets.
const SETTLING_PASSES: usize = 4;
/// Seconds between passes.
const PASS_SECONDS: f64 = 0.1;

/// The instrument's editor, laid out in memory for a saved state and with parameters at their defaults.
///
/// A test that presses the built plugin's window with a pointer takes its places from here, by the widgets' labels: what a
/// screen reader would say, which is the text on a button, the hint of an empty field, or the value of a list.
pub struct HeadlessEditor {
    egui: Context,
    desk: Desk,
    contents: Contents,
    params: Defaults,
    outgoing: Outgoing,
    drags: Drags,
    size: Vec2,
    time_seconds: f64,
    widgets: Vec<(accesskit::NodeId, accesskit::Node)>,
    /// What the last pass painted.
    #[cfg(test)]
    shapes: Vec<egui::epaint::ClippedShape>,
}

impl HeadlessEditor {
    /// Lays the editor out in a window of `width` × `height` points.
    pub fn new(state: &State, (width, height): (u16, u16)) -> Self {
        let egui = Context::default();
        theme::apply(&egui);
        egui.enable_accesskit();
        let session = Session::with_state(Player::new().1, state.clone());
        let mut editor = Self {
            egui,
            desk: Desk::new(Arc::new(session)),
            contents: Contents::new(true),
            params: Defaults::default(),
            outgoing: Outgoing::default(),
            drags: Drags::default(),
            size: vec2(width.into(), height.into()),
            time_seconds: 0.0,
            widgets: Vec::new(),
            #[cfg(test)]
            shapes: Vec::new(),
        };
        editor.settle();
        editor
    }

    /// Lays the editor out as it looks while a draft is being made.
    #[must_use]
    pub fn generating(mut self) -> Self {
        self.contents.status.running = Some(Running {
            kind: JobKind::Generate,
            stage: String::new(),
            fraction: 0.0,
            remaining: None,
        });
        self.settle();
        self
    }

    /// Clicks the widget that is labelled `label`, which may open a list. Returns whether there is one.
    pub fn click(&mut self, label: &str) -> bool {
        let Some(rect) = self.rect_of(label) else {
            return false;
        };
        self.click_with(rect.center(), PointerButton::Primary);
        true
    }

    /// Clicks a place, in points, with a button of the pointer.
    fn click_with(&mut self, pos: Pos2, button: PointerButton) {
        self.pass(vec![Event::PointerMoved(pos)]);
        for pressed in [true, false] {
            self.pass(vec![Event::PointerButton {
                pos,
                button,
                pressed,
                modifiers: Modifiers::NONE,
            }]);
        }
        self.settle();
    }

    /// Returns the middle of the widget that is labelled `label`, in points, or `None` if there is none.
    pub fn middle_of(&self, label: &str) -> Option<(i16, i16)> {
        let Pos2 { x, y } = self.rect_of(label)?.center();
        Some((x.round() as i16, y.round() as i16))
    }

    /// Returns the place of a beat of the project in the row of a pitch of the roll, in points.
    pub fn place_in_roll(&self, beat: Beats, pitch: u8) -> Option<(i16, i16)> {
        let Pos2 { x, y } = self.contents.lanes.place_in_roll(beat, pitch)?;
        Some((x.round() as i16, y.round() as i16))
    }

    /// Returns the rectangle of the widget that is labelled `label`, or `None` if there is none.
    pub fn rect_of(&self, label: &str) -> Option<Rect> {
        type Text = for<'a> fn(&'a accesskit::Node) -> Option<&'a str>;
        let texts: [Text; 3] = [
            accesskit::Node::label,
            accesskit::Node::placeholder,
            accesskit::Node::value,
        ];
        let bounds = texts.into_iter().find_map(|text| {
            let mut widgets = self.widgets.iter().map(|(_, widget)| widget);
            widgets.find(|widget| text(widget) == Some(label))?.bounds()
        })?;
        let corner = |x: f64, y: f64| pos2(x as f32, y as f32);
        Some(Rect::from_min_max(
            corner(bounds.x0, bounds.y0),
            corner(bounds.x1, bounds.y1),
        ))
    }

    /// Lays out and tessellates another frame, as the window does before it draws. Returns the number of its triangles.
    pub fn frame(&mut self) -> usize {
        let output = self.pass_with(RawInput::default());
        let meshes = (self.egui).tessellate(output.shapes, output.pixels_per_point);
        let triangles = |mesh: ClippedPrimitive| match mesh.primitive {
            Primitive::Mesh(mesh) => mesh.indices.len() / 3,
            Primitive::Callback(_) => 0,
        };
        meshes.into_iter().map(triangles).sum()
    }

    pub(super) fn settle(&mut self) {
        for _ in 0..SETTLING_PASSES {
            self.pass(Vec::new());
        }
    }

    fn pass(&mut self, events: Vec<Event>) {
        self.pass_with(RawInput {
            events,
            ..RawInput::default()
        });
    }

    fn pass_with(&mut self, input: RawInput) -> FullOutput {
        if let Some(snapshot) = self.desk.session.try_snapshot() {
            self.contents.snapshot = snapshot;
        }
        self.contents.painting = self.desk.session.try_painting();
        self.time_seconds += PASS_SECONDS;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time_seconds),
            ..input
        };
        let (contents, desk, params) = (&mut self.contents, &self.desk, &self.params);
        let (outgoing, drags) = (&mut self.outgoing, &mut self.drags);
        let mut output = (self.egui).run_ui(input, |ui| {
            contents.show(ui, desk, params);
            let asked = contents.take_dragged(desk, params);
            outgoing.follow(ui.ctx(), desk, asked, drags);
        });
        // Nothing is rendered, so no texture needs an update.
        output.textures_delta.clear();
        #[cfg(test)]
        self.shapes.clone_from(&output.shapes);
        if let Some(update) = output.platform_output.accesskit_update.take() {
            self.widgets = update.nodes;
        }
        output
    }
}

/// What was dragged out of a window that is not there.
#[derive(Default)]
pub(super) struct Drags {
    /// The files, in the order of the drags.
    pub(super) files: Vec<PathBuf>,
    /// How the drag stands.
    pub(super) state: Option<DragState>,
}

impl DragWindow for Drags {
    fn drag_out(&mut self, files: &[PathBuf]) {
        self.files.extend_from_slice(files);
        self.state = Some(DragState::Dragging);
    }

    fn drag_state(&mut self) -> Option<DragState> {
        let is_over = |state: &mut DragState| *state != DragState::Dragging;
        self.state.take_if(is_over).or(self.state.clone())
    }
}

/// Parameters that stay at their defaults, and what they were to be set to.
#[derive(Default)]
pub(super) struct Defaults {
    set: Mutex<Vec<(ParamId, f32)>>,
}

impl ParamAccess for Defaults {
    fn values(&self) -> ParamValues {
        ParamValues::default()
    }

    fn normalized(&self, id: ParamId) -> f32 {
        self.default_normalized(id)
    }

    fn default_normalized(&self, id: ParamId) -> f32 {
        match id.spec().range {
            ParamRange::Float {
                min, max, default, ..
            } => (default - min) / (max - min),
            ParamRange::Count { .. } => 0.0,
            ParamRange::Switch { default } => f32::from(u8::from(default)),
        }
    }

    fn text(&self, _id: ParamId) -> String {
        String::new()
    }

    fn normalized_of_text(&self, id: ParamId, text: &str) -> Option<f32> {
        let value: f32 = text.parse().ok().filter(|value: &f32| value.is_finite())?;
        match id.spec().range {
            ParamRange::Float { min, max, .. } => Some((value - min) / (max - min)),
            _ => None,
        }
    }

    fn begin(&self, _id: ParamId) {}

    fn set_normalized(&self, id: ParamId, normalized: f32) {
        self.set.lock().push((id, normalized));
    }

    fn end(&self, _id: ParamId) {}

    fn mark_unsaved(&self) {}
}

#[cfg(test)]
mod tests;
