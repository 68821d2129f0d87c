//! The parts at the top of the right panel: which are selected, silent or locked, and where they leave.

mod output;

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, FontId, Id, Rect, Response, RichText, Role, Sense,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2,
};

use super::contents::Scene;
use super::drag_handle::{self, HANDLE_WIDTH};
use super::param_access::ParamAccess;
use super::theme::{self, ACCENT, FIELD, FIELD_HOVERED, LINE, MUTED, TEXT};
use crate::instance::params::ParamId;
use crate::instance::{Locks, Selection};
use crate::music::part::Part;
use crate::music::part_set::PartSet;

const ROW_HEIGHT: f32 = 28.0;
const SWATCH: Vec2 = Vec2::new(10.0, 18.0);
/// The distance between a swatch and the name beside it.
const SWATCH_GAP: f32 = 6.0;
const LETTER: Vec2 = Vec2::splat(21.0);
/// The distance between letters.
const GAP: f32 = 4.0;
/// The width of a part's channel.
const OUTPUT_WIDTH: f32 = 34.0;

/// Returns the colour of a part's notes.
pub(super) fn colour(part: Part) -> Color32 {
    match part {
        Part::All | Part::Lead => theme::MELODY,
        Part::Chords => theme::NOTE,
        Part::Bass => theme::BASS,
    }
}

/// Shows the parts. A click on a part's name adds it to the selection or takes it away.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>) {
    ui.label(RichText::new("Parts").font(theme::strong(13.0)));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        for part in PartSet::PARTS {
            row(ui, scene, part);
        }
    });
}

fn row(ui: &mut Ui, scene: Scene<'_>, part: Part) {
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let output = rect.with_min_x(rect.right() - OUTPUT_WIDTH);
    let place = |letter: u8| {
        let right = output.left() - f32::from(2 - letter) * (LETTER.x + GAP);
        let corner = pos2(right - LETTER.x, rect.center().y - LETTER.y * 0.5);
        Rect::from_min_size(corner, LETTER)
    };
    let mut name = rect.with_max_x(place(0).left() - GAP);
    if drag_handle::has_notes(scene, part) {
        let handle = name.with_min_x(name.right() - HANDLE_WIDTH);
        name = name.with_max_x(handle.left());
        let selection = Selection {
            bars: None,
            parts: PartSet::NONE.set(part, true),
        };
        let what = part.label().to_lowercase();
        drag_handle::show(ui, scene, handle, selection, &what, colour(part));
    }
    let mut selection = scene.selection.get();
    let is_selected = selection.parts.contains(part);
    if show_name(ui, name, part, is_selected).clicked() {
        selection.parts = selection.parts.set(part, !is_selected);
        scene.selection.set(selection);
    }
    let params = scene.params;
    let label = part.label().to_lowercase();
    let is_muted = params.is_on(mute(part));
    let hint = mute(part).spec().hint;
    if letter(ui, place(0), "M", &format!("Mute {label}"), is_muted, hint).clicked() {
        params.set_once(mute(part), f32::from(u8::from(!is_muted)));
    }
    let is_alone = is_solo(params, part);
    let hint = "Silences the other parts, or lets them sound again";
    if letter(ui, place(1), "S", &format!("Solo {label}"), is_alone, hint).clicked() {
        solo(params, part);
    }
    let is_locked = scene.state.locks.parts.contains(part);
    let hint = "Keeps the part as it is when bars are painted again";
    if letter(ui, place(2), "L", &format!("Lock {label}"), is_locked, hint).clicked() {
        (scene.desk.session).edit(|state| {
            let Locks { parts, .. } = &mut state.locks;
            *parts = parts.set(part, !is_locked);
        });
    }
    output::show(ui, output, scene, part);
}

/// Shows a part's swatch and name.
fn show_name(ui: &mut Ui, rect: Rect, part: Part, is_selected: bool) -> Response {
    let response = ui.interact(rect, id(ui, part, "name"), Sense::click());
    let ground = match (is_selected, response.hovered()) {
        (true, _) => ACCENT.gamma_multiply(0.2),
        (false, true) => FIELD_HOVERED,
        (false, false) => Color32::TRANSPARENT,
    };
    let painter = ui.painter();
    painter.rect_filled(rect.expand2(Vec2::new(3.0, 0.0)), theme::RADIUS, ground);
    let corner = pos2(rect.left(), rect.center().y - SWATCH.y * 0.5);
    let swatch = Rect::from_min_size(corner, SWATCH);
    painter.rect_filled(swatch, CornerRadius::same(2), colour(part));
    let at = pos2(swatch.right() + SWATCH_GAP, rect.center().y);
    painter.text(
        at,
        Align2::LEFT_CENTER,
        part.label(),
        theme::font(13.0),
        TEXT,
    );
    let label = format!("Select {}", part.label().to_lowercase());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_selected, &label));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text("Selects the part")
}

/// Shows a switch with a letter on it; `label` is its name for screen readers.
fn letter(ui: &mut Ui, rect: Rect, text: &str, label: &str, is_on: bool, hint: &str) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(label), Sense::click());
    paint_switch(ui, &response, text, theme::strong(11.0), is_on);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_on, label));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(hint)
}

/// Paints a switch, or one of several choices, with text on it.
fn paint_switch(ui: &Ui, response: &Response, text: &str, font: FontId, is_on: bool) {
    let (fill, edge, ink) = match (is_on, response.hovered()) {
        (true, false) => (ACCENT.gamma_multiply(0.25), ACCENT, ACCENT),
        (true, true) => (ACCENT.gamma_multiply(0.35), ACCENT, ACCENT),
        (false, true) => (FIELD_HOVERED, MUTED, TEXT),
        (false, false) => (FIELD, LINE, TEXT),
    };
    let (painter, rect) = (ui.painter(), response.rect);
    let stroke = Stroke::new(1.0, edge);
    painter.rect(rect, theme::RADIUS, fill, stroke, StrokeKind::Inside);
    painter.text(rect.center(), Align2::CENTER_CENTER, text, font, ink);
}

fn id(ui: &Ui, part: Part, what: &str) -> Id {
    ui.scope_id().with((part, what))
}

/// Returns the parameter that mutes a part.
fn mute(part: Part) -> ParamId {
    match part {
        Part::All | Part::Lead => ParamId::MuteLead,
        Part::Chords => ParamId::MuteChords,
        Part::Bass => ParamId::MuteBass,
    }
}

/// Returns whether a part is the only one that sounds.
fn is_solo(params: &dyn ParamAccess, part: Part) -> bool {
    let mut parts = PartSet::PARTS.into_iter();
    parts.all(|other| params.is_on(mute(other)) == (other != part))
}

/// Lets only `part` sound, or all parts if that is so already.
fn solo(params: &dyn ParamAccess, part: Part) {
    let is_solo = is_solo(params, part);
    for other in PartSet::PARTS {
        let is_muted = !is_solo && other != part;
        if params.is_on(mute(other)) != is_muted {
            params.set_once(mute(other), f32::from(u8::from(is_muted)));
        }
    }
}

#[cfg(test)]
mod tests;
