//! The notes that a plugin sends, and those it should send for a draft.

/// A note event that the plugin sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// A note begins.
    On {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// MIDI key.
        pitch: u8,
        /// Velocity, 0 to 1.
        velocity: f32,
    },
    /// A note ends.
    Off {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// MIDI key.
        pitch: u8,
    },
}

/// Returns the expected events, each with its frame, of notes `(start_beats, end_beats, channel, pitch, velocity)` played from
/// beat 0 on. An event's frame is the first at or after its beat. At the same frame, ends come before beginnings.
pub fn expected(
    notes: impl IntoIterator<Item = (f64, f64, u8, u8, u8)>,
    frames_per_beat: f64,
) -> Vec<(u64, Heard)> {
    // A beat that is a whole frame except for rounding is that frame.
    let frame = |beats: f64| (beats * frames_per_beat - 1e-6).ceil() as u64;
    let mut events = Vec::new();
    for (start, end, channel, pitch, velocity) in notes {
        let velocity = f32::from(velocity) / 127.0;
        let on = Heard::On {
            channel,
            pitch,
            velocity,
        };
        events.push((frame(start), 1, on));
        events.push((frame(end), 0, Heard::Off { channel, pitch }));
    }
    events.sort_by_key(|&(frame, order, _)| (frame, order));
    events
        .into_iter()
        .map(|(frame, _, event)| (frame, event))
        .collect()
}
