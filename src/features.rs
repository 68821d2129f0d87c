//! What a clip shows over time: the measures and embeddings that music can follow.

use crate::time::Seconds;

/// Width of a row of [`ClipFeatures::visual`].
pub const VISUAL_WIDTH: usize = 512;
/// Width of a row of [`ClipFeatures::caption`].
pub const CAPTION_WIDTH: usize = 768;

/// Rows of numbers at a steady rate; row `i` speaks for the time from `i / rate_hz` to `(i + 1) / rate_hz`.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Rows a second.
    pub rate_hz: f64,
    /// Numbers in a row.
    pub width: usize,
    /// The rows one after another, `[rows, width]`.
    pub values: Vec<f32>,
}

impl Track {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.values.len() / self.width
    }

    /// Row `index`, or the last one beyond the end.
    pub fn row(&self, index: usize) -> &[f32] {
        let index = index.min(self.rows().saturating_sub(1));
        &self.values[index * self.width..(index + 1) * self.width]
    }
}

/// A measure of the picture, in the order of the columns of [`ClipFeatures::cues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureCue {
    /// How much moves between one frame and the next, 0 (still) to 1.
    Motion,
    /// How much there is to see (edges and entropy), 0 to 1.
    Complexity,
    /// Mean brightness, 0 (black) to 1 (white).
    Luma,
    /// Warm, saturated colour against cold or grey, −1 to 1.
    Warmth,
}

impl PictureCue {
    /// All measures, in the order of their columns.
    pub const ALL: [Self; 4] = [Self::Motion, Self::Complexity, Self::Luma, Self::Warmth];

    /// The name of the column in a clip file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Motion => "motion",
            Self::Complexity => "complexity",
            Self::Luma => "luma",
            Self::Warmth => "warmth",
        }
    }
}

/// Everything known about one clip. Each kind of row has its own rate, and any of them may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClipFeatures {
    /// How long the clip is.
    pub duration: Seconds,
    /// Frames of picture a second.
    pub frame_rate_hz: f64,
    /// Frame embeddings of the published networks, rows of [`VISUAL_WIDTH`].
    pub visual: Option<Track>,
    /// Caption embeddings of the published networks, rows of [`CAPTION_WIDTH`].
    pub caption: Option<Track>,
    /// Measures of the picture, rows of [`PictureCue::ALL`].
    pub cues: Option<Track>,
    /// When the picture cuts, ascending, the clip's own start and end left out.
    pub shots: Vec<Seconds>,
}
