//! The clip over time: its shots in their light and colour, its cuts, and what the cues will be told.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rangef, Rect, Shape, Stroke, StrokeKind};

use super::theme::{self, ACCENT, MUTED, PANEL};
use super::timeline::Timeline;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::steering::{Lane, Steering};
use crate::features::PictureMeasure;
use crate::instance::SavedClip;
use crate::music::cues::Cue;
use crate::time::{Beats, Seconds, Tempo};

/// Height of the shots, in points.
pub(super) const SHOTS_HEIGHT: f32 = 44.0;
/// Height of the row of cuts.
pub(super) const CUTS_HEIGHT: f32 = 20.0;
/// Height of one curve.
pub(super) const CURVE_HEIGHT: f32 = 30.0;

/// A clip on the project's beats.
pub(super) struct PlacedClip<'a> {
    pub(super) clip: &'a SavedClip,
    /// The tempo under which it lies there.
    pub(super) tempo: Tempo,
    /// Where it starts in the project.
    pub(super) start: Beats,
}

impl PlacedClip<'_> {
    /// How long it is in the project.
    pub(super) fn length(&self) -> Beats {
        self.tempo.beats_in(self.clip.duration)
    }

    fn x_of(&self, time: Seconds, timeline: &Timeline) -> f32 {
        timeline.x_of((self.start + self.tempo.beats_in(time)).0)
    }

    /// Paints the shots: blocks in the colour and light of the picture.
    pub(super) fn paint_shots(&self, painter: &Painter, rect: Rect, timeline: &Timeline) {
        let painter = painter.with_clip_rect(rect);
        let mut from = Seconds(0.0);
        let ends = self.clip.shots.iter().copied().chain([self.clip.duration]);
        for end in ends {
            let x = self.x_of(from, timeline)..=self.x_of(end, timeline);
            let shot = Rect::from_x_y_ranges(x, rect.y_range()).shrink2([0.5, 0.0].into());
            painter.rect_filled(shot, CornerRadius::same(2), self.colour(from, end));
            from = end;
        }
    }

    /// Marks the cuts.
    pub(super) fn paint_cuts(&self, painter: &Painter, rect: Rect, timeline: &Timeline) {
        let painter = painter.with_clip_rect(rect);
        for &cut in &self.clip.shots {
            let (x, y) = (self.x_of(cut, timeline), rect.center().y);
            let corners = [(0.0, -4.0), (5.0, 4.0), (-5.0, 4.0)];
            let points = corners.map(|(dx, dy)| Pos2::new(x + dx, y + dy));
            painter.add(Shape::convex_polygon(points.into(), ACCENT, Stroke::NONE));
        }
    }

    /// Lines where the picture cuts, through all lanes in `rect`; they are faint in the `roll` at its bottom.
    pub(super) fn paint_cut_lines(
        &self,
        painter: &Painter,
        rect: Rect,
        roll: Rect,
        timeline: &Timeline,
    ) {
        let painter = painter.with_clip_rect(rect);
        for &cut in &self.clip.shots {
            let x = self.x_of(cut, timeline);
            let above = Rangef::new(rect.top(), roll.top());
            for (y, opacity) in [(above, 0.35), (roll.y_range(), 0.18)] {
                painter.vline(x, y, Stroke::new(1.0, ACCENT.gamma_multiply(opacity)));
            }
        }
    }

    /// The mean light and warmth of the rows between two times, as a colour.
    fn colour(&self, from: Seconds, end: Seconds) -> Color32 {
        let row = |time: Seconds| self.clip.tempo.beats_in(time).0 as usize;
        let count = (row(end).max(row(from) + 1) - row(from)).max(1);
        let mean = |measure| {
            let values = self.clip.measures.as_ref()?.column(measure)?;
            let values: Vec<f32> = values.skip(row(from)).take(count).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
        };
        let Some(luma) = mean(PictureMeasure::Luma) else {
            return theme::FIELD;
        };
        let light = 0.28 + 0.5 * luma.clamp(0.0, 1.0);
        let warmth = mean(PictureMeasure::Warmth).unwrap_or(0.0).clamp(-1.0, 1.0);
        let [cold, plain, warm] = [[0.62, 0.72, 1.0], [0.85, 0.85, 0.9], [1.0, 0.76, 0.58]];
        let towards = if warmth < 0.0 { cold } else { warm };
        let share = (warmth.abs() * 2.0).min(1.0);
        let channel = |index: usize| {
            let tint: f32 = plain[index] + (towards[index] - plain[index]) * share;
            (light * tint * 255.0) as u8
        };
        Color32::from_rgb(channel(0), channel(1), channel(2))
    }
}

/// A cue that is shown as a curve.
pub(super) struct CueLane {
    pub(super) cue: Cue,
    pub(super) colour: Color32,
}

/// The curves that are shown.
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
    /// Paints what the next draft will be told about this cue.
    pub(super) fn paint(
        &self,
        painter: &Painter,
        rect: Rect,
        timeline: &Timeline,
        start: Beats,
        curves: &ClipCurves,
        steering: &Steering,
    ) {
        painter.rect_filled(rect, theme::RADIUS, PANEL);
        let painter = painter.with_clip_rect(rect);
        let inner = rect.shrink2([0.0, 5.0].into());
        let y_of = |value: f32| inner.center().y - value * inner.height() * 0.5;
        let mut line = Vec::new();
        for beat in 0..curves.beats() {
            if let Some(value) = steering.value(self.cue, beat, curves) {
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
        painter.rect_stroke(rect, theme::RADIUS, Stroke::NONE, StrokeKind::Inside);
    }

    fn source(&self, steering: &Steering) -> &'static str {
        match &steering.lanes[self.cue] {
            Lane::Clip { offset: 0.0, .. } => "follows clip",
            Lane::Clip { .. } => "follows clip, moved",
            Lane::Drawn(_) => "set",
            Lane::Free => "free",
        }
    }
}
