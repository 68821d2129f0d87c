//! Styles of music that a network can be asked for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Fault, find_named};

/// A style, identified by the collection that the network learnt it from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Pop songs for piano and voice (POP909).
    #[default]
    Pop,
    /// Art songs (OpenScore Lieder).
    Song,
    /// String quartets (OpenScore String Quartets).
    Strings,
}

impl Style {
    /// Every style, in the order of a network's flags.
    pub const ALL: [Self; 3] = [Self::Pop, Self::Song, Self::Strings];

    /// Returns the name in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pop => "pop",
            Self::Song => "song",
            Self::Strings => "strings",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Style {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a style", name, &Self::ALL, Self::name)
    }
}
