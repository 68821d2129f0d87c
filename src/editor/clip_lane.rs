//! The clip over time: its shots, in pictures or in their brightness and colour, and its cuts.

mod pictures;

use egui::{Color32, CornerRadius, Painter, Pos2, Rangef, Rect, Shape, Stroke};

use super::theme::{self, ACCENT};
use super::timeline::Timeline;
use crate::features::{PictureMeasure, TransitionKind};
use crate::instance::SavedClip;
use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Seconds};

pub(super) use pictures::Pictures;

/// The height of the shots, in points.
pub(super) const SHOTS_HEIGHT: f32 = 54.0;
/// The height of the row of cuts, in points.
pub(super) const CUTS_HEIGHT: f32 = 20.0;
/// Half the height of a transition at its widest, in points.
const TRANSITION_HALF_HEIGHT: f32 = 5.0;

/// A clip at its place in the project.
pub(super) struct PlacedClip<'a> {
    pub(super) clip: &'a SavedClip,
    /// The tempo from where it starts, which maps its seconds to beats.
    pub(super) tempo_map: TempoMap,
    /// The beat of the project at which it starts.
    pub(super) start: Beats,
}

impl PlacedClip<'_> {
    /// Returns its length in the project.
    pub(super) fn length(&self) -> Beats {
        self.tempo_map.beat_after(Beats(0.0), self.clip.duration)
    }

    /// Returns the time of the clip at a beat of the project.
    fn time_of(&self, beat: f64) -> Seconds {
        let beat = Beats(beat) - self.start;
        self.tempo_map.seconds_between(Beats(0.0), beat)
    }

    /// Returns the time of the picture at an x coordinate, or `None` outside the clip.
    fn time_at(&self, x: f32, timeline: &Timeline) -> Option<Seconds> {
        let time = self.time_of(timeline.beat_at(x));
        (0.0..self.clip.duration.0)
            .contains(&time.0)
            .then_some(time)
    }

    /// Returns the start and the end of each shot.
    fn shots(&self) -> impl Iterator<Item = (Seconds, Seconds)> {
        let cuts = || self.clip.shots.iter().copied();
        let starts = [Seconds(0.0)].into_iter().chain(cuts());
        starts.zip(cuts().chain([self.clip.duration]))
    }

    /// Returns the time of the clip at an x coordinate, within the clip.
    pub(super) fn nearest_time_at(&self, x: f32, timeline: &Timeline) -> Seconds {
        let time = self.time_of(timeline.beat_at(x));
        Seconds(time.0.clamp(0.0, self.clip.duration.0))
    }

    /// Returns the time of the picture's frame nearest to a time, or the time itself if the frame rate is unknown.
    pub(super) fn snapped(&self, time: Seconds) -> Seconds {
        let rate_hz = self.clip.frame_rate_hz;
        if rate_hz <= 0.0 {
            return time;
        }
        let frame = (time.0 * rate_hz).round() / rate_hz;
        Seconds(frame.min(self.clip.duration.0))
    }

    /// Returns the x coordinate of a time of the clip.
    pub(super) fn x_of(&self, time: Seconds, timeline: &Timeline) -> f32 {
        let beat = self.tempo_map.beat_after(Beats(0.0), time);
        timeline.x_of((self.start + beat).0)
    }

    /// Paints the shots as blocks in the mean colour of the picture.
    pub(super) fn paint_shots(&self, painter: &Painter, rect: Rect, timeline: &Timeline) {
        let painter = painter.with_clip_rect(rect);
        for (from, end) in self.shots() {
            let x = self.x_of(from, timeline)..=self.x_of(end, timeline);
            let shot = Rect::from_x_y_ranges(x, rect.y_range()).shrink2([0.5, 0.0].into());
            painter.rect_filled(shot, CornerRadius::same(2), self.colour(from, end));
        }
    }

    /// Paints each gradual change as a band in the row of cuts: it narrows as a shot fades out, widens as one fades in, and
    /// is widest in the middle of a dissolve.
    pub(super) fn paint_transitions(&self, painter: &Painter, rect: Rect, timeline: &Timeline) {
        let painter = painter.with_clip_rect(rect);
        for transition in &self.clip.transitions {
            let [left, right] =
                [transition.start, transition.end].map(|time| self.x_of(time, timeline));
            let (middle, y) = (0.5 * (left + right), rect.center().y);
            let (above, below) = (y - TRANSITION_HALF_HEIGHT, y + TRANSITION_HALF_HEIGHT);
            let points = match transition.kind {
                TransitionKind::Dissolve => {
                    vec![(left, y), (middle, above), (right, y), (middle, below)]
                }
                TransitionKind::FadeOut => vec![(left, above), (right, y), (left, below)],
                TransitionKind::FadeIn => vec![(left, y), (right, above), (right, below)],
            };
            let points = points.into_iter().map(|(x, y)| Pos2::new(x, y)).collect();
            let colour = ACCENT.gamma_multiply(0.6);
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
    }

    /// Paints a line at each cut through all lanes in `rect`, fainter in the `roll` at its bottom.
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

    /// Returns the mean brightness and warmth between two times, as a colour.
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use egui::{Context, RawInput};

    use super::*;
    use crate::editor::view::View;
    use crate::features::{ClipFeatures, Transition};
    use crate::time::Tempo;

    /// Returns the shape painted for a transition from beat 4 to beat 8 of a clip of 16 beats, 10 points a beat.
    fn painted(kind: TransitionKind) -> Vec<Pos2> {
        let tempo = Tempo::new(60.0).unwrap();
        let features = ClipFeatures {
            duration: Seconds(16.0),
            transitions: vec![Transition {
                start: Seconds(4.0),
                end: Seconds(8.0),
                kind,
            }],
            ..ClipFeatures::default()
        };
        let clip = SavedClip::new(PathBuf::from("a.mp4"), &features, tempo);
        let row = Rect::from_x_y_ranges(0.0..=160.0, 0.0..=CUTS_HEIGHT);
        let timeline = View::default().timeline(row.x_range(), Beats(0.0), Beats(16.0), Beats(4.0));
        let placed = PlacedClip {
            clip: &clip,
            tempo_map: tempo.into(),
            start: Beats(0.0),
        };
        let mut output = Context::default().run_ui(RawInput::default(), |ui| {
            placed.paint_transitions(ui.painter(), row, &timeline);
        });
        output.textures_delta.clear();
        let shapes = output.shapes.into_iter().map(|clipped| clipped.shape);
        let paths = shapes.filter_map(|shape| match shape {
            Shape::Path(path) => Some(path.points),
            _ => None,
        });
        paths.flatten().collect()
    }

    #[test]
    fn a_fade_narrows_or_widens_and_a_dissolve_is_widest_in_its_middle() {
        let height_at = |kind, share: f32| {
            let points = painted(kind);
            let [left, right] = [f32::min, f32::max]
                .map(|pick| points.iter().map(|point| point.x).reduce(pick).unwrap());
            let x = left + share * (right - left);
            let near = points.iter().filter(|point| (point.x - x).abs() < 1.0);
            let ys: Vec<f32> = near.map(|point| point.y).collect();
            ys.iter()
                .fold(0.0_f32, |height, y| height.max(y - ys[0]).max(ys[0] - y))
        };
        let full = 2.0 * TRANSITION_HALF_HEIGHT;
        assert_eq!(
            [0.0, 1.0].map(|x| height_at(TransitionKind::FadeOut, x)),
            [full, 0.0]
        );
        assert_eq!(
            [0.0, 1.0].map(|x| height_at(TransitionKind::FadeIn, x)),
            [0.0, full]
        );
        let dissolve = [0.0, 0.5, 1.0].map(|x| height_at(TransitionKind::Dissolve, x));
        assert_eq!(dissolve, [0.0, full, 0.0]);
    }
}
