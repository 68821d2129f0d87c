//! The keyboard beside the piano roll.

use egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Response, Role, Sense, Stroke, Ui,
    WidgetInfo,
};

use super::pitches::Pitches;
use super::theme::{self, BACKGROUND, LINE, MUTED};
use crate::instance::Session;
use crate::music::spelling::Spelling;

/// The width of the keys, in points.
const WIDTH: f32 = 26.0;
/// The length of a black key as a share of a white one.
const BLACK_SHARE: f32 = 0.62;
/// The height of a row from which on each key says its name, in points.
const LEAST_HEIGHT_OF_NAMES: f32 = 12.0;
const WHITE: Color32 = Color32::from_rgb(0xc6, 0xca, 0xd3);

/// The loudness of a key that is pressed.
const VELOCITY: u8 = 84;

/// The key that is pressed.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    pressed: Option<u8>,
}

impl Keyboard {
    /// Shows the keys at the right of `column`, with the one that is pressed or else `pointed` at lit. Each key that the pointer
    /// presses, or reaches while it is pressed, is heard.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        column: Rect,
        pitches: &Pitches,
        pointed: Option<u8>,
        session: &Session,
    ) {
        // Without keys of its own it takes no focus.
        let sense = Sense::CLICK | Sense::DRAG;
        let keys = column.with_min_x(column.right() - WIDTH);
        let response = ui.interact(keys, ui.scope_id().with("keyboard"), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Group, true, "Keyboard"));
        let pressed = pressed_key(ui, &response, pitches);
        if let Some(pitch) = pressed.filter(|_| pressed != self.pressed) {
            session.audition(pitch, VELOCITY);
        }
        self.pressed = pressed;
        paint(ui.painter(), column, pitches, pressed.or(pointed));
    }
}

/// Returns the key that the pointer presses, which it may do and end within a frame.
fn pressed_key(ui: &Ui, response: &Response, pitches: &Pitches) -> Option<u8> {
    let is_down = ui.input(|input| input.pointer.primary_down());
    let is_pressed = response.is_pointer_button_down_on() && is_down || response.clicked();
    let at = response.interact_pointer_pos().filter(|_| is_pressed)?;
    let pitch = pitches.pitch_at(at.y).floor();
    (pitches.y.contains(at.y) && (0.0..128.0).contains(&pitch)).then_some(pitch as u8)
}

/// Paints the keys at the right of `column`, with one of them lit, and the names of Cs beside them.
fn paint(painter: &Painter, column: Rect, pitches: &Pitches, lit: Option<u8>) {
    let keys = column.with_min_x(column.right() - WIDTH);
    let painter = painter.with_clip_rect(column.with_max_x(column.right() - 1.0));
    painter.rect_filled(keys, CornerRadius::ZERO, WHITE);
    for pitch in pitches.visible() {
        let (bottom, height) = (pitches.bottom_of(pitch), pitches.row_height());
        let row = Rect::from_x_y_ranges(keys.x_range(), bottom - height..=bottom);
        if is_black(pitch) {
            let key = row.with_max_x(row.left() + BLACK_SHARE * WIDTH);
            painter.rect_filled(key, CornerRadius::ZERO, BACKGROUND);
            painter.hline(
                key.right()..=row.right(),
                row.center().y,
                Stroke::new(1.0, MUTED),
            );
        } else if !is_black(pitch.saturating_sub(1)) {
            painter.hline(row.x_range(), bottom, Stroke::new(1.0, MUTED));
        }
        if lit == Some(pitch) {
            painter.rect_filled(row, CornerRadius::ZERO, theme::ACCENT.gamma_multiply(0.8));
        }
        if pitch % 12 == 0 || height >= LEAST_HEIGHT_OF_NAMES && lit == Some(pitch) {
            let at = Pos2::new(keys.left() - 5.0, row.center().y);
            let font = theme::font(9.5);
            painter.text(at, Align2::RIGHT_CENTER, name(pitch), font, MUTED);
        }
    }
    painter.vline(keys.left(), keys.y_range(), Stroke::new(1.0, LINE));
}

/// Returns the name of a pitch, such as C4 for 60.
pub(super) fn name(pitch: u8) -> String {
    let class = Spelling::new(0, false).name(pitch % 12);
    format!("{class}{}", i16::from(pitch) / 12 - 1)
}

pub(super) fn is_black(pitch: u8) -> bool {
    matches!(pitch % 12, 1 | 3 | 6 | 8 | 10)
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::super::HeadlessEditor;
    use super::*;
    use crate::time::Beats;

    #[test]
    fn keys_are_heard_when_they_are_pressed_or_slid_over() {
        let mut editor = HeadlessEditor::with_clip(&[], |_| ());
        let before = editor.state();
        let x = editor.rect_of("Keyboard").unwrap().center().x;
        let y = |pitch| f32::from(editor.place_in_roll(Beats(0.0), pitch).unwrap().1);
        let (from, to) = (pos2(x, y(60)), pos2(x, y(57)));
        let mut heard = Vec::new();
        editor.drag_in_steps(from, to, 30, |session| {
            let taken = session.live.take_audition();
            heard.extend(taken.map(|(pitch, _)| pitch));
        });
        assert_eq!(heard, [60, 59, 58, 57]);
        for _ in 0..2 {
            editor.click_at(from, 1);
            let heard = editor.session().live.take_audition();
            assert_eq!(heard, Some((60, VELOCITY)));
        }
        assert_eq!(editor.state(), before);
    }

    #[test]
    fn pitches_have_the_names_that_musicians_know() {
        let names = [0, 21, 60, 61, 70, 127].map(name);
        assert_eq!(names, ["C-1", "A0", "C4", "Db4", "Bb4", "G9"]);
    }
}
