//! The cues that music can be asked for, one table row each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Fault, find_named};

/// A property of music that a model of the `cues` family can be asked for, beat by beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Cue {
    /// Onsets in the beat, smoothed.
    Density,
    /// Mean number of notes that sound at once in the beat, smoothed.
    Polyphony,
    /// Mean pitch of the beat's sounding notes, smoothed; interpolated across silent beats.
    Register,
    /// Share of major-like chords within 4 beats on either side, 0 to 1.
    Mode,
    /// Onsets on the beat's first sixteenth.
    Accent,
}

/// A row of the table of cues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CueSpec {
    /// The name in model files, projects, parameters and options; never changes.
    pub name: &'static str,
    /// The label in the editor and in hosts.
    pub label: &'static str,
    /// The word for less of it, at −1.
    pub less: &'static str,
    /// The word for more of it, at 1.
    pub more: &'static str,
    /// The unit in which it is measured on music.
    pub unit: &'static str,
    /// What it sets, for help texts: the start of a sentence, without a full stop.
    pub meaning: &'static str,
}

impl Cue {
    /// Every cue, in the order of [`CueMap`](super::CueMap).
    pub const ALL: [Self; 5] = [
        Self::Density,
        Self::Polyphony,
        Self::Register,
        Self::Mode,
        Self::Accent,
    ];

    /// Returns the cue's row of the table.
    pub const fn spec(self) -> CueSpec {
        match self {
            Self::Density => CueSpec {
                name: "density",
                label: "Density",
                less: "sparser",
                more: "denser",
                unit: "onsets per beat",
                meaning: "How many notes start",
            },
            Self::Polyphony => CueSpec {
                name: "polyphony",
                label: "Polyphony",
                less: "thinner",
                more: "fuller",
                unit: "notes at once",
                meaning: "How many notes sound together",
            },
            Self::Register => CueSpec {
                name: "register",
                label: "Register",
                less: "lower",
                more: "higher",
                unit: "MIDI pitch (60 is middle C)",
                meaning: "How high the notes lie",
            },
            Self::Mode => CueSpec {
                name: "mode",
                label: "Mode",
                less: "minor",
                more: "major",
                unit: "share of major-like chords, 0 to 1",
                meaning: "From minor (-1) to major (1)",
            },
            Self::Accent => CueSpec {
                name: "accent",
                label: "Accent",
                less: "weaker",
                more: "stronger",
                unit: "onsets on the beat",
                meaning: "How many notes start on the beat",
            },
        }
    }

    /// Returns the cue's name in files and options.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }
}

impl fmt::Display for Cue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Cue {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a cue", name, &Self::ALL, Self::name)
    }
}

impl TryFrom<String> for Cue {
    type Error = Fault;

    fn try_from(name: String) -> Result<Self, Fault> {
        name.parse()
    }
}

impl From<Cue> for &'static str {
    fn from(cue: Cue) -> Self {
        cue.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_is_read_and_written_by_its_name() {
        for cue in Cue::ALL {
            assert_eq!(cue.name().parse(), Ok(cue));
            let json = serde_json::to_string(&cue).unwrap();
            assert_eq!(json, format!("\"{cue}\""));
            assert_eq!(serde_json::from_str::<Cue>(&json).unwrap(), cue);
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let fault = "tempo".parse::<Cue>().unwrap_err();
        assert!(fault.found.contains("tempo"), "{fault}");
        assert!(
            Cue::ALL
                .iter()
                .all(|cue| fault.expected.contains(cue.name()))
        );
        assert!(serde_json::from_str::<Cue>("\"densty\"").is_err());
    }
}
