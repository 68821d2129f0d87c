//! What surrounds the lanes: a column for names and the keyboard at the left, and room for scroll bars.

use egui::{Align2, Painter, Pos2, Rect, pos2};

use super::theme::{self, MUTED};

/// The width of the column at the left, in points.
const COLUMN: f32 = 56.0;
/// The room for the scroll bars at the right and below, in points.
const AT_RIGHT: f32 = 12.0;
const BELOW: f32 = 16.0;

/// The lanes' place, and the places around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Surround {
    /// Where time runs from left to right.
    pub(super) lanes: Rect,
    /// The column at the left of the lanes.
    pub(super) column: Rect,
    /// The room at their right.
    pub(super) right: Rect,
    /// The room below them.
    pub(super) below: Rect,
    /// The corner below the column.
    pub(super) corner: Rect,
}

impl Surround {
    /// Divides a place.
    pub(super) fn of(whole: Rect) -> Self {
        let lanes = Rect::from_min_max(
            pos2(whole.left() + COLUMN, whole.top()),
            pos2(whole.right() - AT_RIGHT, whole.bottom() - BELOW),
        );
        Self {
            lanes,
            column: Rect::from_min_max(whole.min, lanes.left_bottom()),
            right: Rect::from_min_max(lanes.right_top(), pos2(whole.right(), lanes.bottom())),
            below: Rect::from_min_max(lanes.left_bottom(), pos2(lanes.right(), whole.bottom())),
            corner: Rect::from_min_max(
                pos2(whole.left(), lanes.bottom()),
                pos2(lanes.left(), whole.bottom()),
            ),
        }
    }

    /// Writes the name of a row of the lanes into the column.
    pub(super) fn name(&self, painter: &Painter, row: Rect, name: &str) {
        let at = Pos2::new(self.column.left(), row.center().y);
        let font = theme::font(11.0);
        painter.text(at, Align2::LEFT_CENTER, name, font, MUTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_the_lanes() {
        let whole = Rect::from_min_max(pos2(16.0, 48.0), pos2(812.0, 638.0));
        let Surround {
            lanes,
            column,
            right,
            below,
            corner,
        } = Surround::of(whole);
        let areas = [lanes, column, right, below, corner].map(|place| place.area());
        let open = Rect::from_min_size(right.left_bottom(), egui::vec2(AT_RIGHT, BELOW));
        assert_eq!(areas.iter().sum::<f32>() + open.area(), whole.area());
    }
}
