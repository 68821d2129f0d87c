//! The curves of the cues that the next draft will follow.

use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke};

use super::theme::{self, MUTED, PANEL};
use super::timeline::Timeline;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::steering::{Lane, Steering};
use crate::music::cues::Cue;
use crate::time::Beats;

/// The height of one curve, in points.
pub(super) const CURVE_HEIGHT: f32 = 30.0;

/// What the curves are computed from, and how they lie on the screen.
#[derive(Clone, Copy)]
pub(super) struct CueCurves<'a> {
    pub(super) timeline: &'a Timeline,
    /// The beat of the project at which the clip starts.
    pub(super) start: Beats,
    /// The cues that the clip suggests.
    pub(super) clip: &'a ClipCurves,
    pub(super) steering: &'a Steering,
}

/// A cue with a curve.
pub(super) struct CueLane {
    pub(super) cue: Cue,
    pub(super) colour: Color32,
}

/// The cues with curves, from top to bottom.
pub(super) const CUE_LANES: [CueLane; 3] = [
    CueLane {
        cue: Cue::Density,
        colour: theme::NOTE,
    },
    CueLane {
        cue: Cue::Register,
        colour: theme::MELODY,
    },
    CueLane {
        cue: Cue::Mode,
        colour: theme::WELL,
    },
];

impl CueLane {
    /// Paints the cue's curve for the next draft.
    pub(super) fn paint(&self, painter: &Painter, rect: Rect, curves: CueCurves<'_>) {
        let CueCurves {
            timeline,
            start,
            clip,
            steering,
        } = curves;
        painter.rect_filled(rect, theme::RADIUS, PANEL);
        let painter = painter.with_clip_rect(rect);
        let inner = rect.shrink2([0.0, 5.0].into());
        let y_of = |value: f32| inner.center().y - value * inner.height() * 0.5;
        let mut line = Vec::new();
        for beat in 0..clip.beats() {
            if let Some(value) = steering.value(self.cue, beat, clip) {
                let x = timeline.x_of(start.0 + beat as f64 + 0.5);
                line.push(Pos2::new(x, y_of(value)));
            }
        }
        painter.hline(
            rect.x_range(),
            rect.center().y,
            Stroke::new(1.0, theme::LINE),
        );
        let is_free = line.is_empty();
        painter.add(Shape::line(line, Stroke::new(1.5, self.colour)));
        let word = |anchor: Align2, text: &str| {
            let at = anchor.pos_in_rect(&rect.shrink2([8.0, 2.0].into()));
            let galley = painter.layout_no_wrap(text.to_owned(), theme::font(11.0), MUTED);
            let back = anchor
                .anchor_size(at, galley.size())
                .expand2([4.0, 0.0].into());
            painter.rect_filled(back, theme::RADIUS, PANEL.gamma_multiply(0.8));
            painter.galley(anchor.anchor_size(at, galley.size()).min, galley, MUTED);
        };
        word(Align2::LEFT_TOP, self.cue.spec().label);
        let source = if is_free {
            "free"
        } else {
            self.source(steering)
        };
        word(Align2::RIGHT_TOP, source);
    }

    /// Returns where the cue's values come from.
    fn source(&self, steering: &Steering) -> &'static str {
        match &steering.lanes[self.cue] {
            Lane::Clip { offset: 0.0, .. } => "follows clip",
            Lane::Clip { .. } => "follows clip, offset",
            Lane::Drawn(_) => "set",
            Lane::Over { .. } => "drawn",
            Lane::Free => "free",
        }
    }
}
