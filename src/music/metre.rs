//! Metres such as 4/4 and 6/8.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::time::{Bars, Beats, STEPS_PER_BEAT};

/// A metre, one of [`Metre::ALL`].
///
/// [`Beats`] are quarter notes in every metre: a bar of 6/8 lasts three of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Metre {
    beats: u8,
    unit: u8,
}

impl Metre {
    /// 4/4.
    pub const COMMON: Self = Self { beats: 4, unit: 4 };

    /// The supported metres: 2/4 to 6/4, 6/8 and 12/8.
    pub const ALL: [Self; 7] = [
        Self { beats: 2, unit: 4 },
        Self { beats: 3, unit: 4 },
        Self::COMMON,
        Self { beats: 5, unit: 4 },
        Self { beats: 6, unit: 4 },
        Self { beats: 6, unit: 8 },
        Self { beats: 12, unit: 8 },
    ];

    /// Returns the metre of `beats` notes of value `unit` (4 for a quarter, 8 for an eighth).
    ///
    /// # Errors
    /// Returns an error if it is not one of [`Metre::ALL`].
    pub fn new(beats: u8, unit: u8) -> Result<Self, Fault> {
        let metre = Self { beats, unit };
        if Self::ALL.contains(&metre) {
            Ok(metre)
        } else {
            Err(unsupported(metre))
        }
    }

    /// Returns the upper number of the time signature.
    pub fn beats(self) -> u8 {
        self.beats
    }

    /// Returns the lower number of the time signature.
    pub fn unit(self) -> u8 {
        self.unit
    }

    /// Quarter notes in a bar.
    pub fn bar_beats(self) -> u32 {
        4 * u32::from(self.beats) / u32::from(self.unit)
    }

    /// Sixteenth steps in a bar.
    pub fn bar_steps(self) -> u32 {
        self.bar_beats() * STEPS_PER_BEAT
    }

    /// Returns whether the beat that musicians count is a dotted quarter.
    pub fn is_compound(self) -> bool {
        self.unit == 8
    }

    /// Returns the beat that musicians count: a quarter, or a dotted quarter in a compound metre.
    pub fn pulse(self) -> Beats {
        Beats(if self.is_compound() { 1.5 } else { 1.0 })
    }

    /// Returns the length of `bars` bars.
    pub fn length(self, bars: Bars) -> Beats {
        Beats(f64::from(bars.0) * f64::from(self.bar_beats()))
    }

    /// Returns the fewest bars that last at least `beats`; a thousandth of a beat over the bar line is ignored.
    pub fn bars_covering(self, beats: Beats) -> Bars {
        let bars = (beats.0 - 1e-3) / f64::from(self.bar_beats());
        Bars(bars.ceil().max(0.0) as u32)
    }

    /// Returns the last downbeat, or middle of a bar that has one, before `end`.
    pub fn last_strong_beat(self, end: Beats) -> usize {
        let bar_beats = self.bar_beats() as usize;
        let half = if bar_beats > 2 && bar_beats.is_multiple_of(2) {
            bar_beats / 2
        } else {
            bar_beats
        };
        let halves = ((end.0 - 1e-3) / half as f64).floor().max(0.0) as usize;
        halves * half
    }

    /// Returns whether this is 4/4.
    pub fn is_common(&self) -> bool {
        *self == Self::COMMON
    }
}

impl Default for Metre {
    fn default() -> Self {
        Self::COMMON
    }
}

impl fmt::Display for Metre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.beats, self.unit)
    }
}

impl FromStr for Metre {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let numbers = text.split_once('/');
        let parsed = numbers.and_then(|(beats, unit)| {
            Some((beats.trim().parse().ok()?, unit.trim().parse().ok()?))
        });
        let (beats, unit) = parsed.ok_or_else(|| unsupported(text))?;
        Self::new(beats, unit)
    }
}

impl TryFrom<String> for Metre {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Metre> for String {
    fn from(metre: Metre) -> Self {
        metre.to_string()
    }
}

fn unsupported(metre: impl fmt::Display) -> Fault {
    let supported = Metre::ALL.map(|metre| metre.to_string());
    Fault::new(
        format!("the metre `{metre}`"),
        format!("one of {}", supported.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_measured_in_quarters_and_sixteenths() {
        let measured = ["2/4", "3/4", "4/4", "5/4", "6/4", "6/8", "12/8"].map(|text| {
            let metre: Metre = text.parse().unwrap();
            (metre.bar_beats(), metre.bar_steps(), metre.is_compound())
        });
        let expected = [
            (2, 8, false),
            (3, 12, false),
            (4, 16, false),
            (5, 20, false),
            (6, 24, false),
            (3, 12, true),
            (6, 24, true),
        ];
        assert_eq!(measured, expected);
        assert_eq!(Metre::COMMON.length(Bars(3)), Beats(12.0));
    }

    #[test]
    fn the_last_strong_beat_is_a_downbeat_or_the_middle_of_an_even_bar() {
        let last = |metre: &str, end| {
            let metre: Metre = metre.parse().unwrap();
            metre.last_strong_beat(Beats(end))
        };
        assert_eq!(last("4/4", 50.0), 48);
        assert_eq!(last("4/4", 51.0), 50);
        assert_eq!(last("4/4", 48.0), 46);
        assert_eq!(last("3/4", 47.0), 45);
        assert_eq!(last("6/4", 12.0), 9);
        assert_eq!(last("4/4", 0.0), 0);
    }

    #[test]
    fn every_metre_reads_back_from_its_text() {
        for metre in Metre::ALL {
            assert_eq!(metre.to_string().parse(), Ok(metre));
        }
    }

    #[test]
    fn other_metres_are_refused_with_the_supported_ones() {
        for text in ["", "4", "4/", "7/8", "4/0", "0/4", "3/8", "4/4/4", "300/4"] {
            let fault = text.parse::<Metre>().unwrap_err().to_string();
            assert!(fault.contains(&format!("`{text}`")), "{fault}");
            assert!(fault.contains("2/4, 3/4, 4/4"), "{fault}");
        }
    }
}
