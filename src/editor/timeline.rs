//! The stretch of the project that is seen, and how its beats lie on the screen.

use egui::Rangef;

use crate::time::BEATS_PER_BAR;

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
