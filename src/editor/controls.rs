//! Controls in the editor's own look.

use std::fmt::Display;

use egui::{
    Align, Align2, Color32, ComboBox, CornerRadius, CursorIcon, EventFilter, Key, Layout, Pos2,
    Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    text::{LayoutJob, TextWrapping},
};

use super::param_access::ParamAccess;
use super::theme::{self, FIELD, FIELD_HOVERED, LINE, MUTED, RADIUS, TEXT};
use crate::instance::params::ParamId;

/// The normalized value by which an arrow key moves a slider.
const KEY_STEP: f32 = 0.02;
/// The width of a list of choices, in points.
const CHOICE_WIDTH: f32 = 110.0;
/// The radius of a slider's handle, in points.
const HANDLE_RADIUS: f32 = 6.0;

/// Shows a slider for a parameter: its name, its value and a track in `colour` below them.
///
/// Dragging and the arrow keys move it. A double click, Home and Delete reset it.
pub(super) fn param_slider(ui: &mut Ui, params: &dyn ParamAccess, id: ParamId, colour: Color32) {
    let spec = id.spec();
    let size = Vec2::new(ui.available_width(), 28.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let painter = ui.painter();
    painter.text(
        rect.left_top(),
        Align2::LEFT_TOP,
        spec.name,
        theme::font(12.0),
        MUTED,
    );
    painter.text(
        rect.right_top(),
        Align2::RIGHT_TOP,
        params.text(id),
        theme::font(12.0),
        TEXT,
    );

    let y = rect.bottom() - HANDLE_RADIUS;
    let (left, right) = (rect.left() + HANDLE_RADIUS, rect.right() - HANDLE_RADIUS);
    move_param(ui, params, id, &response, |pointer| {
        (pointer.x - left) / (right - left)
    });
    let value = params.normalized(id);
    let neutral = params.default_normalized(id);
    let x_of = |share: f32| left + share * (right - left);
    let bar =
        |from: f32, to: f32| Rect::from_x_y_ranges(from.min(to)..=from.max(to), y - 2.0..=y + 2.0);
    let radius = CornerRadius::same(2);
    painter.rect_filled(bar(rect.left(), rect.right()), radius, LINE);
    painter.rect_filled(bar(x_of(neutral), x_of(value)), radius, colour);
    let handle = if response.hovered() || response.dragged() {
        Color32::WHITE
    } else {
        TEXT
    };
    painter.circle_filled(Pos2::new(x_of(value), y), HANDLE_RADIUS, handle);
    response
        .on_hover_cursor(CursorIcon::ResizeHorizontal)
        .on_hover_text(spec.hint);
}

/// Moves a parameter as the user drags or presses keys over `response`. `normalized_at` maps the pointer to a value.
fn move_param(
    ui: &Ui,
    params: &dyn ParamAccess,
    id: ParamId,
    response: &Response,
    normalized_at: impl Fn(Pos2) -> f32,
) {
    if response.drag_started() {
        params.begin(id);
    }
    if response.drag_started() || response.clicked() {
        response.request_focus();
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        params.set_normalized(id, normalized_at(pointer).clamp(0.0, 1.0));
    }
    if response.drag_stopped() {
        params.end(id);
    }
    let set_once = |normalized: f32| params.set_once(id, normalized);
    let pressed = |key| response.has_focus() && ui.input(|input| input.key_pressed(key));
    if response.double_clicked() || pressed(Key::Home) || pressed(Key::Delete) {
        set_once(params.default_normalized(id));
    }
    if response.has_focus() {
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let step = |key| f32::from(u8::from(pressed(key)));
        let steps = step(Key::ArrowRight) - step(Key::ArrowLeft);
        if steps != 0.0 {
            set_once(params.normalized(id) + steps * KEY_STEP);
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, id.spec().name));
}

/// Shows a switch for a parameter that is on or off.
pub(super) fn param_switch(ui: &mut Ui, params: &dyn ParamAccess, id: ParamId) {
    let on = params.is_on(id);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(28.0, 16.0), Sense::click());
    if response.clicked() {
        params.set_once(id, f32::from(u8::from(!on)));
    }
    let place = ui.ctx().animate_bool(response.id, on);
    let ground = LINE.lerp_to_gamma(theme::WELL, place);
    ui.painter()
        .rect_filled(rect, CornerRadius::same(8), ground);
    let x = rect.left() + 8.0 + place * 12.0;
    ui.painter()
        .circle_filled(Pos2::new(x, rect.center().y), 6.0, TEXT);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, id.spec().name));
}

/// The prominence of a button.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// The main action.
    Primary,
    /// One of several actions.
    Plain,
    /// The selected one of several.
    Chosen,
}

/// Shows a button of a given size. Text that does not fit is truncated.
pub(super) fn button(ui: &mut Ui, text: &str, size: Vec2, weight: Weight) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let lit = response.hovered() || response.has_focus();
    let (fill, edge, ink) = match weight {
        Weight::Primary if lit => (
            theme::ACCENT.lerp_to_gamma(Color32::WHITE, 0.18),
            theme::ACCENT,
            theme::BACKGROUND,
        ),
        Weight::Primary => (theme::ACCENT, theme::ACCENT, theme::BACKGROUND),
        Weight::Chosen if lit => (theme::NOTE.gamma_multiply(0.38), TEXT, TEXT),
        Weight::Chosen => (theme::NOTE.gamma_multiply(0.22), theme::NOTE, TEXT),
        Weight::Plain if lit => (FIELD_HOVERED, MUTED, TEXT),
        Weight::Plain => (FIELD, LINE, TEXT),
    };
    let font = if weight == Weight::Primary {
        theme::strong(13.0)
    } else {
        theme::font(13.0)
    };
    ui.painter().rect(
        rect,
        RADIUS,
        fill,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, ink);
    job.wrap = TextWrapping::truncate_at_width(rect.width() - 16.0);
    let galley = ui.painter().layout_job(job);
    let place = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(place.min, galley, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// Shows a button with a die on it. `label` is its name for screen readers.
pub(super) fn dice(ui: &mut Ui, label: &str) -> Response {
    let response = button(ui, "", Vec2::splat(26.0), Weight::Plain).accessible_name(label);
    let die = Rect::from_center_size(response.rect.center(), Vec2::splat(14.0));
    let painter = ui.painter();
    painter.rect_stroke(
        die,
        CornerRadius::same(3),
        Stroke::new(1.2, TEXT),
        StrokeKind::Inside,
    );
    for (x, y) in [
        (-1.0, -1.0),
        (1.0, -1.0),
        (0.0, 0.0),
        (-1.0, 1.0),
        (1.0, 1.0),
    ] {
        painter.circle_filled(die.center() + Vec2::new(x, y) * 3.2, 1.2, TEXT);
    }
    response
}

/// Shows a row with a name at the left and `contents` at the right.
pub(super) fn field(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) -> Response {
    let row = ui.horizontal(|ui| {
        ui.label(RichText::new(name).font(theme::font(12.0)).color(MUTED));
        ui.with_layout(Layout::right_to_left(Align::Center), contents);
    });
    row.response
}

/// Shows a list with `current` chosen; `salt` tells it from other lists. Returns the user's choice.
pub(super) fn choice<T: PartialEq, N: Display>(
    ui: &mut Ui,
    salt: &str,
    current: &T,
    choices: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> N,
) -> Option<T> {
    let mut chosen = None;
    ComboBox::from_id_salt(salt)
        .width(CHOICE_WIDTH)
        .selected_text(name(current).to_string())
        .show_ui(ui, |ui| {
            for choice in choices {
                let is_current = choice == *current;
                if ui
                    .selectable_label(is_current, name(&choice).to_string())
                    .clicked()
                {
                    chosen = Some(choice);
                }
            }
        });
    chosen
}
