//! The plugin as hosts see it: two types that share one implementation.
//!
//! [`NoteEffect`] has no audio, for hosts that put note effects before an instrument. [`Instrument`] has a stereo output
//! with the built-in preview, for hosts that require audio and for listening to a draft at once.

mod audio;
mod clap_entry;
mod host_link;
mod params;
mod pinned;
mod through;
mod vst3_component;
mod vst3_entry;

use std::marker::PhantomData;
use std::mem;
use std::sync::{Arc, Once};

use nice_plug::prelude::*;
use nice_plug::wrapper::vst3::Wrapper;

use crate::editor::{self, ParamAccess, WindowThreads};
use crate::instance::{Desk, Session, TimelineTask};
use crate::player::Player;
use audio::Audio;
use host_link::HostLink;
pub use params::DiffBgmParams;
use params::HostParams;

/// What distinguishes the exported types.
pub trait Kind: Send + 'static {
    /// The name that hosts show.
    const NAME: &'static str;
    /// The id in CLAP hosts.
    const CLAP_ID: &'static str;
    /// One line for the host's browser.
    const DESCRIPTION: &'static str;
    /// The categories in CLAP hosts.
    const FEATURES: &'static [ClapFeature];
    /// Whether it has the built-in instrument.
    const HAS_PREVIEW: bool;
    /// Its audio ports.
    const AUDIO: &'static [AudioIOLayout];
    /// The MIDI that it receives and passes through.
    const MIDI_INPUT: MidiConfig;
}

/// Notes only.
pub struct NoteEffect;

impl Kind for NoteEffect {
    const NAME: &'static str = "Diff-BGM";
    const CLAP_ID: &'static str = "org.diff-bgm.note-effect";
    const DESCRIPTION: &'static str = "Drafts background music for a picture cut, as notes";
    const FEATURES: &'static [ClapFeature] = &[ClapFeature::NoteEffect, ClapFeature::Utility];
    const HAS_PREVIEW: bool = false;
    const AUDIO: &'static [AudioIOLayout] = &[];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
}

/// Notes, and a stereo output with a preview of them.
pub struct Instrument;

impl Kind for Instrument {
    const NAME: &'static str = "Diff-BGM Instrument";
    const CLAP_ID: &'static str = "org.diff-bgm.instrument";
    const DESCRIPTION: &'static str = "Drafts background music for a picture cut, and previews it";
    const FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::Synthesizer,
        ClapFeature::Stereo,
    ];
    const HAS_PREVIEW: bool = true;
    const AUDIO: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];
    /// In VST3, incoming controllers would add two thousand parameters.
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
}

/// One instance of the plugin.
pub struct DiffBgm<K> {
    params: Arc<DiffBgmParams>,
    desk: Arc<Desk>,
    audio: Audio,
    windows: Arc<WindowThreads>,
    host: Arc<HostLink>,
    kind: PhantomData<K>,
}

impl<K> Default for DiffBgm<K> {
    fn default() -> Self {
        pinned::pin();
        let (player, publisher) = Player::new();
        let session = Arc::new(Session::new(publisher));
        Self {
            params: Arc::new(DiffBgmParams::new(Arc::clone(&session))),
            desk: Arc::new(Desk::new(session)),
            audio: Audio::new(player),
            windows: Arc::default(),
            host: HostLink::of_creation(),
            kind: PhantomData,
        }
    }
}

impl<K> Drop for DiffBgm<K> {
    fn drop(&mut self) {
        self.windows.wait();
    }
}

impl<K: Kind> Plugin for DiffBgm<K> {
    const NAME: &'static str = K::NAME;
    const VENDOR: &'static str = "Diff-BGM";
    const URL: &'static str = env!("CARGO_PKG_REPOSITORY");
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = K::AUDIO;
    const MIDI_INPUT: MidiConfig = K::MIDI_INPUT;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;

    type Editor = editor::Editor;
    type SysExMessage = ();
    /// What is done on the host's main thread. Nothing is done in the background: the framework's worker does not survive an
    /// instance that is deleted with a task waiting.
    type BackgroundTask = TimelineTask;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let desk = Arc::clone(&self.desk);
        Box::new(move |task| desk.serve_timeline(task))
    }

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn editor(&mut self, executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        let host = Arc::clone(&self.host);
        (self.desk.timeline).connect(host, move |task| executor.execute_gui(task));
        if !editor::can_open() {
            return None;
        }
        let params = Arc::clone(&self.params);
        let connect = move |host| {
            let params = HostParams::new(Arc::clone(&params), host);
            Arc::new(params) as Arc<dyn ParamAccess>
        };
        Some(editor::create(
            Arc::clone(&self.desk),
            Box::new(connect),
            Arc::clone(&self.windows),
            K::HAS_PREVIEW,
        ))
    }

    fn filter_state(state: &mut PluginState) {
        params::filter_state(state);
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.host.look();
        if cfg!(target_os = "linux") && context.plugin_api() == PluginApi::Vst3 {
            keep_an_instance();
        }
        self.audio.activate(
            config.sample_rate,
            self.desk.bell({
                let params = Arc::clone(&self.params);
                move || params.values()
            }),
            &self.params,
            &self.desk.session.live,
        );
        true
    }

    fn reset(&mut self) {
        self.audio.release();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.audio
            .process(buffer, context, &self.params, &self.desk.session);
        // The transport may start at any time, and hosts may stop calling after any other status.
        ProcessStatus::KeepAlive
    }
}

/// Keeps one idle instance until the process ends.
///
/// In VST3 on Linux the framework reports changed parameters through a worker that all instances share. If the last
/// instance is deleted while a report waits, the worker ends first and the deletion aborts the host. The kept instance
/// prevents that, since it is never deleted.
fn keep_an_instance() {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| mem::forget(Wrapper::<DiffBgm<Instrument>>::new()));
}

impl<K: Kind> ClapPlugin for DiffBgm<K> {
    const CLAP_ID: &'static str = K::CLAP_ID;
    const CLAP_DESCRIPTION: Option<&'static str> = Some(K::DESCRIPTION);
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = K::FEATURES;
}

/// Hosts refuse VST3 plugins without audio, so only the instrument is exported as one.
impl Vst3Plugin for DiffBgm<Instrument> {
    const VST3_CLASS_ID: [u8; 16] = *b"DiffBgmInstrumnt";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Generator];
}
