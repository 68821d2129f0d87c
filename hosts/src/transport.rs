//! The host's transport.

/// The transport during one block.
#[derive(Clone, Copy, Debug)]
pub struct Roll {
    /// Whether the host is playing.
    pub playing: bool,
    /// Tempo in quarter notes per minute.
    pub tempo_bpm: f64,
    /// Position at the block's first frame, in quarter notes.
    pub beats: f64,
    /// The same position in seconds, or `None` if the tempo has always been the same.
    pub seconds: Option<f64>,
    /// The loop's start and end in quarter notes, or `None` if it is off.
    pub loop_beats: Option<(f64, f64)>,
    /// The upper and lower number of the time signature.
    pub time_signature: (u16, u16),
}

impl Roll {
    /// Plays from `beats` at 120 BPM.
    pub fn from(beats: f64) -> Self {
        Self {
            playing: true,
            tempo_bpm: 120.0,
            beats,
            seconds: None,
            loop_beats: None,
            time_signature: (4, 4),
        }
    }

    /// Returns the position in seconds.
    pub fn seconds(&self) -> f64 {
        self.seconds.unwrap_or(self.beats * 60.0 / self.tempo_bpm)
    }

    /// Stands still at `beats`.
    pub fn stopped(beats: f64) -> Self {
        Self {
            playing: false,
            ..Self::from(beats)
        }
    }
}
