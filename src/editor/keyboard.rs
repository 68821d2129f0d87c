//! The keyboard beside the piano roll.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Stroke};

use super::pitches::Pitches;
use super::theme::{self, BACKGROUND, LINE, MUTED};
use crate::music::spelling::Spelling;

/// The width of the keys, in points.
const WIDTH: f32 = 26.0;
/// The length of a black key as a share of a white one.
const BLACK_SHARE: f32 = 0.62;
/// The height of a row from which on each key says its name, in points.
const LEAST_HEIGHT_OF_NAMES: f32 = 12.0;
const WHITE: Color32 = Color32::from_rgb(0xc6, 0xca, 0xd3);

/// Paints the keys at the right of `column`, with the one under the pointer lit, and the names of Cs beside them.
pub(super) fn paint(painter: &Painter, column: Rect, pitches: &Pitches, lit: Option<u8>) {
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
    use super::*;

    #[test]
    fn pitches_have_the_names_that_musicians_know() {
        let names = [0, 21, 60, 61, 70, 127].map(name);
        assert_eq!(names, ["C-1", "A0", "C4", "Db4", "Bb4", "G9"]);
    }
}
