//! The clip over time: its shots, in pictures or in their brightness and colour, and its cuts.

mod pictures;

use egui::{Color32, CornerRadius, Painter, Rangef, Rect, Stroke};

use super::theme::{self, ACCENT};
use super::timeline::Timeline;
use crate::features::PictureMeasure;
use crate::instance::SavedClip;
use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Seconds};

pub(super) use pictures::Pictures;

/// The height of the shots, in points.
pub(super) const SHOTS_HEIGHT: f32 = 54.0;
/// The height of the row of cuts, in points.
pub(super) const CUTS_HEIGHT: f32 = 20.0;

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
