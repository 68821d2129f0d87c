//! What an instance without a clip and without drafts shows instead of empty lanes: how to begin.

use egui::{
    Align2, Color32, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::file_dialog::{FileDialog, Purpose};
use super::into_reaper;
use super::takes::default_folder;
use super::theme::{self, ACCENT, LINE, MUTED, PANEL, TEXT};

/// What to do, in order: a name and what happens.
const STEPS: [(&str, &str); 3] = [
    (
        "Open a clip",
        "A video, or a clip file. Its cuts, motion, light and colour are what the music follows.",
    ),
    (
        "Generate",
        "A draft takes seconds, and you keep working. Press again for another; every draft is kept.",
    ),
    (
        "Play",
        "The draft plays with your DAW. Send its notes to a synth, or switch Preview on to hear it here.",
    ),
];
/// The width of the steps, in points.
const WIDTH: f32 = 560.0;
const STEP_HEIGHT: f32 = 64.0;
const BOX_HEIGHT: f32 = 132.0;

/// Shows the steps and the box that clips are dropped into.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, dialog: &mut FileDialog) {
    let place = ui.max_rect();
    let width = WIDTH.min(place.width() - 2.0 * theme::GRID);
    let height = BOX_HEIGHT + 3.0 * (STEP_HEIGHT + theme::GRID);
    let whole = Rect::from_center_size(place.center(), vec2(width, height));
    let drop = Rect::from_min_size(whole.min, vec2(width, BOX_HEIGHT));
    drop_box(ui, drop, scene, dialog);
    for (index, (name, what)) in STEPS.iter().enumerate() {
        let top = drop.bottom() + theme::GRID + index as f32 * (STEP_HEIGHT + theme::GRID);
        let row = Rect::from_min_size(Pos2::new(whole.left(), top), vec2(width, STEP_HEIGHT));
        step(ui, row, index + 1, name, what);
    }
}

/// Shows the box, lit while a file is held over the window.
fn drop_box(ui: &mut Ui, place: Rect, scene: Scene<'_>, dialog: &mut FileDialog) {
    let is_held_over = ui.input(|input| !input.raw.hovered_files.is_empty());
    let (edge, fill) = if is_held_over {
        (ACCENT, ACCENT.gamma_multiply(0.12))
    } else {
        (MUTED, Color32::TRANSPARENT)
    };
    let painter = ui.painter();
    painter.rect_filled(place, theme::RADIUS, fill);
    let corners = [
        place.left_top(),
        place.right_top(),
        place.right_bottom(),
        place.left_bottom(),
        place.left_top(),
    ];
    painter.extend(Shape::dashed_line(
        &corners,
        Stroke::new(1.0, edge),
        6.0,
        4.0,
    ));
    let what = if is_held_over {
        "Let go to open it"
    } else {
        "Drop a video or a clip here"
    };
    let at = place.center_top() + vec2(0.0, 38.0);
    painter.text(at, Align2::CENTER_CENTER, what, theme::strong(15.0), TEXT);
    let id = ui.scope_id().with("drop");
    ui.interact(place, id, Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Group, true, what));
    let size = Vec2::new(160.0, 32.0);
    let count = if scene.desk.timeline.is_there() {
        3.0
    } else {
        2.0
    };
    let buttons = Rect::from_center_size(
        place.center_bottom() - vec2(0.0, 42.0),
        vec2(count * (size.x + theme::GRID) - theme::GRID, size.y),
    );
    ui.scope_builder(UiBuilder::new().max_rect(buttons), |ui| {
        ui.horizontal(|ui| {
            if button(ui, "Choose a clip…", size, Weight::Primary).clicked() {
                dialog.ask(Purpose::Clip, String::new(), scene.state);
            }
            if button(ui, "Try it with a sample", size, Weight::Plain)
                .on_hover_text(
                    "Opens 30 seconds of Big Buck Bunny (Blender Foundation, CC BY 3.0), as numbers, from the folder Diff-BGM in your music or home folder",
                )
                .clicked()
            {
                scene.desk.load_sample_clip(&default_folder());
            }
            into_reaper::show_picture(ui, scene, size);
        });
    });
}

fn step(ui: &Ui, place: Rect, number: usize, name: &str, what: &str) {
    let painter = ui.painter();
    painter.rect(
        place,
        theme::RADIUS,
        PANEL,
        Stroke::new(1.0, LINE),
        egui::StrokeKind::Inside,
    );
    let middle = place.left_center() + vec2(28.0, 0.0);
    painter.circle_stroke(middle, 13.0, Stroke::new(1.0, ACCENT));
    // Not the name alone, which is that of a button.
    let label = format!("{number}. {name}");
    let number = number.to_string();
    painter.text(
        middle,
        Align2::CENTER_CENTER,
        number,
        theme::strong(13.0),
        ACCENT,
    );
    let left = place.left() + 56.0;
    let at = Pos2::new(left, place.top() + 9.0);
    painter.text(at, Align2::LEFT_TOP, name, theme::strong(13.0), TEXT);
    let width = place.right() - left - theme::GRID;
    let galley = painter.layout(what.to_owned(), theme::font(12.0), MUTED, width);
    painter.galley(Pos2::new(left, place.top() + 27.0), galley, MUTED);
    let id = ui.scope_id().with(name);
    ui.interact(place, id, Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
}

#[cfg(test)]
mod tests {
    use super::super::HeadlessEditor;
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;

    #[test]
    fn a_new_instance_shows_how_to_begin_within_the_window() {
        for size in [(900, 600), (1040, 660), (1920, 1200)] {
            let mut editor = HeadlessEditor::new(&State::default(), size);
            let window = Rect::from_min_size(Pos2::ZERO, vec2(size.0.into(), size.1.into()));
            for label in ["Drop a video or a clip here", "Choose a clip…", "3. Play"] {
                let rect = editor.rect_of(label).expect(label);
                assert!(window.contains_rect(rect), "{label} in {size:?}");
            }
            assert_eq!(editor.middle_of("Timeline"), None);
            editor.hold_file_over(true);
            assert!(editor.middle_of("Let go to open it").is_some());
            editor.hold_file_over(false);
            assert!(editor.middle_of("Let go to open it").is_none());
        }
    }

    #[test]
    fn the_steps_give_way_to_the_first_draft() {
        let mut state = State::default();
        state.add_take(Draft::default(), 0);
        let editor = HeadlessEditor::new(&state, (1040, 768));
        assert_eq!(editor.middle_of("Choose a clip…"), None);
        assert!(editor.middle_of("Timeline").is_some());
    }
}
