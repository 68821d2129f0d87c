//! The curves of the cues, and of the lead, that the next draft will follow.

use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke};

use super::theme::{self, MUTED, PANEL};
use super::timeline::Timeline;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::lead::Lead;
use crate::conditioning::pairing::Pairing;
use crate::conditioning::steering::{Lane, Steering};
use crate::instance::{CurveId, Curves};
use crate::music::cues::Cue;
use crate::time::Beats;

/// The height of one curve, in points.
pub(super) const CURVE_HEIGHT: f32 = 30.0;
/// The share of its colour that a curve has where it is not drawn although some of it is.
const UNDRAWN: f32 = 0.5;

/// What the curves are computed from, and how they lie on the screen.
#[derive(Clone, Copy)]
pub(super) struct CueCurves<'a> {
    pub(super) timeline: &'a Timeline,
    /// The beat of the project at which drafts start.
    pub(super) start: Beats,
    /// The cues that the clip suggests from there.
    pub(super) clip: &'a ClipCurves,
    pub(super) steering: &'a Steering,
    /// What is drawn.
    pub(super) curves: &'a Curves,
}

/// Something with a curve.
#[derive(Clone, Copy)]
pub(super) struct CueLane {
    pub(super) id: CurveId,
    colour: Color32,
    /// Whether it is shown although nothing is drawn.
    pub(super) is_usual: bool,
}

/// What has curves, from top to bottom.
pub(super) const CUE_LANES: [CueLane; 6] = [
    lane(CurveId::Cue(Cue::Density), theme::NOTE, true),
    lane(CurveId::Cue(Cue::Polyphony), theme::NOTE, false),
    lane(CurveId::Cue(Cue::Register), theme::MELODY, true),
    lane(CurveId::Cue(Cue::Mode), theme::WELL, true),
    lane(CurveId::Cue(Cue::Accent), theme::ACCENT, false),
    lane(CurveId::Lead, theme::MELODY, false),
];

const fn lane(id: CurveId, colour: Color32, is_usual: bool) -> CueLane {
    CueLane {
        id,
        colour,
        is_usual,
    }
}

impl CueCurves<'_> {
    /// Returns the value at a beat of the next draft, or `None` if it is free.
    fn value(&self, id: CurveId, beat: usize) -> Option<f32> {
        let cue = match id {
            CurveId::Cue(cue) => cue,
            CurveId::Lead => {
                let drawn = self.drawn(id, beat);
                let bar_beats = (self.timeline.bar.0 as usize).max(1);
                return drawn.or_else(|| Lead::default().value(beat, beat, bar_beats));
            }
        };
        self.steering.value(cue, beat, self.clip)
    }

    /// Returns whether a cue follows the mood of the clip.
    fn follows_mood(&self, cue: Cue) -> bool {
        self.steering.measure(cue, self.clip) != Pairing::of(cue).measure
    }

    fn drawn(&self, id: CurveId, beat: usize) -> Option<f32> {
        self.curves[id].values().get(beat).copied().flatten()
    }

    /// Returns the beats of the next draft to paint: one for each point of the screen at most.
    fn visible_beats(&self) -> impl Iterator<Item = usize> + use<> {
        let Timeline {
            first_beat,
            span_beats,
            x,
            ..
        } = *self.timeline;
        let first = (first_beat - self.start.0 - 1.0).max(0.0) as usize;
        let end = (first_beat + span_beats - self.start.0 + 1.0).max(0.0) as usize;
        let every = (span_beats / f64::from(x.span()).max(1.0)).ceil().max(1.0) as usize;
        (first..end.min(self.clip.beats())).step_by(every)
    }
}

impl CueLane {
    /// Paints the curve for the next draft.
    pub(super) fn paint(&self, painter: &Painter, rect: Rect, curves: CueCurves<'_>) {
        painter.rect_filled(rect, theme::RADIUS, PANEL);
        let painter = painter.with_clip_rect(rect);
        painter.hline(
            rect.x_range(),
            rect.center().y,
            Stroke::new(1.0, theme::LINE),
        );
        self.paint_line(&painter, rect, curves);
        let word = |anchor: Align2, text: &str| {
            let at = anchor.pos_in_rect(&rect.shrink2([8.0, 2.0].into()));
            let galley = painter.layout_no_wrap(text.to_owned(), theme::font(11.0), MUTED);
            let back = anchor
                .anchor_size(at, galley.size())
                .expand2([4.0, 0.0].into());
            painter.rect_filled(back, theme::RADIUS, PANEL.gamma_multiply(0.8));
            painter.galley(anchor.anchor_size(at, galley.size()).min, galley, MUTED);
        };
        word(Align2::RIGHT_TOP, self.source(curves));
    }

    fn paint_line(&self, painter: &Painter, rect: Rect, curves: CueCurves<'_>) {
        let is_drawn = curves.curves[self.id].is_drawn();
        let mut line: Vec<Pos2> = Vec::new();
        let mut line_is_drawn = false;
        let finish = |line: &mut Vec<Pos2>, bright: bool| {
            let colour = if bright || !is_drawn {
                self.colour
            } else {
                self.colour.gamma_multiply(UNDRAWN)
            };
            let last = line.last().copied();
            painter.add(Shape::line(std::mem::take(line), Stroke::new(1.5, colour)));
            last
        };
        for beat in curves.visible_beats() {
            let Some(value) = curves.value(self.id, beat) else {
                finish(&mut line, line_is_drawn);
                continue;
            };
            let bright = curves.drawn(self.id, beat).is_some();
            if bright != line_is_drawn {
                let last = finish(&mut line, line_is_drawn);
                line.extend(last);
                line_is_drawn = bright;
            }
            let x = curves.timeline.x_of(curves.start.0 + beat as f64 + 0.5);
            line.push(Pos2::new(x, y_of(rect, value)));
        }
        finish(&mut line, line_is_drawn);
    }

    /// Returns where the values come from, in a word or two.
    pub(super) fn source(&self, curves: CueCurves<'_>) -> &'static str {
        let curve = &curves.curves[self.id];
        let cue = match self.id {
            _ if curve.armed => return "automation",
            _ if curve.is_drawn() => return "drawn",
            CurveId::Lead => return "by phrases",
            CurveId::Cue(cue) => cue,
        };
        let is_given = |beat| curves.value(self.id, beat).is_some();
        let is_free = !curves.visible_beats().any(is_given);
        match &curves.steering.lanes[cue] {
            _ if is_free => "free",
            Lane::Clip { offset, .. } => match (curves.follows_mood(cue), *offset == 0.0) {
                (false, true) => "follows clip",
                (false, false) => "follows clip, offset",
                (true, true) => "follows mood",
                (true, false) => "follows mood, offset",
            },
            Lane::Drawn(_) | Lane::Over { .. } => "set",
            Lane::Free => "free",
        }
    }
}

/// Returns the part of a lane whose top is 1 and whose bottom is −1.
fn inner(rect: Rect) -> Rect {
    rect.shrink2([0.0, 5.0].into())
}

fn y_of(rect: Rect, value: f32) -> f32 {
    let inner = inner(rect);
    inner.center().y - value * inner.height() * 0.5
}

/// Returns the value at a height in a lane, −1 to 1.
pub(super) fn value_at(rect: Rect, y: f32) -> f32 {
    let inner = inner(rect);
    ((inner.center().y - y) / (inner.height() * 0.5)).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_where_it_is_painted() {
        let rect = Rect::from_x_y_ranges(0.0..=100.0, 40.0..=40.0 + CURVE_HEIGHT);
        for value in [-1.0, -0.3, 0.0, 1.0] {
            assert!((value_at(rect, y_of(rect, value)) - value).abs() < 1e-5);
        }
        assert_eq!(value_at(rect, 0.0), 1.0);
        assert_eq!(value_at(rect, 400.0), -1.0);
    }
}
