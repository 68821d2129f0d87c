//! A small CLAP host around the built plugin.

mod playing;

use std::ffi::CStr;
use std::path::Path;

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;

pub use playing::{FRAMES_PER_BEAT, Playing, RATE_HZ, Sent};

/// The type without audio.
pub const NOTE_EFFECT: &CStr = c"org.diff-bgm.note-effect";
/// The type with a stereo output.
pub const INSTRUMENT: &CStr = c"org.diff-bgm.instrument";

/// A host that grants nothing.
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

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Quiet) {
        builder.register::<HostGui>();
    }
}

/// The framework opens no editor in a host that knows nothing of editors.
impl HostGuiImpl for Quiet {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Err(HostError::Message("the window keeps its size"))
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

/// The plugin's library, open for as long as this or an instance lives.
pub struct Library(PluginEntry);

impl Library {
    /// Opens the library at `path`.
    ///
    /// # Panics
    /// When it is no CLAP plugin.
    pub fn open(path: &Path) -> Self {
        // SAFETY: the library is our own plugin.
        Self(unsafe { PluginEntry::load(path) }.expect("the library is a CLAP plugin"))
    }

    /// The ids of the types in it.
    pub fn ids(&self) -> Vec<String> {
        let factory = self.0.get_plugin_factory().expect("a factory");
        let ids = factory
            .plugin_descriptors()
            .filter_map(|plugin| plugin.id());
        ids.map(|id| id.to_string_lossy().into_owned()).collect()
    }

    /// An instance of the type `id`.
    ///
    /// # Panics
    /// When there is no such type.
    pub fn instance(&self, id: &CStr) -> Instance {
        let info = HostInfo::new("Headless", "Diff-BGM", "", "1").expect("no zeros in the words");
        let instance = PluginInstance::new(|_| Quiet, |_| (), &self.0, id, &info);
        Instance(instance.expect("the plugin can be made"))
    }
}

/// A parameter as a host knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter(ClapId);

/// An instance that is not being played.
pub struct Instance(pub(crate) PluginInstance<Host>);

impl Instance {
    /// What the host's project would keep.
    ///
    /// # Panics
    /// When the plugin does not save.
    pub fn save(&mut self) -> Vec<u8> {
        let state: PluginState = self.0.plugin_handle().get_extension().expect("a state");
        let mut bytes = Vec::new();
        (state.save(&self.0.plugin_handle(), &mut bytes)).expect("it saves");
        bytes
    }

    /// Gives back what was saved, and says whether the plugin took it.
    ///
    /// # Panics
    /// When the plugin has no state.
    pub fn load(&mut self, bytes: &[u8]) -> bool {
        let state: PluginState = self.0.plugin_handle().get_extension().expect("a state");
        (state.load(&self.0.plugin_handle(), &mut &bytes[..])).is_ok()
    }

    /// Channels of each audio port, inputs first, and how many note ports there are each way.
    ///
    /// # Panics
    /// When the plugin has no note ports.
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

    /// The parameter that hosts show as `name`.
    ///
    /// # Panics
    /// When there is none.
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
        panic!("no parameter is called {name}")
    }

    /// The present value of a parameter.
    ///
    /// # Panics
    /// When the plugin does not tell.
    pub fn value(&mut self, parameter: Parameter) -> f64 {
        let handle = &mut self.0.plugin_handle();
        let params: PluginParams = handle.get_extension().expect("parameters");
        (params.get_value(handle, parameter.0)).expect("a parameter has a value")
    }
}
