//! Undo and redo, by two buttons and by keys.

use egui::{
    Color32, CursorIcon, Key, KeyboardShortcut, Modifiers, Painter, Pos2, Rect, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

use super::theme::{self, FIELD, FIELD_HOVERED, LINE, MUTED, TEXT};
use crate::instance::{Change, Desk, Snapshot};

const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
const REDO: KeyboardShortcut =
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
const BUTTON_SIZE: Vec2 = Vec2::splat(26.0);

/// A step through the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Take the last change back.
    Undo,
    /// Make it again.
    Redo,
}

impl Step {
    /// Takes the step.
    pub(super) fn take(self, desk: &Desk) {
        match self {
            Self::Undo => desk.session.undo(),
            Self::Redo => desk.session.redo(),
        }
    }
}

/// Returns the step that Ctrl+Z or Ctrl+Shift+Z asks for; `None` while text is typed, which has an undo of its own.
pub(super) fn step_by_keys(ui: &Ui) -> Option<Step> {
    if ui.ctx().text_edit_focused() {
        return None;
    }
    ui.input_mut(|input| {
        // Undo would match with Shift as well.
        if input.consume_shortcut(&REDO) {
            Some(Step::Redo)
        } else {
            input.consume_shortcut(&UNDO).then_some(Step::Undo)
        }
    })
}

/// Shows the two buttons. Returns the step of the one that was pressed.
pub(super) fn show(ui: &mut Ui, snapshot: &Snapshot) -> Option<Step> {
    let mut button = |name: &str, change: Option<Change>, shortcut: &KeyboardShortcut, mirrored| {
        // A button that is not lit may be pressed too: the press may enter a text field, and so make the first change.
        let (rect, response) = ui.allocate_exact_size(BUTTON_SIZE, Sense::click());
        let lit = change.is_some() && (response.hovered() || response.has_focus());
        let fill = if lit { FIELD_HOVERED } else { FIELD };
        ui.painter().rect(
            rect,
            theme::RADIUS,
            fill,
            Stroke::new(1.0, LINE),
            StrokeKind::Inside,
        );
        let ink = if change.is_some() {
            TEXT
        } else {
            MUTED.gamma_multiply(0.5)
        };
        paint_arrow(ui.painter(), rect, ink, mirrored);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, change.is_some(), name));
        let keys = ui.ctx().format_shortcut(shortcut);
        let is_clicked = response.clicked();
        match change {
            Some(change) => response
                .on_hover_cursor(CursorIcon::PointingHand)
                .on_hover_text(format!("{name}: {change} ({keys})")),
            None => response.on_hover_text(format!("Nothing to {} ({keys})", name.to_lowercase())),
        };
        is_clicked
    };
    let undo = button("Undo", snapshot.undo, &UNDO, false);
    let redo = button("Redo", snapshot.redo, &REDO, true);
    match (undo, redo) {
        (true, _) => Some(Step::Undo),
        (_, true) => Some(Step::Redo),
        _ => None,
    }
}

/// Paints an arrow that turns back to the left, or to the right if `mirrored`.
fn paint_arrow(painter: &Painter, rect: Rect, ink: Color32, mirrored: bool) {
    let side = if mirrored { -1.0 } else { 1.0 };
    let at = |x: f32, y: f32| rect.center() + Vec2::new(side * x, y);
    let turn = (0..=8).map(|part| {
        let angle = std::f32::consts::PI * (part as f32 / 8.0 - 0.5);
        at(1.0 + 4.0 * angle.cos(), 0.5 + 4.0 * angle.sin())
    });
    let line: Vec<Pos2> = [at(-5.0, -3.5)]
        .into_iter()
        .chain(turn)
        .chain([at(-3.0, 4.5)])
        .collect();
    let stroke = Stroke::new(1.4, ink);
    painter.add(Shape::line(line, stroke));
    let head = vec![at(-2.0, -6.5), at(-5.0, -3.5), at(-2.0, -0.5)];
    painter.add(Shape::line(head, stroke));
}
