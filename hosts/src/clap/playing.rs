//! An active CLAP plugin, played block by block.

use std::time::{Duration, Instant};

use clack_host::events::event_types::{
    MidiEvent, NoteChokeEvent, NoteOffEvent, NoteOnEvent, ParamValueEvent, TransportEvent,
    TransportFlags,
};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{EventFlags, Match};
use clack_host::prelude::*;
use clack_host::process::StartedPluginAudioProcessor;
use clack_host::utils::{BeatTime, SecondsTime};

use super::{Host, Instance, Parameter};
use crate::{Heard, Roll};

/// The sample rate, in hertz.
pub const RATE_HZ: f64 = 48_000.0;
/// Frames per beat at 120 BPM.
pub const FRAMES_PER_BEAT: f64 = RATE_HZ / 2.0;
const MAX_FRAMES: u32 = 16_384;

/// An event that the host sends to the plugin. The first value is its frame in the block.
#[derive(Clone, Copy, Debug)]
pub enum Sent {
    /// The start of a note: key and velocity, 0 to 1.
    On(u32, u8, f32),
    /// The end of a note: key.
    Off(u32, u8),
    /// The end of a note without its release: key.
    Choke(u32, u8),
    /// Three bytes of MIDI.
    Midi(u32, [u8; 3]),
    /// A parameter's new value.
    Value(u32, Parameter, f64),
}

/// An active plugin, and what it has sent.
pub struct Playing {
    /// The instance, for calls that are allowed while it is active.
    pub instance: Instance,
    processor: StartedPluginAudioProcessor<Host>,
    /// The number of frames played.
    pub frames: u64,
    /// The note events that the plugin sent, each with its frame since the start.
    pub heard: Vec<(u64, Heard)>,
    /// Other MIDI messages that the plugin sent, each with its frame since the start.
    pub midi: Vec<(u64, [u8; 3])>,
    /// The last block's samples, one row per channel.
    pub sound: Vec<Vec<f32>>,
    /// The highest absolute sample value.
    pub peak: f32,
    /// The time that the plugin took for the last block.
    pub took: Duration,
}

impl Playing {
    /// Activates `instance` with so many output channels.
    ///
    /// # Panics
    /// Panics if the plugin cannot be activated.
    pub fn start(mut instance: Instance, channels: usize) -> Self {
        let configuration = PluginAudioConfiguration {
            sample_rate: RATE_HZ,
            min_frames_count: 1,
            max_frames_count: MAX_FRAMES,
        };
        let stopped = (instance.0.activate(|_, _| (), configuration)).expect("it can be activated");
        let processor = stopped.start_processing().expect("it can start");
        Self {
            instance,
            processor,
            frames: 0,
            heard: Vec::new(),
            midi: Vec::new(),
            sound: vec![Vec::new(); channels],
            peak: 0.0,
            took: Duration::ZERO,
        }
    }

    /// Plays a block of so many frames. If `roll` is `None`, the host has no transport.
    ///
    /// # Panics
    /// Panics if the plugin fails, leaves output unwritten or sends events out of order.
    pub fn block(&mut self, roll: Option<Roll>, frames: u32) {
        self.block_with(roll, frames, &[]);
    }

    /// Plays a block with events from the host.
    ///
    /// # Panics
    /// Panics as [`Playing::block`] does.
    pub fn block_with(&mut self, roll: Option<Roll>, frames: u32, sent: &[Sent]) {
        // SAFETY: there are no buffers.
        let input = unsafe { InputAudioBuffers::from_raw_buffers(&[], frames) };
        for channel in &mut self.sound {
            channel.clear();
            channel.resize(frames as usize, f32::NAN);
        }
        let mut ports = AudioPorts::with_capacity(self.sound.len(), 1);
        let mut incoming = EventBuffer::new();
        sent.iter().for_each(|&sent| push(&mut incoming, sent));
        let mut events = EventBuffer::new();
        let transport = roll.map(transport_event);
        {
            let mut output = if self.sound.is_empty() {
                // SAFETY: there are no buffers.
                unsafe { OutputAudioBuffers::from_raw_buffers(&mut [], frames) }
            } else {
                let channels = self.sound.iter_mut().map(Vec::as_mut_slice);
                ports.with_output_buffers([AudioPortBuffer {
                    latency: 0,
                    channels: AudioPortBufferType::f32_output_only(channels),
                }])
            };
            let (input_events, mut output_events) = (
                InputEvents::from_buffer(&incoming),
                OutputEvents::from_buffer(&mut events),
            );
            let start = Instant::now();
            self.processor
                .process(
                    &input,
                    &mut output,
                    &input_events,
                    &mut output_events,
                    None,
                    transport.as_ref(),
                )
                .expect("a block can be processed");
            self.took = start.elapsed();
        }
        for sample in self.sound.iter().flatten() {
            assert!(sample.is_finite(), "output that was not written");
            self.peak = self.peak.max(sample.abs());
        }
        self.record(&events, frames);
        self.frames += u64::from(frames);
    }

    /// Plays until `beats` at 120 BPM, in blocks of `frames`.
    pub fn roll_until(&mut self, beats: f64, frames: u32) {
        while (self.frames as f64) < beats * FRAMES_PER_BEAT {
            let position = self.frames as f64 / FRAMES_PER_BEAT;
            self.block(Some(Roll::from(position)), frames);
        }
    }

    /// Resets the plugin, as hosts do before a jump.
    pub fn reset(&mut self) {
        self.processor.reset();
    }

    /// Deactivates the plugin.
    pub fn stop(mut self) -> Instance {
        let stopped = self.processor.stop_processing();
        self.instance.0.deactivate(stopped);
        self.instance
    }

    /// Records notes and MIDI, which must be in order. Ignores parameter events: the framework sends the editor's changes
    /// after them, all at the block's first frame.
    fn record(&mut self, events: &EventBuffer, frames: u32) {
        let mut last = 0;
        for event in events.iter() {
            let time = event.header().time();
            let core_event = event.as_core_event();
            if matches!(
                core_event,
                Some(
                    CoreEventSpace::ParamValue(_)
                        | CoreEventSpace::ParamGestureBegin(_)
                        | CoreEventSpace::ParamGestureEnd(_)
                )
            ) {
                continue;
            }
            assert!(time >= last && time < frames, "an event out of order");
            last = time;
            let frame = self.frames + u64::from(time);
            let place = |pckn: Pckn| {
                let channel = pckn.channel.into_specific();
                let key = pckn.key.into_specific();
                let both = channel.zip(key).expect("notes have a channel and a key");
                (both.0 as u8, both.1 as u8)
            };
            match core_event {
                Some(CoreEventSpace::NoteOn(on)) => {
                    let (channel, pitch) = place(on.pckn());
                    let on = Heard::On {
                        channel,
                        pitch,
                        velocity: on.velocity() as f32,
                    };
                    self.heard.push((frame, on));
                }
                Some(CoreEventSpace::NoteOff(off)) => {
                    let (channel, pitch) = place(off.pckn());
                    self.heard.push((frame, Heard::Off { channel, pitch }));
                }
                Some(CoreEventSpace::Midi(midi)) => self.midi.push((frame, midi.data())),
                _ => {}
            }
        }
    }
}

fn push(events: &mut EventBuffer, sent: Sent) {
    let of_key = |pitch: u8| Pckn::new(0u16, 0u16, u16::from(pitch), Match::All);
    match sent {
        Sent::On(frame, pitch, velocity) => {
            events.push(&NoteOnEvent::new(frame, of_key(pitch), f64::from(velocity)));
        }
        Sent::Off(frame, pitch) => events.push(&NoteOffEvent::new(frame, of_key(pitch), 0.0)),
        Sent::Choke(frame, pitch) => events.push(&NoteChokeEvent::new(frame, of_key(pitch))),
        Sent::Midi(frame, bytes) => events.push(&MidiEvent::new(frame, 0, bytes)),
        Sent::Value(frame, Parameter(id), value) => {
            events.push(&ParamValueEvent::new(frame, id, Pckn::match_all(), value));
        }
    }
}

fn transport_event(roll: Roll) -> TransportEvent {
    let mut flags = TransportFlags::HAS_TEMPO
        | TransportFlags::HAS_BEATS_TIMELINE
        | TransportFlags::HAS_SECONDS_TIMELINE
        | TransportFlags::HAS_TIME_SIGNATURE;
    flags.set(TransportFlags::IS_PLAYING, roll.playing);
    flags.set(TransportFlags::IS_LOOP_ACTIVE, roll.loop_beats.is_some());
    let (loop_start, loop_end) = roll.loop_beats.unwrap_or_default();
    let seconds = |beats: f64| SecondsTime::from_float(beats * 60.0 / roll.tempo_bpm);
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: BeatTime::from_float(roll.beats),
        song_pos_seconds: SecondsTime::from_float(roll.seconds()),
        tempo: roll.tempo_bpm,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_float(loop_start),
        loop_end_beats: BeatTime::from_float(loop_end),
        loop_start_seconds: seconds(loop_start),
        loop_end_seconds: seconds(loop_end),
        bar_start: BeatTime::from_float(0.0),
        bar_number: 0,
        time_signature_numerator: roll.time_signature.0,
        time_signature_denominator: roll.time_signature.1,
    }
}
