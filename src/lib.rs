//! Diff-BGM drafts background music for a video clip: notes that follow the picture's motion, brightness, colour and cuts.
//!
//! The library is shared by the CLAP and VST3 plugin and by the `bgm` program. A model and its weights are compiled in, and
//! nothing accesses the internet.
//!
//! # The path of the data
//!
//! ```text
//! video or clip file
//!    │  video, features       measures of the picture, and its cuts
//!    ▼
//! ClipFeatures
//!    │  conditioning          one row of cues and chords per beat
//!    ▼
//! Conditioning
//!    │  generator, diffusion  a U-Net paints eight bars at a time
//!    ▼
//! PianoRoll
//!    │  music                 notes, with dynamics
//!    ▼
//! Draft: score and recipe ───► MIDI file, DAW project, picture, audio
//!    │  player                on the audio thread, in time with the host
//!    ▼
//! note events
//! ```
//!
//! # The modules, by phase
//!
//! - Reading: [`video`] measures a clip through FFmpeg, [`features`] holds and stores what was measured, [`formats`] reads and
//!   writes file formats. Every parser has limits; pickles are read only by the `bgm` program.
//! - Looking: `embeddings` (feature `models`) is CLIP, BLIP and BERT from folders that the user downloads: what the published
//!   networks follow, and moods.
//! - Asking: [`conditioning`] turns a clip, a tempo and the user's wishes into one row of cues and chords per beat.
//! - Painting: [`diffusion`] is the network and its samplers, [`kernel`] its CPU kernels; [`generator`] paints whole clips, eight
//!   bars at a time.
//! - Music: [`music`] has notes, scores, chords, keys, MIDI files and piano-roll pictures; [`time`] the units seconds, beats and bars.
//! - Handing over: [`export`] writes drafts as files that a DAW opens: MIDI files, DAWproject, REAPER projects.
//! - Hearing: [`player`] plays notes in time with a host's transport, without locks or allocation; [`preview`] is a small
//!   electric piano; `render` (feature `cli`) writes sound files and movies.
//! - Hosting (feature `plugin`): `timeline` puts drafts into a host's project, `instance` is one plugin instance without host or window, `plugin` the glue to the plugin
//!   formats, `editor` the window. [`worker`] runs the work beside the audio.
//! - Learning: [`dataset`] reads training music, [`train`] trains, [`evaluate`] measures.
//!
//! # Examples
//!
//! Draft two bars for a clip; more steps sound better and take longer:
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::path::Path;
//!
//! use diff_bgm::diffusion::model::Model;
//! use diff_bgm::diffusion::sampler::SamplerSettings;
//! use diff_bgm::features::ClipFeatures;
//! use diff_bgm::generator::{Settings, generate};
//! use diff_bgm::time::Bars;
//!
//! let clip = ClipFeatures::read(Path::new("models/big-buck-bunny-30s.safetensors"))?;
//! let model = Model::built_in(&candle_core::Device::Cpu)?;
//! let usual = Settings::for_family(model.config().cond_type);
//! let settings = Settings {
//!     bars: Some(Bars(2)),
//!     sampler: SamplerSettings { steps: 2, ..usual.sampler },
//!     ..usual
//! };
//! let draft = generate(&model, &clip, &settings, &mut |_| ControlFlow::Continue(()))?;
//! assert_eq!(draft.score.bars(), Bars(2));
//! assert!(!draft.score.notes().is_empty());
//! # Ok::<(), diff_bgm::Error>(())
//! ```
//!
//! Analyse a video; this needs FFmpeg:
//!
//! ```
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("clip.mp4");
//! # let source = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=24:duration=1", "-c:v", "mpeg4"];
//! # let mut ffmpeg = std::process::Command::new("ffmpeg");
//! # let made = ffmpeg.args(["-loglevel", "error"]).args(source).arg(&path).status();
//! # if !made.is_ok_and(|status| status.success()) {
//! #     println!("skipped: ffmpeg is not installed");
//! #     return Ok(());
//! # }
//! use std::ops::ControlFlow;
//!
//! let clip = diff_bgm::video::analyse(&path, &mut |share| {
//!     println!("{:.0} %", share * 100.0);
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!(clip.features.duration.0, 1.0);
//! assert!(clip.features.shots.is_empty());
//! # Ok::<(), diff_bgm::Error>(())
//! ```
//!
//! Play a score in time with a host's transport:
//!
//! ```
//! use diff_bgm::music::controls::Controls;
//! use diff_bgm::music::note::Note;
//! use diff_bgm::music::part::Part;
//! use diff_bgm::music::score::{RawScore, Score};
//! use diff_bgm::player::{Block, NoteEvent, NoteSchedule, Player, Sent, Transport};
//! use diff_bgm::time::Beats;
//!
//! let (start, length) = (Beats(0.5), Beats(0.25));
//! let note = Note { start, length, pitch: 60, velocity: 90, part: Part::Lead };
//! let score = Score::new(RawScore { notes: vec![note], ..RawScore::default() })?;
//! let (mut player, publisher) = Player::new();
//! publisher.publish(NoteSchedule::new(&score, &Controls::default()));
//!
//! // One second of audio at 120 BPM.
//! let block = Block { frames: 48_000, rate_hz: 48_000.0 };
//! let transport = Transport {
//!     playing: true,
//!     tempo_bpm: Some(120.0),
//!     position: Some(Beats(0.0)),
//!     loop_range: None,
//! };
//! let mut events = Vec::new();
//! player.process(&transport, block, |frame, event| {
//!     events.push((frame, event));
//!     Sent::Accepted
//! });
//! let on = NoteEvent::On { channel: 0, pitch: 60, velocity: 90 };
//! let off = NoteEvent::Off { channel: 0, pitch: 60 };
//! assert_eq!(events, [(12_000, on), (18_000, off)]);
//! # Ok::<(), diff_bgm::Fault>(())
//! ```
//!
//! [`Error`] is the one error type. `README.md` shows the program and the plugin, `ARCHITECTURE.md` how the parts work together,
//! `CONTRIBUTING.md` how to change them.

mod canvas;
pub mod conditioning;
pub mod counted;
pub mod dataset;
pub mod diffusion;
#[cfg(feature = "plugin")]
pub mod editor;
#[cfg(feature = "models")]
pub mod embeddings;
pub mod error;
pub mod evaluate;
pub mod export;
pub mod features;
pub mod formats;
pub mod generator;
#[cfg(feature = "plugin")]
pub mod instance;
pub mod kernel;
pub mod music;
#[cfg_attr(
    not(feature = "plugin"),
    allow(dead_code, reason = "only the editor uses some of the colours")
)]
mod palette;
pub mod player;
#[cfg(feature = "plugin")]
pub mod plugin;
pub mod preview;
#[cfg(feature = "cli")]
pub mod render;
pub mod shot_network;
pub mod time;
#[cfg(feature = "plugin")]
pub mod timeline;
pub mod train;
pub mod video;
pub mod worker;

pub use error::{Error, Fault, Result};
