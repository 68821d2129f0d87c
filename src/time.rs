//! The units of time: seconds of picture; beats, bars and sixteenth steps of music.
//!
//! A beat is always a quarter note. The constants, and conversions of [`Bars`] here, are for 4/4, the only metre of the
//! networks; a [`Metre`](crate::music::metre::Metre) converts bars of other metres.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::error::{Fault, Result};

/// Beats in a bar of 4/4.
pub const BEATS_PER_BAR: u32 = 4;
/// Sixteenth steps in a beat.
pub const STEPS_PER_BEAT: u32 = 4;
/// Sixteenth steps in a bar of 4/4.
pub const STEPS_PER_BAR: u32 = BEATS_PER_BAR * STEPS_PER_BEAT;
/// Bars in a phrase, the period of most songs.
pub const BARS_PER_PHRASE: u32 = 4;
/// Bars in a segment, the length that a network paints at once.
pub const BARS_PER_SEGMENT: u32 = 8;
/// Beats in a segment.
pub const BEATS_PER_SEGMENT: u32 = BARS_PER_SEGMENT * BEATS_PER_BAR;
/// Sixteenth steps in a segment.
pub const STEPS_PER_SEGMENT: u32 = BARS_PER_SEGMENT * STEPS_PER_BAR;

/// A time or a duration in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

/// A time or a duration in quarter notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Beats(pub f64);

/// A whole number of bars.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bars(pub u32);

/// A whole number of sixteenth notes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Steps(pub u32);

/// A tempo in quarter notes per minute, from [`Tempo::MIN`] to [`Tempo::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Tempo(f64);

impl Tempo {
    /// The slowest tempo, in quarter notes per minute.
    pub const MIN: f64 = 20.0;
    /// The fastest tempo, in quarter notes per minute.
    pub const MAX: f64 = 400.0;

    /// 120 BPM, the tempo of MIDI files that set none.
    pub const DEFAULT: Self = Self(120.0);

    /// Returns the tempo of `tempo_bpm` quarter notes per minute.
    ///
    /// # Errors
    /// Returns an error if it is not from [`Tempo::MIN`] to [`Tempo::MAX`].
    pub fn new(tempo_bpm: f64) -> Result<Self, Fault> {
        if (Self::MIN..=Self::MAX).contains(&tempo_bpm) {
            Ok(Self(tempo_bpm))
        } else {
            Err(Fault::new(
                format!("a tempo of {tempo_bpm} BPM"),
                format!("{} to {} BPM", Self::MIN, Self::MAX),
            ))
        }
    }

    /// Quarter notes per minute.
    pub fn bpm(self) -> f64 {
        self.0
    }

    /// Microseconds per quarter note, the unit of tempo in MIDI files.
    pub fn micros_per_beat(self) -> f64 {
        60e6 / self.0
    }

    /// Returns the beats in `seconds`.
    pub fn beats_in(self, seconds: Seconds) -> Beats {
        Beats(seconds.0 * self.0 / 60.0)
    }

    /// Returns the seconds in `beats`.
    pub fn seconds_in(self, beats: Beats) -> Seconds {
        Seconds(beats.0 * 60.0 / self.0)
    }
}

impl Seconds {
    /// Formats the time as minutes, seconds and tenths: `1:04.5`.
    pub fn clock(self) -> String {
        let tenths = (self.0 * 10.0).round() as u64;
        format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    }
}

impl TryFrom<f64> for Tempo {
    type Error = Fault;

    fn try_from(tempo_bpm: f64) -> Result<Self, Fault> {
        Self::new(tempo_bpm)
    }
}

impl From<Tempo> for f64 {
    fn from(tempo: Tempo) -> Self {
        tempo.0
    }
}

impl Bars {
    /// Returns the length in beats, in 4/4.
    pub fn beats(self) -> Beats {
        Beats(f64::from(self.0) * f64::from(BEATS_PER_BAR))
    }

    /// Returns the length in sixteenth steps, in 4/4.
    pub fn steps(self) -> Steps {
        Steps(self.0 * STEPS_PER_BAR)
    }

    /// Returns the fewest bars of 4/4 that last at least `beats`. A thousandth of a beat over the bar line is ignored.
    pub fn covering(beats: Beats) -> Self {
        Self(
            ((beats.0 - 1e-3) / f64::from(BEATS_PER_BAR))
                .ceil()
                .max(0.0) as u32,
        )
    }
}

impl Steps {
    /// Returns the time in beats.
    pub fn beats(self) -> Beats {
        Beats(f64::from(self.0) / f64::from(STEPS_PER_BEAT))
    }
}

macro_rules! sums {
    ($($unit:ident),*) => {$(
        impl Add for $unit {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $unit {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
    )*};
}
sums!(Seconds, Beats, Bars, Steps);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_and_a_half_bars_are_covered_by_thirteen() {
        let tempo = Tempo::new(100.0).unwrap();
        assert_eq!(Bars::covering(tempo.beats_in(Seconds(30.0))), Bars(13));
        assert_eq!(Bars::covering(Beats(48.0)), Bars(12));
    }

    #[test]
    fn a_tempo_out_of_range_or_nan_is_refused() {
        for tempo_bpm in [0.0, -1.0, 19.9, 401.0, f64::NAN, f64::INFINITY] {
            assert!(Tempo::new(tempo_bpm).is_err(), "{tempo_bpm}");
        }
    }

    #[test]
    fn durations_are_rounded_before_minutes_are_counted() {
        assert_eq!(Seconds(59.94).clock(), "0:59.9");
        assert_eq!(Seconds(59.96).clock(), "1:00.0");
        assert_eq!(Seconds(605.0).clock(), "10:05.0");
    }
}
