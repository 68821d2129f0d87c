//! One block on the audio thread: the player's events to the host and to the built-in instrument.

use std::mem;
use std::sync::Arc;

use nice_plug::buffer::Buffer;
use nice_plug::context::process::{ProcessContext, SendEventError, Transport};
use nice_plug::midi::{Channel, Key, NoteEvent as HostNoteEvent, VoiceID};
use nice_plug::plugin::Plugin;

use super::params::DiffBgmParams;
use super::through::Through;
use crate::instance::{Live, Session};
use crate::player::{Anchor, Block, HostTransport, NoteEvent, Player, Sent};
use crate::preview::Preview;
use crate::time::Tempo;
use crate::worker::Bell;

/// The rate before the host has said one.
const DEFAULT_RATE_HZ: f32 = 44_100.0;

/// What the audio thread owns.
pub(super) struct Audio {
    player: Player,
    preview: Preview,
    rate_hz: f32,
    through: Through,
    /// The way to the worker, once the host has activated the plugin.
    bell: Option<Bell>,
    /// Whether Generate was on in the last block.
    generate_was_on: bool,
    /// Whether it was switched on in the last block.
    is_switched_on: bool,
    /// How many projects had been opened by the last block.
    loads: u32,
}

impl Audio {
    pub(super) fn new(player: Player) -> Self {
        Self {
            player,
            preview: Preview::new(DEFAULT_RATE_HZ),
            rate_hz: DEFAULT_RATE_HZ,
            through: Through::default(),
            bell: None,
            generate_was_on: false,
            is_switched_on: false,
            loads: 0,
        }
    }

    /// Gets ready to play at a rate, and to ask for drafts by `bell` when Generate is switched on from now.
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
    }

    /// Ends all that sounds; the host hears of it in the next block.
    pub(super) fn release(&mut self) {
        self.player.release();
        self.preview.silence();
    }

    /// Asks for a draft one block after Generate was switched on, unless that came with a project that was opened.
    fn watch_generate(&mut self, params: &DiffBgmParams, live: &Live) {
        let loads = live.loads();
        let is_opened = mem::replace(&mut self.loads, loads) != loads;
        let is_on = params.generate.value();
        let was_on = mem::replace(&mut self.generate_was_on, is_on);
        let is_switched_on = is_on && !was_on && !is_opened;
        let is_asked = mem::replace(&mut self.is_switched_on, is_switched_on) && !is_opened;
        if is_asked && let Some(bell) = &self.bell {
            bell.ring();
        }
    }

    /// Plays one block: what comes from the host is sent on, and the draft's notes beside it.
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
        session.live.note(&transport);
        let heard = HostTransport {
            playing: transport.playing && !params.bypass.value(),
            ..transport
        };
        let on_draft = heard.on_draft(anchor(params, session.live.draft_tempo()));
        let level = if params.preview.value() {
            params.preview_level.value()
        } else {
            0.0
        };

        let mut sound = Sound::of(buffer, level);
        let preview = &mut self.preview;
        let block = Block {
            frames: frames as u32,
            rate_hz: f64::from(self.rate_hz),
        };
        let through = &mut self.through;
        through.retry(context);
        let mut incoming = context.next_event();
        self.player.process(&on_draft, block, |frame, event| {
            through.pass_on_until(frame, &mut incoming, context);
            match context.try_send_event(host_event(frame, event)) {
                Err((_, SendEventError::HostBufferFull)) => Sent::Refused,
                // Where the host takes no notes at all, the built-in instrument still plays them.
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

/// The stereo output, as far as there is one and it has been filled.
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

    fn render_until(&mut self, frame: usize, preview: &mut Preview) {
        if let Some((left, right)) = &mut self.channels {
            let stretch = self.filled..frame.clamp(self.filled, left.len());
            self.filled = stretch.end;
            preview.render(&mut left[stretch.clone()], &mut right[stretch], self.level);
        }
    }
}

fn host_transport(host: &Transport) -> HostTransport {
    HostTransport {
        playing: host.playing,
        tempo_bpm: host.tempo,
        position_beats: host.pos_beats(),
        position_seconds: host.pos_seconds(),
        loop_beats: host.loop_range_beats(),
    }
}

/// Where the draft lies: on the host's beats, or at the time where they would be at the draft's own tempo.
fn anchor(params: &DiffBgmParams, draft_tempo: Option<Tempo>) -> Anchor {
    let params = params.values();
    let start = params.start();
    match params.own_tempo(draft_tempo) {
        Some(tempo) => Anchor::Time {
            start: tempo.seconds_in(start),
            tempo,
        },
        None => Anchor::Beat(start),
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
    }
}
