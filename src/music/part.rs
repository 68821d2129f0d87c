//! The parts of a score.

use serde::{Deserialize, Serialize};

/// The part that plays a note.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// All notes in one stream, as the networks without parts write them.
    #[default]
    All,
    /// The tune.
    Lead,
    /// The accompaniment above the bass.
    Chords,
    /// The bass line.
    Bass,
}

impl Part {
    /// All parts, in the order of their tracks.
    pub const ALL: [Self; 4] = [Self::All, Self::Lead, Self::Chords, Self::Bass];

    /// The number of MIDI channels that the parts use, from channel 0 upwards.
    pub const CHANNELS: usize = 3;

    /// Returns its own MIDI channel, counted from 0, on which it is unless [`Outputs`](super::outputs::Outputs) say otherwise.
    /// [`Part::All`] shares that of [`Part::Lead`].
    pub const fn channel(self) -> u8 {
        match self {
            Self::All | Self::Lead => 0,
            Self::Chords => 1,
            Self::Bass => 2,
        }
    }

    /// Returns the name shown to users.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Lead => "Lead",
            Self::Chords => "Chords",
            Self::Bass => "Bass",
        }
    }

    /// Returns whether this is [`Part::All`].
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_is_used_by_some_part() {
        let mut channels = Part::ALL.map(Part::channel).to_vec();
        channels.dedup();
        assert_eq!(channels, [0, 1, 2]);
        assert_eq!(channels.len(), Part::CHANNELS);
    }
}
