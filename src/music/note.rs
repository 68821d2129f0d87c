//! One note.

use serde::{Deserialize, Serialize};

use crate::time::Beats;

/// A note on the draft's own time line, which starts at beat 0 with the draft's first bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// When it starts.
    pub start: Beats,
    /// How long it sounds; above 0.
    pub length: Beats,
    /// MIDI pitch, 0 to 127; 60 is middle C.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

impl Note {
    /// When it ends.
    pub fn end(&self) -> Beats {
        self.start + self.length
    }
}
