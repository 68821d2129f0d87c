//! The visible range of the project, and its beats on the screen.

use egui::Rangef;

use crate::time::{Beats, STEPS_PER_BEAT};

/// The least distance between lines of the grid, in points.
const LEAST_DISTANCE: f64 = 12.0;

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

    /// Returns the beats at which to draw lines between bar lines, and how strong these are: quarters and sixteenths where they
    /// are far enough apart.
    pub(super) fn grid(&self) -> impl Iterator<Item = (f64, f32)> + use<> {
        let points_per_beat = f64::from(self.x.span()) / self.span_beats;
        let steps_per_line = match points_per_beat {
            points if points >= LEAST_DISTANCE * f64::from(STEPS_PER_BEAT) => 1,
            points if points >= LEAST_DISTANCE => STEPS_PER_BEAT,
            _ => u32::MAX,
        };
        let step = |beat: f64| beat * f64::from(STEPS_PER_BEAT);
        let first = step(self.first_beat).ceil().max(0.0) as u32;
        let last = step(self.first_beat + self.span_beats).floor().max(0.0) as u32;
        let lines = (first..=last)
            .filter(move |step| steps_per_line != u32::MAX && step.is_multiple_of(steps_per_line));
        lines.map(|step| {
            let is_beat = step.is_multiple_of(STEPS_PER_BEAT);
            let strength = if is_beat { 0.55 } else { 0.3 };
            (f64::from(step) / f64::from(STEPS_PER_BEAT), strength)
        })
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
    fn beats_and_sixteenths_have_lines_only_when_they_are_near() {
        let lines = |width: f32| -> Vec<f64> {
            let timeline = Timeline {
                first_beat: 0.5,
                span_beats: 2.0,
                x: Rangef::new(0.0, width),
                bar: Beats(4.0),
            };
            timeline.grid().map(|(beat, _)| beat).collect()
        };
        assert_eq!(lines(20.0), [0.0; 0]);
        assert_eq!(lines(40.0), [1.0, 2.0]);
        assert_eq!(lines(100.0)[..3], [0.5, 0.75, 1.0]);
        assert_eq!(lines(100.0).len(), 9);
    }

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
