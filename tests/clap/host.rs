//! A small CLAP host around the built plugin.

use std::env;
use std::ffi::CStr;
use std::path::PathBuf;

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::state::PluginState;
use clack_host::events::EventFlags;
use clack_host::events::event_types::{NoteOffEvent, NoteOnEvent, TransportEvent, TransportFlags};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::prelude::*;
use clack_host::process::StartedPluginAudioProcessor;
use clack_host::utils::{BeatTime, SecondsTime};

pub(crate) const NOTE_EFFECT: &CStr = c"org.diff-bgm.note-effect";
pub(crate) const INSTRUMENT: &CStr = c"org.diff-bgm.instrument";

pub(crate) struct Quiet;

impl SharedHandler<'_> for Quiet {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

pub(crate) struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Quiet;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();
}

/// The library that cargo built beside this test.
pub(crate) fn library() -> PathBuf {
    let name = format!(
        "{}diff_bgm{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    let test = env::current_exe().expect("a test has a path");
    let folders = test.ancestors().skip(1).take(2);
    folders
        .map(|folder| folder.join(&name))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .max()
        .expect("cargo builds the library with its tests")
        .1
}

pub(crate) fn entry() -> PluginEntry {
    // SAFETY: the library is our own plugin.
    unsafe { PluginEntry::load(library()) }.expect("the library is a CLAP plugin")
}

pub(crate) fn instance(entry: &PluginEntry, id: &CStr) -> PluginInstance<Host> {
    let info = HostInfo::new("Test", "Diff-BGM", "", "1").expect("no zeros in the words");
    PluginInstance::new(|_| Quiet, |_| (), entry, id, &info).expect("the plugin can be made")
}

pub(crate) fn save(instance: &mut PluginInstance<Host>) -> Vec<u8> {
    let state: PluginState = instance.plugin_handle().get_extension().expect("a state");
    let mut bytes = Vec::new();
    state
        .save(&instance.plugin_handle(), &mut bytes)
        .expect("it saves");
    bytes
}

pub(crate) fn load(instance: &mut PluginInstance<Host>, bytes: &[u8]) -> bool {
    let state: PluginState = instance.plugin_handle().get_extension().expect("a state");
    state
        .load(&instance.plugin_handle(), &mut &bytes[..])
        .is_ok()
}

/// Channels of each audio port, inputs first, and how many note ports there are each way.
pub(crate) fn ports(instance: &mut PluginInstance<Host>) -> ([Vec<u32>; 2], [u32; 2]) {
    let handle = &mut instance.plugin_handle();
    let notes: PluginNotePorts = handle.get_extension().expect("note ports");
    let note_ports = [true, false].map(|is_input| notes.count(handle, is_input));
    let audio: Option<PluginAudioPorts> = handle.get_extension();
    let audio_ports = [true, false].map(|is_input| {
        let Some(audio) = audio else {
            return Vec::new();
        };
        let mut buffer = AudioPortInfoBuffer::new();
        (0..audio.count(handle, is_input))
            .filter_map(|port| {
                Some(
                    audio
                        .get(handle, port, is_input, &mut buffer)?
                        .channel_count,
                )
            })
            .collect()
    });
    (audio_ports, note_ports)
}

/// A note that the plugin sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Heard {
    On { pitch: u16, velocity: f64 },
    Off { pitch: u16 },
}

/// The host's transport for a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roll {
    pub(crate) playing: bool,
    pub(crate) tempo_bpm: f64,
    pub(crate) beats: f64,
    pub(crate) loop_beats: Option<(f64, f64)>,
}

impl Roll {
    pub(crate) fn from(beats: f64) -> Self {
        Self {
            playing: true,
            tempo_bpm: 120.0,
            beats,
            loop_beats: None,
        }
    }

    fn event(self) -> TransportEvent {
        let mut flags = TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_TIME_SIGNATURE;
        flags.set(TransportFlags::IS_PLAYING, self.playing);
        flags.set(TransportFlags::IS_LOOP_ACTIVE, self.loop_beats.is_some());
        let (loop_start, loop_end) = self.loop_beats.unwrap_or_default();
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(self.beats),
            song_pos_seconds: SecondsTime::from_float(0.0),
            tempo: self.tempo_bpm,
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_float(loop_start),
            loop_end_beats: BeatTime::from_float(loop_end),
            loop_start_seconds: SecondsTime::from_float(0.0),
            loop_end_seconds: SecondsTime::from_float(0.0),
            bar_start: BeatTime::from_float(0.0),
            bar_number: 0,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }
}

/// An active plugin that is played, and what it sent.
pub(crate) struct Playing {
    pub(crate) instance: PluginInstance<Host>,
    processor: StartedPluginAudioProcessor<Host>,
    channels: usize,
    pub(crate) frames: u64,
    pub(crate) heard: Vec<(u64, Heard)>,
    pub(crate) peak: f32,
}

pub(crate) const RATE_HZ: f64 = 48_000.0;
/// At 120 BPM.
pub(crate) const FRAMES_PER_BEAT: f64 = RATE_HZ / 2.0;
const MAX_FRAMES: u32 = 16_384;

impl Playing {
    pub(crate) fn start(mut instance: PluginInstance<Host>, channels: usize) -> Self {
        let configuration = PluginAudioConfiguration {
            sample_rate: RATE_HZ,
            min_frames_count: 1,
            max_frames_count: MAX_FRAMES,
        };
        let stopped = instance
            .activate(|_, _| (), configuration)
            .expect("it can be activated");
        let processor = stopped.start_processing().expect("it can start");
        Self {
            instance,
            processor,
            channels,
            frames: 0,
            heard: Vec::new(),
            peak: 0.0,
        }
    }

    pub(crate) fn block(&mut self, roll: Option<Roll>, frames: u32) {
        // SAFETY: there are no buffers that could be wrong.
        let input = unsafe { InputAudioBuffers::from_raw_buffers(&[], frames) };
        let mut sound = vec![vec![f32::NAN; frames as usize]; self.channels];
        let mut ports = AudioPorts::with_capacity(self.channels, 1);
        let mut events = EventBuffer::new();
        let transport = roll.map(Roll::event);
        {
            let mut output = if self.channels == 0 {
                // SAFETY: there are no buffers that could be wrong.
                unsafe { OutputAudioBuffers::from_raw_buffers(&mut [], frames) }
            } else {
                ports.with_output_buffers([AudioPortBuffer {
                    latency: 0,
                    channels: AudioPortBufferType::f32_output_only(
                        sound.iter_mut().map(Vec::as_mut_slice),
                    ),
                }])
            };
            self.processor
                .process(
                    &input,
                    &mut output,
                    &InputEvents::empty(),
                    &mut OutputEvents::from_buffer(&mut events),
                    None,
                    transport.as_ref(),
                )
                .expect("a block can be processed");
        }
        let samples = sound.iter().flatten();
        self.peak = samples.fold(self.peak, |peak, sample| {
            assert!(sample.is_finite(), "output that was not written");
            peak.max(sample.abs())
        });
        let mut last = 0;
        for event in events.iter() {
            let time = event.header().time();
            assert!(time >= last && time < frames, "an event out of order");
            last = time;
            self.heard
                .extend(heard(event).map(|note| (self.frames + u64::from(time), note)));
        }
        self.frames += u64::from(frames);
    }

    pub(crate) fn reset(&mut self) {
        self.processor.reset();
    }

    pub(crate) fn stop(self) -> PluginInstance<Host> {
        let mut instance = self.instance;
        instance.deactivate(self.processor.stop_processing());
        instance
    }
}

fn heard(event: &UnknownEvent) -> Option<Heard> {
    let key = |pckn: Pckn| pckn.key.into_specific().expect("notes have a key");
    match event.as_core_event()? {
        CoreEventSpace::NoteOn(on) => Some(Heard::On {
            pitch: key(on.pckn()),
            velocity: NoteOnEvent::velocity(on),
        }),
        CoreEventSpace::NoteOff(off) => {
            let _: &NoteOffEvent = off;
            Some(Heard::Off {
                pitch: key(off.pckn()),
            })
        }
        _ => None,
    }
}
