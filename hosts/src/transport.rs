//! The host's transport.

/// The transport during a block.
#[derive(Clone, Copy, Debug)]
pub struct Roll {
    /// Whether the host plays.
    pub playing: bool,
    /// Tempo in quarter notes a minute.
    pub tempo_bpm: f64,
    /// Position at the block's first frame, in quarter notes.
    pub beats: f64,
    /// The loop, in quarter notes, if it is on.
    pub loop_beats: Option<(f64, f64)>,
}

impl Roll {
    /// Playing from `beats` at 120 BPM.
    pub fn from(beats: f64) -> Self {
        Self {
            playing: true,
            tempo_bpm: 120.0,
            beats,
            loop_beats: None,
        }
    }

    /// Standing at `beats`.
    pub fn stopped(beats: f64) -> Self {
        Self {
            playing: false,
            ..Self::from(beats)
        }
    }
}
