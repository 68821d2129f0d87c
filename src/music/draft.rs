//! A finished piece of music and how it was made.

use serde::{Deserialize, Serialize};

use crate::generator::Settings;
use crate::music::note::Note;
use crate::time::{Bars, Beats, Tempo};

/// A piece of music for a clip.
///
/// Notes are sorted by start, then pitch, and no two notes of one pitch overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The notes.
    pub notes: Vec<Note>,
    /// How many bars of 4/4 the piece has.
    pub bars: Bars,
    /// The tempo it was made for.
    pub tempo: Tempo,
    /// Where the picture cuts, on the draft's time line.
    pub cuts: Vec<Beats>,
    /// How it was made.
    pub recipe: Recipe,
}

/// What is needed to make a draft again, apart from the clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The model's name: its file's stem, or `default` for the model in the box.
    pub model: String,
    /// The guidance scale that was used, whether set or the model's own.
    pub guidance_scale: f64,
    /// All other settings.
    pub settings: Settings,
}
