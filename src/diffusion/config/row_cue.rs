//! The cues in a network's row, by their names in model files.

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::music::cues::Cue;

/// A cue in the row of a beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum RowCue {
    /// A cue that is steered lane by lane and measured on the music.
    Steered(Cue),
    /// Whether the lead plays, from −1 (rests) to 1 (`parts`).
    Lead,
    /// The tempo, log₂ of BPM / 80, from −1 to 1 (`parts`).
    Tempo,
}

impl RowCue {
    /// The row of the `parts` family, in order.
    pub const PARTS: [Self; 7] = [
        Self::Steered(Cue::Density),
        Self::Steered(Cue::Polyphony),
        Self::Steered(Cue::Register),
        Self::Steered(Cue::Mode),
        Self::Steered(Cue::Accent),
        Self::Lead,
        Self::Tempo,
    ];

    /// Returns the name in model files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Steered(cue) => cue.name(),
            Self::Lead => "lead",
            Self::Tempo => "tempo",
        }
    }
}

impl TryFrom<String> for RowCue {
    type Error = Fault;

    fn try_from(name: String) -> Result<Self, Fault> {
        match name.as_str() {
            "lead" => Ok(Self::Lead),
            "tempo" => Ok(Self::Tempo),
            name => name.parse().map(Self::Steered),
        }
    }
}

impl From<RowCue> for &'static str {
    fn from(cue: RowCue) -> Self {
        cue.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cue_of_the_parts_row_reads_back_from_its_name() {
        for cue in RowCue::PARTS {
            assert_eq!(RowCue::try_from(cue.name().to_owned()), Ok(cue));
        }
        assert!(RowCue::try_from("leed".to_owned()).is_err());
    }
}
