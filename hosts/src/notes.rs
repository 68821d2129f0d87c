//! What a plugin sends, and what it should send for a draft.

/// A note that the plugin sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// A note begins; `velocity` is from 0 to 1.
    On {
        /// MIDI key.
        pitch: u8,
        /// How hard it is struck.
        velocity: f32,
    },
    /// A note ends.
    Off {
        /// MIDI key.
        pitch: u8,
    },
}

/// What should be heard of notes `(start_beats, end_beats, pitch, velocity)` that are played from beat 0 on, each
/// event with its frame: the first one at or after its beat, ends before beginnings.
pub fn expected(
    notes: impl IntoIterator<Item = (f64, f64, u8, u8)>,
    frames_per_beat: f64,
) -> Vec<(u64, Heard)> {
    // Beats that are whole frames but for rounding count as those.
    let frame = |beats: f64| (beats * frames_per_beat - 1e-6).ceil() as u64;
    let mut events = Vec::new();
    for (start, end, pitch, velocity) in notes {
        let velocity = f32::from(velocity) / 127.0;
        events.push((frame(start), 1, Heard::On { pitch, velocity }));
        events.push((frame(end), 0, Heard::Off { pitch }));
    }
    events.sort_by_key(|&(frame, order, _)| (frame, order));
    events
        .into_iter()
        .map(|(frame, _, event)| (frame, event))
        .collect()
}
