//! What the player sends, and the way out.

/// A note-on, a note-off or a control change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteEvent {
    /// A note starts.
    On {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// MIDI pitch, 0 to 127.
        pitch: u8,
        /// MIDI velocity, 1 to 127.
        velocity: u8,
    },
    /// A note ends.
    Off {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// MIDI pitch, 0 to 127.
        pitch: u8,
    },
    /// A controller is set.
    Control {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// The controller's MIDI number, 0 to 127.
        controller: u8,
        /// The value, 0 to 127.
        value: u8,
    },
}

/// Whether the receiver of an event accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The event was accepted.
    Accepted,
    /// The receiver had no room: the event is sent again at the start of the next block.
    Refused,
}

/// The output of one block. Frames never decrease, and after a refusal nothing more is sent.
pub(super) struct Outlet<'a, S> {
    send: &'a mut S,
    /// The frame of the last event.
    pub(super) frame: u32,
    /// Whether the receiver has refused an event.
    pub(super) refused: bool,
}

impl<'a, S: FnMut(u32, NoteEvent) -> Sent> Outlet<'a, S> {
    pub(super) fn new(send: &'a mut S) -> Self {
        Self {
            send,
            frame: 0,
            refused: false,
        }
    }

    /// Sends an event at `frame`; returns whether it was accepted.
    pub(super) fn send(&mut self, frame: u32, event: NoteEvent) -> bool {
        if self.refused {
            return false;
        }
        self.frame = self.frame.max(frame);
        self.refused = (self.send)(self.frame, event) == Sent::Refused;
        !self.refused
    }
}
