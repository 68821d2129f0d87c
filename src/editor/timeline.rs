//! The visible range of the project, and its beats on the screen.

use egui::Rangef;

use crate::time::Beats;

/// A map between the project's beats and x coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Timeline {
    /// The beat at the left edge.
    pub(super) first_beat: f64,
    /// The number of visible beats.
    pub(super) span_beats: f64,
    /// Their x coordinates, in points.
    pub(super) x: Rangef,
    /// The length of a bar. Bars are counted from the start of the project.
    pub(super) bar: Beats,
}

impl Timeline {
    /// Returns the x coordinate of a beat.
    pub(super) fn x_of(&self, beat: f64) -> f32 {
        let share = (beat - self.first_beat) / self.span_beats;
        self.x.min + share as f32 * self.x.span()
    }

    /// Returns the beat at an x coordinate.
    pub(super) fn beat_at(&self, x: f32) -> f64 {
        let share = f64::from((x - self.x.min) / self.x.span());
        self.first_beat + share * self.span_beats
    }

    /// Returns whether any beat from `from` to `to` is visible.
    pub(super) fn shows(&self, from: f64, to: f64) -> bool {
        to >= self.first_beat && from <= self.first_beat + self.span_beats
    }

    /// Returns the visible bars, counted from 0, without those whose numbers would not fit.
    pub(super) fn bars(&self) -> impl Iterator<Item = u32> + use<> {
        let bar = self.bar.0;
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
    fn bar_numbers_keep_their_distance() {
        let timeline = Timeline {
            first_beat: 0.0,
            span_beats: 64.0,
            x: Rangef::new(0.0, 320.0),
            bar: Beats(4.0),
        };
        let bars: Vec<u32> = timeline.bars().collect();
        assert_eq!(bars, [0, 2, 4, 6, 8, 10, 12, 14, 16]);
        let bar = Beats(6.0);
        let bars: Vec<u32> = Timeline { bar, ..timeline }.bars().collect();
        assert_eq!(bars, [0, 2, 4, 6, 8, 10]);
    }
}
