//! The measures of a picture.

use std::str::FromStr;

use crate::error::{Fault, find_named};

/// Something a picture shows that can be measured over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureMeasure {
    /// How much moves from one frame to the next, 0 (still) to 1.
    Motion,
    /// How much there is to see (edges and entropy), 0 to 1.
    Complexity,
    /// Mean brightness, 0 (black) to 1 (white).
    Luma,
    /// Warm, saturated colour against cold or grey, −1 to 1.
    Warmth,
    /// How pleasant its mood is, −1 (unpleasant) to 1; read with CLIP.
    Valence,
    /// How excited its mood is, −1 (quiet) to 1; read with CLIP.
    Arousal,
}

impl PictureMeasure {
    /// Every measure.
    pub const ALL: [Self; 6] = [
        Self::Motion,
        Self::Complexity,
        Self::Luma,
        Self::Warmth,
        Self::Valence,
        Self::Arousal,
    ];
    /// Those that the analysis of a video measures; the others are read by a network that sees moods.
    pub const MEASURED: [Self; 4] = [Self::Motion, Self::Complexity, Self::Luma, Self::Warmth];

    /// Returns the name of the measure's column in files; never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Motion => "motion",
            Self::Complexity => "complexity",
            Self::Luma => "luma",
            Self::Warmth => "warmth",
            Self::Valence => "valence",
            Self::Arousal => "arousal",
        }
    }

    /// Returns the words for the measure in help texts.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Motion => "motion",
            Self::Complexity => "visual complexity",
            Self::Luma => "brightness",
            Self::Warmth => "warm or cold colour",
            Self::Valence => "pleasant or unpleasant mood",
            Self::Arousal => "excited or quiet mood",
        }
    }
}

impl FromStr for PictureMeasure {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a measure", name, &Self::ALL, Self::name)
    }
}
