//! The stretch of the project that is seen, and how its beats lie on the screen.

use egui::{Rangef, Response, Ui};

use crate::time::{BEATS_PER_BAR, Beats};

/// The least that can be seen at once.
const MIN_SPAN_BEATS: f64 = 4.0;
/// The most that can be seen at once.
const MAX_SPAN_BEATS: f64 = 4096.0;

/// What the user zoomed and scrolled to; everything, until they did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct View {
    chosen: Option<(f64, f64)>,
}

/// Beats of the project over points of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Timeline {
    /// The project's beat at the left edge.
    pub(super) first_beat: f64,
    /// How many beats are seen.
    pub(super) span_beats: f64,
    /// Where they lie.
    pub(super) x: Rangef,
}

impl View {
    /// The timeline over `x`; without a choice it shows `length` from `start` on, in whole bars.
    pub(super) fn timeline(&self, x: Rangef, start: Beats, length: Beats) -> Timeline {
        let (first_beat, span_beats) = self.chosen.unwrap_or_else(|| {
            let bar = f64::from(BEATS_PER_BAR);
            let first = (start.0 / bar).floor() * bar;
            let end = ((start.0 + length.0.max(bar)) / bar).ceil() * bar;
            (first, end - first)
        });
        Timeline {
            first_beat,
            span_beats,
            x,
        }
    }

    /// Zooms about the pointer and scrolls, as the user does over `response`; a double click shows everything again.
    pub(super) fn follow(&mut self, ui: &Ui, response: &Response, timeline: Timeline) {
        if response.double_clicked() {
            self.chosen = None;
            return;
        }
        let beats_per_point = timeline.span_beats / f64::from(timeline.x.span());
        let mut first = timeline.first_beat - f64::from(response.drag_delta().x) * beats_per_point;
        let mut span = timeline.span_beats;
        if let Some(pointer) = response.hover_pos() {
            let (zoom, scroll) =
                ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
            if zoom != 1.0 {
                let still = timeline.beat_at(pointer.x);
                span = (span / f64::from(zoom)).clamp(MIN_SPAN_BEATS, MAX_SPAN_BEATS);
                first = still - (still - first) * span / timeline.span_beats;
            }
            first -= f64::from(scroll.x + scroll.y) * beats_per_point;
        }
        let chosen = (first.max(0.0), span);
        if chosen != (timeline.first_beat, timeline.span_beats) {
            self.chosen = Some(chosen);
        }
    }
}

impl Timeline {
    /// Where a beat of the project lies.
    pub(super) fn x_of(&self, beat: f64) -> f32 {
        let share = (beat - self.first_beat) / self.span_beats;
        self.x.min + share as f32 * self.x.span()
    }

    /// The beat of the project at a place.
    pub(super) fn beat_at(&self, x: f32) -> f64 {
        let share = f64::from((x - self.x.min) / self.x.span());
        self.first_beat + share * self.span_beats
    }

    /// Whether any of a stretch of beats is seen.
    pub(super) fn shows(&self, from: f64, to: f64) -> bool {
        to >= self.first_beat && from <= self.first_beat + self.span_beats
    }

    /// The bars that are seen, from 0, as many of them as leave room for their numbers.
    pub(super) fn bars(&self) -> impl Iterator<Item = u32> + use<> {
        let bar = f64::from(BEATS_PER_BAR);
        let points_per_bar = f64::from(self.x.span()) / self.span_beats * bar;
        let mut every = 1;
        while points_per_bar * f64::from(every) < 36.0 {
            every *= 2;
        }
        let first = (self.first_beat / bar).ceil().max(0.0) as u32;
        let last = ((self.first_beat + self.span_beats) / bar).floor().max(0.0) as u32;
        (first..=last).filter(move |number| number % every == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_seen_until_the_user_zooms() {
        let x = Rangef::new(0.0, 100.0);
        let timeline = View::default().timeline(x, Beats(17.0), Beats(30.0));
        assert_eq!((timeline.first_beat, timeline.span_beats), (16.0, 32.0));
        assert_eq!(timeline.x_of(32.0), 50.0);
        assert_eq!(timeline.beat_at(50.0), 32.0);
    }

    #[test]
    fn numbers_of_bars_keep_their_distance() {
        let timeline = Timeline {
            first_beat: 0.0,
            span_beats: 64.0,
            x: Rangef::new(0.0, 320.0),
        };
        let bars: Vec<u32> = timeline.bars().collect();
        assert_eq!(bars, [0, 2, 4, 6, 8, 10, 12, 14, 16]);
    }
}
