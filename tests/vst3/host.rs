//! A small VST3 host around the built plugin, as far as its notes need one.

use std::cell::RefCell;
use std::env;
use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr::null_mut;

use libloading::Library;
use vst3::Steinberg::Vst::BusDirections_::kOutput;
use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::IComponent;
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kCycleActive, kCycleValid, kPlaying, kProjectTimeMusicValid, kTempoValid,
};
use vst3::Steinberg::Vst::ProcessModes_::kRealtime;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, Event, IAudioProcessor, IAudioProcessorTrait,
    IComponentTrait, IEventList, IEventListTrait, ProcessContext, ProcessData, ProcessSetup,
};
use vst3::Steinberg::{
    IBStream, IBStream_::IStreamSeekMode_, IBStreamTrait, IPluginBaseTrait, IPluginFactory,
    IPluginFactoryTrait, PClassInfo, int32, int64, kInvalidArgument, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper, Interface};

/// A note that the plugin sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Heard {
    On { pitch: i16, velocity: f32 },
    Off { pitch: i16 },
}

/// Collects what the plugin sends, as far as there is room.
struct Events {
    sent: RefCell<Vec<(int32, Heard)>>,
    room: usize,
}

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        self.sent.borrow().len() as int32
    }

    unsafe fn getEvent(&self, _index: int32, _event: *mut Event) -> tresult {
        kInvalidArgument
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        let mut sent = self.sent.borrow_mut();
        if sent.len() >= self.room {
            return kInvalidArgument;
        }
        // SAFETY: the plugin passes an event of its own for the time of the call, whose type tells which field of
        // the union it filled.
        let (offset, heard) = unsafe {
            let event = &*event;
            let heard = if u32::from(event.r#type) == kNoteOnEvent {
                Heard::On {
                    pitch: event.__field0.noteOn.pitch,
                    velocity: event.__field0.noteOn.velocity,
                }
            } else {
                assert_eq!(u32::from(event.r#type), kNoteOffEvent);
                Heard::Off {
                    pitch: event.__field0.noteOff.pitch,
                }
            };
            (event.sampleOffset, heard)
        };
        sent.push((offset, heard));
        kResultOk
    }
}

/// Bytes in memory that the plugin reads and writes.
#[derive(Default)]
struct Stream {
    bytes: RefCell<Vec<u8>>,
    position: RefCell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let (bytes, mut position) = (self.bytes.borrow(), self.position.borrow_mut());
        let part = &bytes[*position..bytes.len().min(*position + count as usize)];
        *position += part.len();
        // SAFETY: the caller's buffer has room for `count` bytes, and `part` is no longer than that.
        unsafe {
            buffer
                .cast::<u8>()
                .copy_from_nonoverlapping(part.as_ptr(), part.len());
            if !read.is_null() {
                *read = part.len() as int32;
            }
        }
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        // SAFETY: the caller's buffer holds `count` bytes.
        unsafe {
            let part = std::slice::from_raw_parts(buffer.cast::<u8>(), count as usize);
            self.bytes.borrow_mut().extend_from_slice(part);
            if !written.is_null() {
                *written = count;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, to: int64, mode: int32, result: *mut int64) -> tresult {
        let mut position = self.position.borrow_mut();
        let from = match mode as u32 {
            IStreamSeekMode_::kIBSeekSet => 0,
            IStreamSeekMode_::kIBSeekCur => *position as int64,
            _ => self.bytes.borrow().len() as int64,
        };
        *position = (from + to) as usize;
        if !result.is_null() {
            // SAFETY: it is not null, so it is the caller's.
            unsafe { *result = *position as int64 };
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: the caller passes a place for the answer.
        unsafe { *position = *self.position.borrow() as int64 };
        kResultOk
    }
}

/// The library that cargo built beside this test.
fn library() -> PathBuf {
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

/// The host's transport for a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roll {
    pub(crate) playing: bool,
    pub(crate) beats: f64,
    pub(crate) loop_beats: Option<(f64, f64)>,
}

impl Roll {
    pub(crate) fn from(beats: f64) -> Self {
        Self {
            playing: true,
            beats,
            loop_beats: None,
        }
    }
}

pub(crate) const RATE_HZ: f64 = 44_100.0;
const TEMPO_BPM: f64 = 120.0;
pub(crate) const FRAMES_PER_BEAT: f64 = RATE_HZ * 60.0 / TEMPO_BPM;
const MAX_FRAMES: int32 = 16_384;

/// The active instrument, and what it sent.
pub(crate) struct Playing {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    /// Dropped last, because the code of the others is in it.
    _library: Library,
    pub(crate) frames: u64,
    pub(crate) heard: Vec<(u64, Heard)>,
    pub(crate) peak: f32,
}

impl Playing {
    pub(crate) fn start() -> Self {
        // SAFETY: the library is our own plugin, and the calls and their order are those of the VST3 documents.
        unsafe {
            let library = Library::new(library()).expect("the library can be loaded");
            #[cfg(all(unix, not(target_os = "macos")))]
            {
                let enter = library.get::<extern "C" fn(*mut c_void) -> bool>(b"ModuleEntry");
                assert!(enter.expect("a VST3 module has an entry")(null_mut()));
            }
            let get_factory = library
                .get::<extern "system" fn() -> *mut IPluginFactory>(b"GetPluginFactory")
                .expect("a VST3 module has a factory");
            let factory = ComPtr::from_raw(get_factory()).expect("a factory");
            assert_eq!(factory.countClasses(), 1);
            let mut class: PClassInfo = std::mem::zeroed();
            assert_eq!(factory.getClassInfo(0, &mut class), kResultOk);
            let mut instance: *mut IComponent = null_mut();
            let made = factory.createInstance(
                class.cid.as_ptr(),
                IComponent::IID.as_ptr().cast(),
                (&raw mut instance).cast(),
            );
            assert_eq!(made, kResultOk);
            let component = ComPtr::from_raw(instance).expect("a component");
            assert_eq!(component.initialize(null_mut()), kResultOk);
            let processor = component.cast::<IAudioProcessor>().expect("it processes");
            let mut setup = ProcessSetup {
                processMode: kRealtime as int32,
                symbolicSampleSize: kSample32 as int32,
                maxSamplesPerBlock: MAX_FRAMES,
                sampleRate: RATE_HZ,
            };
            assert_eq!(processor.setupProcessing(&mut setup), kResultOk);
            for media in [kAudio, kEvent] {
                let buses = component.getBusCount(media as int32, kOutput as int32);
                assert_eq!(buses, 1);
                component.activateBus(media as int32, kOutput as int32, 0, 1);
            }
            assert_eq!(component.setActive(1), kResultOk);
            processor.setProcessing(1);
            Self {
                component,
                processor,
                _library: library,
                frames: 0,
                heard: Vec::new(),
                peak: 0.0,
            }
        }
    }

    pub(crate) fn load(&self, bytes: &[u8]) -> bool {
        let stream = ComWrapper::new(Stream::default());
        *stream.bytes.borrow_mut() = bytes.to_vec();
        let com = stream.to_com_ptr::<IBStream>().expect("it is a stream");
        // SAFETY: the stream outlives the call.
        unsafe { self.component.setState(com.as_ptr()) == kResultOk }
    }

    pub(crate) fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let com = stream.to_com_ptr::<IBStream>().expect("it is a stream");
        // SAFETY: the stream outlives the call.
        unsafe { assert_eq!(self.component.getState(com.as_ptr()), kResultOk) };
        stream.bytes.take()
    }

    /// Plays a block into a host that has room for so many events.
    pub(crate) fn block(&mut self, roll: Roll, frames: int32, room: usize) {
        let events = ComWrapper::new(Events {
            sent: RefCell::default(),
            room,
        });
        let list = events
            .to_com_ptr::<IEventList>()
            .expect("it is an event list");
        let mut sound = [
            vec![f32::NAN; frames as usize],
            vec![f32::NAN; frames as usize],
        ];
        let [left, right] = &mut sound;
        let mut channels = [left.as_mut_ptr(), right.as_mut_ptr()];
        let mut output = AudioBusBuffers {
            numChannels: 2,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: channels.as_mut_ptr(),
            },
        };
        // SAFETY: all fields are numbers, for which zero is a value.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = kTempoValid | kProjectTimeMusicValid;
        context.sampleRate = RATE_HZ;
        context.tempo = TEMPO_BPM;
        context.projectTimeMusic = roll.beats;
        if roll.playing {
            context.state |= kPlaying;
        }
        if let Some((start, end)) = roll.loop_beats {
            context.state |= kCycleActive | kCycleValid;
            (context.cycleStartMusic, context.cycleEndMusic) = (start, end);
        }
        let mut data = ProcessData {
            processMode: kRealtime as int32,
            symbolicSampleSize: kSample32 as int32,
            numSamples: frames,
            numInputs: 0,
            numOutputs: 1,
            inputs: null_mut(),
            outputs: &mut output,
            inputParameterChanges: null_mut(),
            outputParameterChanges: null_mut(),
            inputEvents: null_mut(),
            outputEvents: list.as_ptr(),
            processContext: &mut context,
        };
        // SAFETY: everything that `data` points to outlives the call.
        unsafe { assert_eq!(self.processor.process(&mut data), kResultOk) };
        for sample in sound.iter().flatten() {
            assert!(sample.is_finite(), "output that was not written");
            self.peak = self.peak.max(sample.abs());
        }
        let mut last = 0;
        for &(offset, event) in events.sent.borrow().iter() {
            assert!(offset >= last && offset < frames, "an event out of order");
            last = offset;
            self.heard.push((self.frames + offset as u64, event));
        }
        self.frames += frames as u64;
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        // SAFETY: the order is that of the VST3 documents.
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
            self.component.terminate();
        }
    }
}
