//! Notes and controllers from the host, passed through beside the draft.

use nice_plug::context::process::{ProcessContext, SendEventError};
use nice_plug::midi::{Channel, Key, NoteEvent, PluginNoteEvent, VoiceID};
use nice_plug::plugin::Plugin;

/// The number of MIDI channels.
const CHANNELS: usize = 16;

/// Passes notes and controllers through. Drops note expressions, which crash some hosts when a plugin sends them.
#[derive(Default)]
pub(super) struct Through {
    /// Note-offs that the host had no room for: one bit per key for each channel.
    owed: [u128; CHANNELS],
}

impl Through {
    /// Sends the refused note-offs, at the start of a block.
    pub(super) fn retry<P: Plugin>(&mut self, context: &mut impl ProcessContext<P>) {
        for (channel, owed) in self.owed.iter_mut().enumerate() {
            while *owed != 0 {
                let key = owed.trailing_zeros() as u8;
                let off = NoteEvent::NoteOff {
                    timing: 0,
                    voice_id: VoiceID::Wildcard,
                    channel: Channel::Number(channel as u8),
                    key: Key::Number(key),
                    velocity: 0.0,
                };
                if refused(context, off).is_some() {
                    return;
                }
                *owed &= !(1 << key);
            }
        }
    }

    /// Passes events up to `frame` through. `incoming` is the next event from the host.
    pub(super) fn pass_on_until<P: Plugin>(
        &mut self,
        frame: u32,
        incoming: &mut Option<PluginNoteEvent<P>>,
        context: &mut impl ProcessContext<P>,
    ) {
        while let Some(event) = incoming.take_if(|event| event.timing() <= frame) {
            if let Some(event) = passed_on(event)
                && let Some(refused) = refused(context, event)
            {
                self.owe(&refused);
            }
            *incoming = context.next_event();
        }
    }

    /// Keeps a refused note-off for later. Other refused events are lost.
    fn owe<S>(&mut self, event: &NoteEvent<S>) {
        if let NoteEvent::NoteOff { channel, key, .. } = event
            && let (Channel::Number(channel), Key::Number(key)) = (channel, key)
            && let Some(owed) = self.owed.get_mut(usize::from(*channel))
        {
            *owed |= 1 << (key & 127);
        }
    }
}

/// Sends `event`, and returns it if the host has no room for it.
fn refused<P: Plugin>(
    context: &mut impl ProcessContext<P>,
    event: PluginNoteEvent<P>,
) -> Option<PluginNoteEvent<P>> {
    match context.try_send_event(event) {
        Err((event, SendEventError::HostBufferFull)) => Some(event),
        _ => None,
    }
}

/// Returns the event to pass through, or `None` to drop it. A choke, which plugins cannot send, becomes a note-off.
fn passed_on<S>(event: NoteEvent<S>) -> Option<NoteEvent<S>> {
    match event {
        NoteEvent::Choke {
            timing,
            voice_id,
            channel,
            key,
        } => Some(NoteEvent::NoteOff {
            timing,
            voice_id,
            channel,
            key,
            velocity: 0.0,
        }),
        NoteEvent::NoteOn { .. }
        | NoteEvent::NoteOff { .. }
        | NoteEvent::MidiChannelPressure { .. }
        | NoteEvent::MidiPitchBend { .. }
        | NoteEvent::MidiCC { .. }
        | NoteEvent::MidiProgramChange { .. } => Some(event),
        _ => None,
    }
}
