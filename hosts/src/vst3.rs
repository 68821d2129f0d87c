//! A small VST3 host, with what the tests of notes need.

mod objects;
mod reaper;
#[cfg(target_os = "linux")]
mod run_loop;
#[cfg(target_os = "linux")]
mod view;

use std::cell::RefCell;
use std::path::Path;
use std::ptr::null_mut;
use std::thread;

use libloading::Library;
use vst3::Steinberg::Vst::BusDirections_::kOutput;
use vst3::Steinberg::Vst::IComponent;
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kCycleActive, kCycleValid, kPlaying, kProjectTimeMusicValid, kTempoValid,
};
use vst3::Steinberg::Vst::ProcessModes_::kRealtime;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait,
    IComponentTrait, IEventList, IParameterChanges, ProcessContext, ProcessData, ProcessSetup,
};
use vst3::Steinberg::{
    IBStream, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo, int32, kResultOk,
    uint32,
};
use vst3::{ComPtr, ComRef, ComWrapper, Interface};

use crate::{Heard, Roll};
use objects::{Change, Changes, Events, Stream};
#[cfg(target_os = "linux")]
pub use view::View;

/// The sample rate, in hertz.
pub const RATE_HZ: f64 = 44_100.0;
/// Frames per beat at 120 BPM.
pub const FRAMES_PER_BEAT: f64 = RATE_HZ / 2.0;
const MAX_FRAMES: int32 = 16_384;

/// An active instrument, and what it has sent.
pub struct Playing {
    /// What the plugin was initialised with, in REAPER.
    context: Option<Box<reaper::Context>>,
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    /// Dropped last, since it holds the code of the others.
    _library: Library,
    /// The number of frames played.
    pub frames: u64,
    /// The note events that the plugin sent, each with its frame since the start.
    pub heard: Vec<(u64, Heard)>,
    /// The highest absolute sample value.
    pub peak: f32,
}

impl Playing {
    /// Opens the library at `path` and activates the only type in it.
    ///
    /// # Panics
    /// Panics if the library is not a VST3 plugin with one type.
    pub fn start(path: &Path) -> Self {
        Self::start_with(path, None)
    }

    /// As [`Playing::start`], in the [`Reaper`](crate::reaper::Reaper) of this thread.
    ///
    /// # Panics
    /// Panics if the library is not a VST3 plugin with one type.
    pub fn start_in_reaper(path: &Path) -> Self {
        Self::start_with(path, Some(reaper::Context::new()))
    }

    fn start_with(path: &Path, context: Option<Box<reaper::Context>>) -> Self {
        // SAFETY: the library is our own plugin, and the calls are in the order that VST3 requires.
        unsafe {
            let library = Library::new(path).expect("the library can be loaded");
            #[cfg(all(unix, not(target_os = "macos")))]
            {
                let enter =
                    library.get::<extern "C" fn(*mut std::ffi::c_void) -> bool>(b"ModuleEntry");
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
            let given = context
                .as_ref()
                .map_or(null_mut(), |context| context.pointer());
            assert_eq!(component.initialize(given), kResultOk);
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
                context,
                component,
                processor,
                _library: library,
                frames: 0,
                heard: Vec::new(),
                peak: 0.0,
            }
        }
    }

    /// Loads what was saved. Returns whether the plugin accepted it.
    ///
    /// # Panics
    /// Never panics.
    pub fn load(&self, bytes: &[u8]) -> bool {
        let stream = ComWrapper::new(Stream::default());
        *stream.bytes.borrow_mut() = bytes.to_vec();
        let com = stream.to_com_ptr::<IBStream>().expect("it is a stream");
        // SAFETY: the stream outlives the call.
        unsafe { self.component.setState(com.as_ptr()) == kResultOk }
    }

    /// Returns what the host's project saves.
    ///
    /// # Panics
    /// Panics if the plugin does not save.
    pub fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let com = stream.to_com_ptr::<IBStream>().expect("it is a stream");
        // SAFETY: the stream outlives the call.
        unsafe { assert_eq!(self.component.getState(com.as_ptr()), kResultOk) };
        stream.bytes.take()
    }

    /// Plays a block in which the host has room for so many events.
    ///
    /// # Panics
    /// Panics if the plugin fails, leaves output unwritten or sends events out of order.
    pub fn block(&mut self, roll: Roll, frames: int32, room: usize) {
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
        // SAFETY: all fields are numbers, for which zero is valid.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = (kTempoValid | kProjectTimeMusicValid) as uint32;
        context.sampleRate = RATE_HZ;
        context.tempo = roll.tempo_bpm;
        context.projectTimeMusic = roll.beats;
        context.projectTimeSamples = (roll.seconds() * RATE_HZ).round() as i64;
        if roll.playing {
            context.state |= kPlaying as uint32;
        }
        if let Some((start, end)) = roll.loop_beats {
            context.state |= (kCycleActive | kCycleValid) as uint32;
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

impl Playing {
    /// Automates a parameter as hosts do: in a block without frames, on another thread.
    ///
    /// # Panics
    /// Panics if the plugin fails.
    pub fn automate(&mut self, parameter: u32, normalized: f64) {
        let processor = SendProcessor(self.processor.as_ptr());
        let automate = move || {
            let processor = processor;
            let change = ComWrapper::new(Change {
                parameter,
                normalized,
            });
            let changes = ComWrapper::new(Changes(change));
            let changes = changes
                .to_com_ptr::<IParameterChanges>()
                .expect("it is a list of changes");
            let mut data = ProcessData {
                processMode: kRealtime as int32,
                symbolicSampleSize: kSample32 as int32,
                numSamples: 0,
                numInputs: 0,
                numOutputs: 0,
                inputs: null_mut(),
                outputs: null_mut(),
                inputParameterChanges: changes.as_ptr(),
                outputParameterChanges: null_mut(),
                inputEvents: null_mut(),
                outputEvents: null_mut(),
                processContext: null_mut(),
            };
            // SAFETY: the processor outlives the thread, which is joined below, and is not used elsewhere meanwhile.
            let processor = unsafe { ComRef::from_raw(processor.0) }.expect("a processor");
            // SAFETY: everything that `data` points to outlives the call.
            unsafe { assert_eq!(processor.process(&mut data), kResultOk) };
        };
        thread::scope(|scope| scope.spawn(automate).join().expect("no panic"));
    }
}

/// A processor that can be moved to another thread.
struct SendProcessor(*mut IAudioProcessor);

// SAFETY: VST3 allows calls to a processor from a thread other than the one that created it.
unsafe impl Send for SendProcessor {}

impl Drop for Playing {
    fn drop(&mut self) {
        // SAFETY: the calls are in the order that VST3 requires.
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
            self.component.terminate();
        }
        let references = self.context.as_ref().map(|context| context.references());
        assert!(references.is_none_or(|count| count == 0), "{references:?}");
    }
}
