//! Controls in the editor's own look.

use std::fmt::Display;

use egui::{
    Align, Align2, Color32, ComboBox, CornerRadius, CursorIcon, Layout, Pos2, Rect, Response,
    RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    text::{LayoutJob, TextWrapping},
};

use super::param_access::ParamAccess;
use super::theme::{self, FIELD, FIELD_HOVERED, LINE, MUTED, RADIUS, TEXT};
use crate::instance::params::ParamId;

/// The width of a list of choices, in points.
pub(super) const CHOICE_WIDTH: f32 = 110.0;

/// Shows a switch for a parameter that is on or off.
pub(super) fn param_switch(ui: &mut Ui, params: &dyn ParamAccess, id: ParamId) {
    let on = params.is_on(id);
    if switch(ui, on, id.spec().name) {
        params.set_once(id, f32::from(u8::from(!on)));
    }
}

/// Shows a switch that is called `name`. Returns whether it was pressed.
pub(super) fn switch(ui: &mut Ui, on: bool, name: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(28.0, 16.0), Sense::click());
    let place = ui.ctx().animate_bool(response.id, on);
    let ground = LINE.lerp_to_gamma(theme::WELL, place);
    ui.painter()
        .rect_filled(rect, CornerRadius::same(8), ground);
    let x = rect.left() + 8.0 + place * 12.0;
    ui.painter()
        .circle_filled(Pos2::new(x, rect.center().y), 6.0, TEXT);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    response.clicked()
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
                if menu_row(ui, is_current, name(&choice).to_string()).clicked() {
                    chosen = Some(choice);
                }
            }
        });
    chosen
}

/// Shows a row of a menu. The one that is current stays as bright as the others.
pub(super) fn menu_row(ui: &mut Ui, is_current: bool, text: impl Into<String>) -> Response {
    ui.selectable_label(is_current, RichText::new(text).color(TEXT))
}
