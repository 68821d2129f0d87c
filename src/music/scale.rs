//! Scales, such as `D dorian` or `A minor pentatonic`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::music::key::Key;
use crate::music::pitch_class::PITCH_CLASSES;

/// A mode or another kind of scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Major, or Ionian.
    Major,
    /// Dorian.
    Dorian,
    /// Phrygian.
    Phrygian,
    /// Lydian.
    Lydian,
    /// Mixolydian.
    Mixolydian,
    /// Natural minor, or Aeolian.
    Minor,
    /// Harmonic minor.
    HarmonicMinor,
    /// Major pentatonic.
    MajorPentatonic,
    /// Minor pentatonic.
    MinorPentatonic,
}

/// Name, semitones above the tonic, and semitones from the tonic down to that of the major scale with the most tones in common.
type Row = (&'static str, &'static [u8], u8);

impl Mode {
    /// All modes.
    pub const ALL: [Self; 9] = [
        Self::Major,
        Self::Dorian,
        Self::Phrygian,
        Self::Lydian,
        Self::Mixolydian,
        Self::Minor,
        Self::HarmonicMinor,
        Self::MajorPentatonic,
        Self::MinorPentatonic,
    ];

    fn row(self) -> Row {
        match self {
            Self::Major => ("major", &[0, 2, 4, 5, 7, 9, 11], 0),
            Self::Dorian => ("dorian", &[0, 2, 3, 5, 7, 9, 10], 2),
            Self::Phrygian => ("phrygian", &[0, 1, 3, 5, 7, 8, 10], 4),
            Self::Lydian => ("lydian", &[0, 2, 4, 6, 7, 9, 11], 5),
            Self::Mixolydian => ("mixolydian", &[0, 2, 4, 5, 7, 9, 10], 7),
            Self::Minor => ("minor", &[0, 2, 3, 5, 7, 8, 10], 9),
            Self::HarmonicMinor => ("harmonic minor", &[0, 2, 3, 5, 7, 8, 11], 9),
            Self::MajorPentatonic => ("major pentatonic", &[0, 2, 4, 7, 9], 0),
            Self::MinorPentatonic => ("minor pentatonic", &[0, 3, 5, 7, 10], 9),
        }
    }

    /// Returns the name, in lower case.
    pub fn name(self) -> &'static str {
        self.row().0
    }
}

/// A scale on a tonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scale {
    /// The pitch class of the tonic, 0 to 11.
    pub tonic: u8,
    /// The mode.
    pub mode: Mode,
}

impl Scale {
    /// Returns the major scale on a tonic.
    pub fn major(tonic: u8) -> Self {
        let mode = Mode::Major;
        Self { tonic, mode }
    }

    /// Returns which pitch classes, C first, belong to the scale.
    pub fn classes(self) -> [bool; PITCH_CLASSES] {
        let mut classes = [false; PITCH_CLASSES];
        for degree in self.mode.row().1 {
            classes[usize::from((self.tonic + degree) % 12)] = true;
        }
        classes
    }

    /// Returns the tonic of the major scale that has the most tones in common with it.
    pub fn relative_major(self) -> u8 {
        (self.tonic + 12 - self.mode.row().2) % 12
    }
}

impl From<Key> for Scale {
    fn from(key: Key) -> Self {
        Self {
            tonic: key.tonic,
            mode: if key.minor { Mode::Minor } else { Mode::Major },
        }
    }
}

/// `D dorian`, `F# lydian`, `A minor pentatonic`.
impl FromStr for Scale {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            let names: Vec<&str> = Mode::ALL.iter().map(|mode| mode.name()).collect();
            let (last, others) = names.split_last().unwrap_or((&"", &[]));
            Fault::new(
                format!("the scale `{text}`"),
                format!(
                    "a tonic and a mode, such as D dorian; the modes are {} and {last}",
                    others.join(", ")
                ),
            )
        };
        let (tonic, mode) = text.trim().split_once(' ').ok_or_else(fault)?;
        let tonic: Key = tonic.parse().map_err(|_| fault())?;
        let mode = mode.trim().to_ascii_lowercase();
        let mode = (Mode::ALL.into_iter()).find(|known| known.name() == mode);
        match mode {
            Some(mode) if !tonic.minor => Ok(Self {
                tonic: tonic.tonic,
                mode,
            }),
            _ => Err(fault()),
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor = self.classes()[usize::from((self.tonic + 3) % 12)];
        let tonic = Key {
            tonic: self.tonic,
            minor,
        };
        let name = tonic.spelling().name(self.tonic);
        write!(f, "{name} {}", self.mode.name())
    }
}

impl TryFrom<String> for Scale {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Scale> for String {
    fn from(scale: Scale) -> Self {
        scale.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_reads_back_from_its_name() {
        for tonic in 0..12 {
            for mode in Mode::ALL {
                let scale = Scale { tonic, mode };
                assert_eq!(scale.to_string().parse(), Ok(scale));
            }
        }
        assert_eq!(
            " f#  Lydian".parse(),
            Ok(Scale {
                tonic: 6,
                mode: Mode::Lydian
            })
        );
        for wrong in ["", "D", "dorian", "D Dorain", "Dm dorian", "H major", "D  "] {
            let error = wrong.parse::<Scale>().unwrap_err().to_string();
            assert!(error.contains("such as D dorian"), "{error}");
        }
    }

    #[test]
    fn modes_have_the_tones_of_their_relative_major() {
        for mode in [
            Mode::Dorian,
            Mode::Phrygian,
            Mode::Lydian,
            Mode::Mixolydian,
            Mode::Minor,
        ] {
            for tonic in 0..12 {
                let scale = Scale { tonic, mode };
                let major = Scale::major(scale.relative_major());
                assert_eq!(scale.classes(), major.classes(), "{scale}");
            }
        }
        let pentatonic: Scale = "A minor pentatonic".parse().unwrap();
        let tones: Vec<usize> = (0..12)
            .filter(|&class| pentatonic.classes()[class])
            .collect();
        assert_eq!(tones, [0, 2, 4, 7, 9]);
    }
}
