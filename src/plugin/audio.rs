//! What happens on the audio thread: the player's events go to the host and the built-in instrument.

use std::mem;
use std::sync::Arc;

use nice_plug::buffer::Buffer;
use nice_plug::context::process::{ProcessContext, SendEventError, Transport};
use nice_plug::midi::{Channel, Key, NoteEvent as HostNoteEvent, VoiceID};
use nice_plug::plugin::Plugin;

use super::params::DiffBgmParams;
use super::through::Through;
use crate::instance::{Live, Session};
use crate::player::{Anchor, Block, HostTransport, NoteEvent, Player, Sent, TempoWatch};
use crate::preview::Preview;
use crate::worker::Bell;

/// The sample rate until the host sets one.
const DEFAULT_RATE_HZ: f32 = 44_100.0;

/// What the audio thread owns.
pub(super) struct Audio {
    player: Player,
    preview: Preview,
    tempo_watch: TempoWatch,
    rate_hz: f32,
    through: Through,
    /// Requests drafts, once the host has activated the plugin.
    bell: Option<Bell>,
    /// Whether Generate was on in the last block.
    generate_was_on: bool,
    /// Whether Generate was switched on in the last block.
    is_switched_on: bool,
    /// The number of loaded projects at the last block.
    loads: u32,
}

impl Audio {
    pub(super) fn new(player: Player) -> Self {
        Self {
            player,
            preview: Preview::new(DEFAULT_RATE_HZ),
            tempo_watch: TempoWatch::default(),
            rate_hz: DEFAULT_RATE_HZ,
            through: Through::default(),
            bell: None,
            generate_was_on: false,
            is_switched_on: false,
            loads: 0,
        }
    }

    /// Prepares to play at a sample rate and to ring `bell` whenever Generate is switched on.
    pub(super) fn activate(
        &mut self,
        rate_hz: f32,
        bell: Option<Bell>,
        params: &DiffBgmParams,
        live: &Live,
    ) {
        self.rate_hz = rate_hz;
        self.preview = Preview::new(rate_hz);
        self.bell = bell;
        self.generate_was_on = params.generate.value();
        self.loads = live.loads();
        // What was asked for while nothing could sound is too late now.
        live.take_audition();
    }

    /// Ends all sounding notes. The host receives their note-offs in the next block.
    pub(super) fn release(&mut self) {
        self.player.release();
        self.preview.silence();
    }

    /// Requests a draft one block after Generate was switched on, unless a loaded project switched it on.
    fn watch_generate(&mut self, params: &DiffBgmParams, live: &Live) {
        let loads = live.loads();
        let is_loaded = mem::replace(&mut self.loads, loads) != loads;
        let is_on = params.generate.value();
        let was_on = mem::replace(&mut self.generate_was_on, is_on);
        let is_switched_on = is_on && !was_on && !is_loaded;
        let is_requested = mem::replace(&mut self.is_switched_on, is_switched_on) && !is_loaded;
        if is_requested && let Some(bell) = &self.bell {
            bell.ring();
        }
    }

    /// Plays one block: passes on the host's events and adds the draft's notes and control changes.
    pub(super) fn process<P: Plugin>(
        &mut self,
        buffer: &mut Buffer,
        context: &mut impl ProcessContext<P>,
        params: &DiffBgmParams,
        session: &Arc<Session>,
    ) {
        self.watch_generate(params, &session.live);
        let frames = buffer.samples();
        let transport = host_transport(context.transport());
        let live = &session.live;
        live.set_transport(&transport);
        let block = Block {
            frames: frames as u32,
            rate_hz: f64::from(self.rate_hz),
        };
        (self.tempo_watch).watch(&transport, block, |sighting| live.sight(sighting));
        let audible = HostTransport {
            playing: transport.playing && !params.bypass.value(),
            ..transport
        };
        self.player.set_muted(params.muted());
        let level = if params.preview.value() {
            params.preview_level.value()
        } else {
            0.0
        };

        let mut sound = Sound::of(buffer, level);
        let preview = &mut self.preview;
        if let Some((pitch, velocity)) = session.live.take_audition()
            && sound.is_heard()
            && !params.bypass.value()
        {
            preview.audition(pitch, velocity);
        }
        let through = &mut self.through;
        through.retry(context);
        let mut incoming = context.next_event();
        self.player
            .process_host(&audible, anchor(params), block, |frame, event| {
                through.pass_on_until(frame, &mut incoming, context);
                match context.try_send_event(host_event(frame, event)) {
                    Err((_, SendEventError::HostBufferFull)) => Sent::Refused,
                    // The built-in instrument plays notes even if the host accepts none.
                    Ok(()) | Err(_) => {
                        sound.render_until(frame as usize, preview);
                        preview.play(event);
                        Sent::Accepted
                    }
                }
            });
        through.pass_on_until(u32::MAX, &mut incoming, context);
        sound.render_until(frames, preview);
    }
}

/// The stereo output, if there is one, and how far it has been filled.
struct Sound<'a> {
    channels: Option<(&'a mut [f32], &'a mut [f32])>,
    filled: usize,
    level: f32,
}

impl<'a> Sound<'a> {
    fn of(buffer: &'a mut Buffer, level: f32) -> Self {
        let channels = match buffer.as_slice() {
            [left, right, ..] => Some((&mut **left, &mut **right)),
            _ => None,
        };
        Self {
            channels,
            filled: 0,
            level,
        }
    }

    /// Returns whether anything can be heard.
    fn is_heard(&self) -> bool {
        self.channels.is_some() && self.level > 0.0
    }

    fn render_until(&mut self, frame: usize, preview: &mut Preview) {
        if let Some((left, right)) = &mut self.channels {
            let range = self.filled..frame.clamp(self.filled, left.len());
            self.filled = range.end;
            preview.render(&mut left[range.clone()], &mut right[range], self.level);
        }
    }
}

fn host_transport(host: &Transport) -> HostTransport {
    HostTransport {
        playing: host.playing,
        tempo_bpm: host.tempo,
        position_beats: host.pos_beats(),
        position_seconds: host.pos_seconds(),
        tells_both_positions: host.pos_beats.is_some()
            && (host.pos_seconds.is_some() || host.pos_samples.is_some()),
        loop_beats: host.loop_range_beats(),
        time_signature: time_signature(host),
    }
}

fn time_signature(host: &Transport) -> Option<(u8, u8)> {
    let number = |number: Option<i32>| u8::try_from(number?).ok();
    number(host.time_sig_numerator).zip(number(host.time_sig_denominator))
}

/// Returns where the draft lies: on the host's beats, or in time at the draft's own tempo.
fn anchor(params: &DiffBgmParams) -> Anchor {
    let params = params.values();
    if params.follow_host {
        Anchor::Beat(params.start())
    } else {
        Anchor::OwnTempo(params.start())
    }
}

fn host_event<S>(frame: u32, event: NoteEvent) -> HostNoteEvent<S> {
    match event {
        NoteEvent::On {
            channel,
            pitch,
            velocity,
        } => HostNoteEvent::NoteOn {
            timing: frame,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(channel),
            key: Key::Number(pitch),
            velocity: f32::from(velocity) / 127.0,
        },
        NoteEvent::Off { channel, pitch } => HostNoteEvent::NoteOff {
            timing: frame,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(channel),
            key: Key::Number(pitch),
            velocity: 0.0,
        },
        NoteEvent::Control {
            channel,
            controller,
            value,
        } => HostNoteEvent::MidiCC {
            timing: frame,
            channel,
            cc: controller,
            value: f32::from(value) / 127.0,
        },
    }
}
