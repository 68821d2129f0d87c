//! The handles by which music is dragged out of the window. A click on one writes a file instead.

use egui::{Color32, CursorIcon, Pos2, Rect, Role, Sense, Ui, WidgetInfo};

use super::contents::Scene;
use super::takes::{default_folder, free_path};
use super::theme;
use crate::instance::{Desk, Selection};
use crate::music::part::Part;

/// The distance between the dots of a handle, in points.
const DOT_DISTANCE: f32 = 5.0;
/// The width that a handle takes at least, in points.
pub(super) const HANDLE_WIDTH: f32 = 14.0;

/// Shows a handle in `rect` for what `selection` contains, which is called `what`. `ink` is the colour of its dots.
pub(super) fn show(
    ui: &Ui,
    scene: Scene<'_>,
    rect: Rect,
    selection: Selection,
    what: &str,
    ink: Color32,
) {
    let id = ui
        .scope_id()
        .with(("drag", selection.bars.is_some(), selection.parts));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let label = format!("Drag {what}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if response.drag_started() {
        scene.dragged.set(Some(selection));
    } else if response.clicked() {
        export(scene, selection);
    }
    let is_lit = response.hovered() || response.has_focus();
    if is_lit {
        let painter = ui.painter();
        painter.rect_filled(rect, theme::RADIUS, ink.gamma_multiply(0.2));
    }
    paint_dots(ui, rect, if is_lit { ink } else { ink.gamma_multiply(0.7) });
    let hint = format!(
        "Drag {what} to a track of the host, or to another program, as a MIDI file. A click or Enter writes the file into the folder Diff-BGM."
    );
    response
        .on_hover_cursor(CursorIcon::Grab)
        .on_hover_text(hint);
}

/// Returns whether the current take has notes of a part.
pub(super) fn has_notes(scene: Scene<'_>, part: Part) -> bool {
    let take = scene.state.current_take();
    take.is_some_and(|take| {
        take.draft
            .score
            .notes()
            .iter()
            .any(|note| note.part == part)
    })
}

fn export(scene: Scene<'_>, selection: Selection) {
    let Scene { desk, state, .. } = scene;
    let first_bar = desk.session.first_bar(state, scene.params.values().start());
    if let Some(name) = Desk::excerpt_name(state, selection, first_bar) {
        desk.export_excerpt(selection, free_path(&default_folder(), &name));
    }
}

fn paint_dots(ui: &Ui, rect: Rect, ink: Color32) {
    for column in [-0.5, 0.5] {
        for row in [-1.0, 0.0, 1.0] {
            let offset = egui::vec2(column, row) * DOT_DISTANCE;
            let at: Pos2 = rect.center() + offset;
            ui.painter().circle_filled(at, 1.2, ink);
        }
    }
}

#[cfg(test)]
mod tests;
