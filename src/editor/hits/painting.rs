//! How hits look.

use egui::{Align2, Painter, Pos2, Shape, Stroke};

use super::{Drag, HitRow, Mark};
use crate::conditioning::hits::Side;
use crate::editor::theme::{self, ACCENT};

/// The share of its colour that a cut has if it is not met.
const UNMET: f32 = 0.4;
/// The distance between the dots of a weight, and of the first from the middle of the mark, in points.
const DOT_DISTANCE: f32 = 6.0;
const FIRST_DOT: f32 = 9.0;

impl HitRow<'_> {
    /// Paints a triangle for each mark, a dot for each unit of its weight, at the side on which the music errs, and its name.
    pub(super) fn paint(&self, painter: &Painter, marks: &[Mark], drag: Option<&Drag>) {
        let painter = painter.with_clip_rect(self.rect);
        for mark in marks {
            let dragged = drag.filter(|drag| mark.is_own && drag.hit == mark.marked);
            let at = dragged.map_or(mark.at(), |drag| drag.to);
            let middle = Pos2::new(self.placed.x_of(at, self.timeline), self.rect.center().y);
            let hit = mark.marked.hit;
            let colour = if hit.weight > 0 {
                ACCENT
            } else {
                ACCENT.gamma_multiply(UNMET)
            };
            let corners = [(0.0, -4.0), (5.0, 4.0), (-5.0, 4.0)];
            let points = corners.map(|(dx, dy)| Pos2::new(middle.x + dx, middle.y + dy));
            painter.add(Shape::convex_polygon(points.into(), colour, Stroke::NONE));
            let side = match hit.side {
                Side::Late => 1.0,
                Side::Early => -1.0,
            };
            for dot in 0..hit.weight {
                let away = FIRST_DOT + DOT_DISTANCE * f32::from(dot);
                let at = Pos2::new(middle.x + side * away, middle.y + 1.0);
                painter.circle_filled(at, 2.2, colour);
            }
            let dots = match hit.side {
                Side::Late => f32::from(hit.weight),
                Side::Early => 0.0,
            };
            let x = middle.x + FIRST_DOT + DOT_DISTANCE * dots;
            painter.text(
                Pos2::new(x + 1.0, middle.y),
                Align2::LEFT_CENTER,
                &mark.marked.name,
                theme::font(10.5),
                colour,
            );
        }
    }

    /// Paints a line through the lanes at each hit that is on no cut.
    pub(in crate::editor) fn paint_lines(
        &self,
        painter: &Painter,
        state: &crate::instance::State,
        bottom: f32,
    ) {
        for marked in &state.hits {
            let is_cut = self.placed.clip.shots.iter().any(|&cut| marked.is_on(cut));
            let x = self.placed.x_of(marked.hit.at, self.timeline);
            if !is_cut && self.rect.x_range().contains(x) {
                let y = egui::Rangef::new(self.rect.bottom(), bottom);
                painter.vline(x, y, Stroke::new(1.0, ACCENT.gamma_multiply(0.3)));
            }
        }
    }
}
