//! A small CLAP host.

mod playing;

use std::ffi::CStr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::state::PluginState;
use clack_host::extensions::prelude::*;
use clack_host::prelude::*;

use crate::reaper;

pub use playing::{FRAMES_PER_BEAT, Playing, RATE_HZ, Sent};

/// The type without audio.
pub const NOTE_EFFECT: &CStr = c"org.diff-bgm.note-effect";
/// The type with a stereo output.
pub const INSTRUMENT: &CStr = c"org.diff-bgm.instrument";

/// A host that ignores most requests.
#[derive(Default)]
pub(crate) struct Quiet {
    /// Whether it is the REAPER of its main thread.
    is_reaper: bool,
    /// Whether the plugin waits for the main thread.
    wants_main_thread: AtomicBool,
}

impl SharedHandler<'_> for Quiet {
    fn request_restart(&self) {}
    fn request_process(&self) {}

    fn request_callback(&self) {
        self.wants_main_thread.store(true, Ordering::Relaxed);
    }
}

pub(crate) struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Quiet;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, shared: &Quiet) {
        builder.register::<HostGui>();
        if shared.is_reaper {
            builder.register::<ReaperFunctions>();
        }
    }
}

/// REAPER's functions for plugins.
#[derive(Clone, Copy)]
struct ReaperFunctions;

// SAFETY: the identifier is REAPER's.
unsafe impl Extension for ReaperFunctions {
    const IDENTIFIERS: &'static [&'static CStr] = &[reaper::CLAP_EXTENSION];
    type ExtensionSide = HostExtensionSide;

    unsafe fn from_raw(_raw: RawExtension<HostExtensionSide>) -> Self {
        Self
    }
}

// SAFETY: the table is laid out as in REAPER's header.
unsafe impl ExtensionImplementation<Host> for ReaperFunctions {
    const IMPLEMENTATION: RawExtensionImplementation =
        RawExtensionImplementation::new(&reaper::INFO);
}

/// The framework opens an editor only in a host with this extension.
impl HostGuiImpl for Quiet {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Err(HostError::Message("the window has a fixed size"))
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

/// The plugin's library. Stays open until this and all instances are dropped.
pub struct Library(PluginEntry);

impl Library {
    /// Opens the library at `path`.
    ///
    /// # Panics
    /// Panics if it is not a CLAP plugin.
    pub fn open(path: &Path) -> Self {
        // SAFETY: the library is our own plugin.
        Self(unsafe { PluginEntry::load(path) }.expect("the library is a CLAP plugin"))
    }

    /// Returns the ids of the types in it.
    pub fn ids(&self) -> Vec<String> {
        let factory = self.0.get_plugin_factory().expect("a factory");
        let ids = factory
            .plugin_descriptors()
            .filter_map(|plugin| plugin.id());
        ids.map(|id| id.to_string_lossy().into_owned()).collect()
    }

    /// Creates an instance of the type `id`.
    ///
    /// # Panics
    /// Panics if there is no such type.
    pub fn instance(&self, id: &CStr) -> Instance {
        self.instance_in(Quiet::default(), id)
    }

    /// Creates an instance of the type `id` in the [`Reaper`](reaper::Reaper) of this thread.
    ///
    /// # Panics
    /// Panics if there is no such type.
    pub fn instance_in_reaper(&self, id: &CStr) -> Instance {
        let host = Quiet {
            is_reaper: true,
            ..Quiet::default()
        };
        self.instance_in(host, id)
    }

    fn instance_in(&self, host: Quiet, id: &CStr) -> Instance {
        let info = HostInfo::new("Headless", "Diff-BGM", "", "1").expect("no zeros in the texts");
        let instance = PluginInstance::new(|_| host, |_| (), &self.0, id, &info);
        Instance(instance.expect("the plugin can be created"))
    }
}

/// A parameter's id.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter(ClapId);

/// An inactive instance.
pub struct Instance(pub(crate) PluginInstance<Host>);

impl Instance {
    /// Gives the plugin a moment on the main thread if it waits for one. Returns whether it did.
    pub fn run_main_thread(&mut self) -> bool {
        let wants = (self.0).access_shared_handler(|host: &Quiet| {
            host.wants_main_thread.swap(false, Ordering::Relaxed)
        });
        if wants {
            self.0.call_on_main_thread_callback();
        }
        wants
    }

    /// Returns what the host's project saves.
    ///
    /// # Panics
    /// Panics if the plugin does not save.
    pub fn save(&mut self) -> Vec<u8> {
        let state: PluginState = self.0.plugin_handle().get_extension().expect("a state");
        let mut bytes = Vec::new();
        (state.save(&self.0.plugin_handle(), &mut bytes)).expect("it saves");
        bytes
    }

    /// Loads what was saved. Returns whether the plugin accepted it.
    ///
    /// # Panics
    /// Panics if the plugin has no state.
    pub fn load(&mut self, bytes: &[u8]) -> bool {
        let state: PluginState = self.0.plugin_handle().get_extension().expect("a state");
        (state.load(&self.0.plugin_handle(), &mut &bytes[..])).is_ok()
    }

    /// Returns the channels of each audio port and the number of note ports, inputs before outputs.
    ///
    /// # Panics
    /// Panics if the plugin has no note ports.
    pub fn ports(&mut self) -> ([Vec<u32>; 2], [u32; 2]) {
        let handle = &mut self.0.plugin_handle();
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

    /// Returns the parameter with the name `name`.
    ///
    /// # Panics
    /// Panics if there is none.
    pub fn parameter(&mut self, name: &str) -> Parameter {
        let handle = &mut self.0.plugin_handle();
        let params: PluginParams = handle.get_extension().expect("parameters");
        let mut buffer = ParamInfoBuffer::new();
        for index in 0..params.count(handle) {
            let info = params.get_info(handle, index, &mut buffer);
            if let Some(info) = info.filter(|info| info.name == name.as_bytes()) {
                return Parameter(info.id);
            }
        }
        panic!("no parameter has the name {name}")
    }

    /// Returns the current value of a parameter.
    ///
    /// # Panics
    /// Panics if the plugin does not report it.
    pub fn value(&mut self, parameter: Parameter) -> f64 {
        let handle = &mut self.0.plugin_handle();
        let params: PluginParams = handle.get_extension().expect("parameters");
        (params.get_value(handle, parameter.0)).expect("a parameter has a value")
    }
}
