//! Conversion between beats and seconds under a changing tempo.

use crate::time::{Beats, Seconds};

/// A piecewise-linear map from beats to seconds; beat 0 is second 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BeatClock {
    /// Never empty; the first starts at beat 0.
    stretches: Vec<Stretch>,
}

/// A stretch of constant tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    start: Beats,
    start_time: Seconds,
    micros_per_beat: f64,
}

impl BeatClock {
    /// Returns the clock that runs at `micros_per_beat` (microseconds per quarter note) from beat 0 and takes a new
    /// tempo at each of `changes`, which ascend. Of several changes at one beat, the last counts.
    pub(super) fn new(
        micros_per_beat: f64,
        changes: impl IntoIterator<Item = (Beats, f64)>,
    ) -> Self {
        let mut clock = Self {
            stretches: vec![Stretch {
                start: Beats(0.0),
                start_time: Seconds(0.0),
                micros_per_beat,
            }],
        };
        for (start, micros_per_beat) in changes {
            clock.stretches.push(Stretch {
                start,
                start_time: clock.seconds_at(start),
                micros_per_beat,
            });
        }
        clock
    }

    /// Returns the time of a beat. Before beat 0 the first tempo holds.
    pub(crate) fn seconds_at(&self, at: Beats) -> Seconds {
        let stretch = self.last_stretch(|stretch| stretch.start <= at);
        stretch.start_time + Seconds((at - stretch.start).0 * stretch.micros_per_beat * 1e-6)
    }

    /// Returns the beat at a time, the inverse of [`BeatClock::seconds_at`].
    pub(super) fn beat_at(&self, at: Seconds) -> Beats {
        let stretch = self.last_stretch(|stretch| stretch.start_time <= at);
        stretch.start + Beats((at - stretch.start_time).0 / (stretch.micros_per_beat * 1e-6))
    }

    /// Returns the last stretch that `has_begun`, or the first of all.
    fn last_stretch(&self, has_begun: impl Fn(&Stretch) -> bool) -> Stretch {
        let begun = self.stretches.partition_point(has_begun);
        self.stretches[begun.saturating_sub(1)]
    }
}
