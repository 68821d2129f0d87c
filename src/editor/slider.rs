//! A slider for a parameter: its name, its value, and a track below them.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Event, EventFilter, Id, Key, Pos2, Rect, Response,
    Role, Sense, TextEdit, Ui, UiBuilder, Vec2, WidgetInfo,
};

use super::param_access::ParamAccess;
use super::theme::{self, LINE, MUTED, TEXT};
use crate::instance::params::ParamId;

/// The normalized value by which an arrow key or a notch of the wheel moves a slider.
const STEP: f32 = 0.02;
/// How much slower a drag is while Shift is held.
const FINE: f32 = 0.1;
/// The height of a slider and of the part of it that is the track, in points.
const HEIGHT: f32 = 28.0;
const TRACK_HEIGHT: f32 = 12.0;
/// The radius of the handle, in points.
const HANDLE_RADIUS: f32 = 6.0;
/// The width in which a value is typed, in points.
const TYPED_WIDTH: f32 = 64.0;
const KEYS: &str = "Drag, with Shift for fine steps, or click on the track; click the value to type it. Double-click to reset.";

/// Shows a slider whose track is filled in `colour`.
///
/// Dragging, clicks on the track, the arrow keys and, while it has the focus, the wheel move it. A value is typed after a click
/// on it or Enter. A double click, Home, Delete and Backspace reset it.
pub(super) fn param_slider(ui: &mut Ui, params: &dyn ParamAccess, id: ParamId, colour: Color32) {
    let spec = id.spec();
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let track = Track::in_rect(rect);
    let typing = response.id.with("typing");
    let is_typing = ui.memory(|memory| memory.data.get_temp::<String>(typing).is_some());
    move_param(ui, params, id, &response, &track);
    let painter = ui.painter();
    painter.text(
        rect.left_top(),
        Align2::LEFT_TOP,
        spec.name,
        theme::font(12.0),
        MUTED,
    );
    let value = params.normalized(id);
    track.paint(ui, &response, value, params.default_normalized(id), colour);
    let enter = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let word = Rect::from_min_max(
        Pos2::new(rect.right() - TYPED_WIDTH, rect.top()),
        Pos2::new(rect.right(), rect.bottom() - TRACK_HEIGHT),
    );
    if is_typing {
        type_value(ui, params, id, word, typing);
    } else {
        let name = format!("{} value", spec.name);
        let shown = ui.interact(word, response.id.with("value"), Sense::CLICK);
        let text = params.text(id);
        let ink = if shown.hovered() {
            Color32::WHITE
        } else {
            TEXT
        };
        let font = theme::font(12.0);
        ui.painter()
            .text(rect.right_top(), Align2::RIGHT_TOP, &text, font, ink);
        shown.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if shown.clicked() || enter {
            ui.memory_mut(|memory| memory.data.insert_temp(typing, text));
            ui.memory_mut(|memory| memory.request_focus(typing.with("text")));
        }
        shown.on_hover_cursor(CursorIcon::Text);
    }
    response
        .on_hover_cursor(CursorIcon::ResizeHorizontal)
        .on_hover_text(format!("{}. {KEYS}", spec.hint));
}

/// Where the handle runs.
struct Track {
    y: f32,
    /// The handle's places at the lowest and the highest value.
    left: f32,
    right: f32,
}

impl Track {
    fn in_rect(rect: Rect) -> Self {
        Self {
            y: rect.bottom() - HANDLE_RADIUS,
            left: rect.left() + HANDLE_RADIUS,
            right: rect.right() - HANDLE_RADIUS,
        }
    }

    fn x_of(&self, normalized: f32) -> f32 {
        self.left + normalized * (self.right - self.left)
    }

    fn value_at(&self, x: f32) -> f32 {
        ((x - self.left) / (self.right - self.left)).clamp(0.0, 1.0)
    }

    /// Returns the value that a click asks for, or `None` if it is not beside the handle on the track.
    fn clicked(&self, at: Pos2, value: f32) -> Option<f32> {
        let is_on_track = (at.y - self.y).abs() <= TRACK_HEIGHT * 0.5;
        let is_beside = (at.x - self.x_of(value)).abs() > HANDLE_RADIUS;
        (is_on_track && is_beside).then(|| self.value_at(at.x))
    }

    /// Returns the value after a drag by `points` to `x`.
    fn dragged(&self, value: f32, points: f32, x: f32, is_fine: bool) -> f32 {
        if is_fine {
            (value + FINE * points / (self.right - self.left)).clamp(0.0, 1.0)
        } else {
            self.value_at(x)
        }
    }

    fn paint(&self, ui: &Ui, response: &Response, value: f32, neutral: f32, colour: Color32) {
        let painter = ui.painter();
        let bar = |from: f32, to: f32| {
            Rect::from_x_y_ranges(from.min(to)..=from.max(to), self.y - 2.0..=self.y + 2.0)
        };
        let radius = CornerRadius::same(2);
        let whole = bar(self.left - HANDLE_RADIUS, self.right + HANDLE_RADIUS);
        painter.rect_filled(whole, radius, LINE);
        painter.rect_filled(bar(self.x_of(neutral), self.x_of(value)), radius, colour);
        let handle = if response.hovered() || response.dragged() {
            Color32::WHITE
        } else {
            TEXT
        };
        let at = Pos2::new(self.x_of(value), self.y);
        painter.circle_filled(at, HANDLE_RADIUS, handle);
    }
}

/// Moves a parameter as the user drags, clicks, scrolls or presses keys over `response`.
fn move_param(ui: &Ui, params: &dyn ParamAccess, id: ParamId, response: &Response, track: &Track) {
    if response.drag_started() {
        params.begin(id);
    }
    if response.drag_started() || response.clicked() {
        response.request_focus();
    }
    let value = params.normalized(id);
    let pointer = response.interact_pointer_pos();
    if response.dragged()
        && let Some(pointer) = pointer
    {
        let is_fine = ui.input(|input| input.modifiers.shift);
        let points = response.drag_delta().x;
        params.set_normalized(id, track.dragged(value, points, pointer.x, is_fine));
    }
    if response.drag_stopped() {
        params.end(id);
    }
    let pressed = |key| response.has_focus() && ui.input(|input| input.key_pressed(key));
    let is_reset = [Key::Home, Key::Delete, Key::Backspace].map(pressed);
    if response.double_clicked() || is_reset.contains(&true) {
        params.set_once(id, params.default_normalized(id));
    } else if response.clicked()
        && let Some(wanted) = pointer.and_then(|at| track.clicked(at, value))
    {
        params.set_once(id, wanted);
    }
    if response.has_focus() {
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let step = |key| f32::from(u8::from(pressed(key)));
        let notches = if response.hovered() { notches(ui) } else { 0.0 };
        let steps = step(Key::ArrowRight) - step(Key::ArrowLeft) + notches;
        if steps != 0.0 {
            params.set_once(id, value + steps * STEP);
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, id.spec().name));
}

/// Returns how far the wheel was turned in this frame, in notches.
fn notches(ui: &Ui) -> f32 {
    ui.input(|input| {
        let turned = input.events.iter().map(|event| match event {
            Event::MouseWheel {
                delta, modifiers, ..
            } if !modifiers.ctrl => delta.y.signum(),
            _ => 0.0,
        });
        turned.sum()
    })
}

/// Shows the field in which a value is typed. Enter and the loss of the focus enter it, Escape leaves it as it was.
fn type_value(ui: &mut Ui, params: &dyn ParamAccess, id: ParamId, place: Rect, typing: Id) {
    let mut text: String = ui
        .memory(|memory| memory.data.get_temp(typing))
        .unwrap_or_default();
    let edit = TextEdit::singleline(&mut text)
        .id(typing.with("text"))
        .font(theme::font(12.0))
        .desired_width(f32::INFINITY)
        .margin(Vec2::new(4.0, 1.0));
    let builder = UiBuilder::new().max_rect(place.expand2(Vec2::new(0.0, 2.0)));
    let response = ui.scope_builder(builder, |ui| ui.add(edit)).inner;
    if response.lost_focus() {
        let keeps = ui.input(|input| input.key_pressed(Key::Escape));
        if let Some(value) = params
            .normalized_of_text(id, text.trim())
            .filter(|_| !keeps)
        {
            params.set_once(id, value);
        }
        ui.memory_mut(|memory| memory.data.remove_temp::<String>(typing));
    } else {
        ui.memory_mut(|memory| memory.data.insert_temp(typing, text));
    }
}

#[cfg(test)]
mod tests {
    use egui::{Modifiers, vec2};

    use super::super::HeadlessEditor;
    use super::*;
    use crate::instance::State;

    fn editor() -> HeadlessEditor {
        HeadlessEditor::new(&State::default(), (1040, 768))
    }

    /// Returns the values that Density, from -1 to 1, was set to.
    fn density(editor: &HeadlessEditor) -> Vec<f32> {
        let set = editor.set_params();
        assert!(set.iter().all(|(id, _)| *id == ParamId::Density));
        set.iter().map(|(_, value)| 2.0 * value - 1.0).collect()
    }

    fn is_near(value: f32, expected: f32) -> bool {
        (value - expected).abs() < 0.01
    }

    #[test]
    fn a_click_on_the_track_moves_the_slider_there() {
        let mut editor = editor();
        let rect = editor.rect_of("Density").unwrap();
        let at = rect.left_bottom() + vec2(6.0 + 0.75 * (rect.width() - 12.0), -6.0);
        editor.click_at(at, 1);
        assert!(matches!(density(&editor)[..], [value] if is_near(value, 0.5)));
        // Beside the name it only takes the focus.
        editor.click_at(rect.left_top() + vec2(4.0, 4.0), 1);
        assert_eq!(density(&editor).len(), 1);
    }

    #[test]
    fn a_value_can_be_typed() {
        let mut editor = editor();
        assert!(editor.click("Density value"));
        editor.press(Modifiers::COMMAND, Key::A, 0);
        editor.type_text("-0.4");
        editor.press(Modifiers::NONE, Key::Enter, 0);
        assert!(matches!(density(&editor)[..], [value] if is_near(value, -0.4)));
        for wrong in ["loud", "", "nan"] {
            editor.click("Density value");
            editor.press(Modifiers::COMMAND, Key::A, 0);
            editor.type_text(wrong);
            editor.press(Modifiers::NONE, Key::Enter, 0);
        }
        editor.click("Density value");
        editor.type_text("1");
        editor.press(Modifiers::NONE, Key::Escape, 0);
        assert_eq!(density(&editor).len(), 1);
    }

    #[test]
    fn the_wheel_moves_a_slider_only_if_it_has_the_focus() {
        let mut editor = editor();
        editor.hover("Density");
        editor.turn_wheel(1.0);
        assert_eq!(density(&editor), [0.0; 0]);
        editor.click("Density");
        editor.turn_wheel(1.0);
        assert!(matches!(density(&editor)[..], [value] if is_near(value, 2.0 * STEP)));
    }

    #[test]
    fn with_shift_a_drag_moves_a_tenth_as_far() {
        let track = Track {
            y: 0.0,
            left: 0.0,
            right: 100.0,
        };
        assert_eq!(track.dragged(0.5, 10.0, 60.0, false), 0.6);
        assert!(is_near(track.dragged(0.5, 10.0, 60.0, true), 0.51));
        assert_eq!(track.dragged(0.999, 50.0, 150.0, true), 1.0);
    }
}
