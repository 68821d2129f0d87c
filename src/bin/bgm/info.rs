//! `bgm info`: describes a video, a clip file, a MIDI file or a model, in lines or as JSON.

mod clip;
mod midi;
mod model;
mod words;

use std::path::{Path, PathBuf};

use candle_core::Device;
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::{ClipFeatures, FORMAT as CLIP_FORMAT};
use diff_bgm::formats::bounded_file::read_bounded;
use diff_bgm::formats::safetensors_file::Container;
use diff_bgm::{Error, Fault, Result};
use serde::Serialize;

use crate::midi_input;
use crate::output::{json, say};
use clip::ClipInfo;
use midi::MidiInfo;
use model::ModelInfo;

/// The largest safetensors file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// Describe a video, a clip file, a MIDI file or a model
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A MIDI file (.mid, .rmi), a clip file or a model (.safetensors), or a video, which is analysed
    file: PathBuf,
    /// Print JSON: `kind` (video, clip, midi or model) and everything found. For a video or a clip, duration_seconds,
    /// frame_rate_hz, cuts_seconds, transitions, the names and rates of its measures, and warnings
    #[arg(long)]
    json: bool,
}

/// What a file holds.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Info {
    Video(ClipInfo),
    Clip(ClipInfo),
    Midi(MidiInfo),
    Model(ModelInfo),
}

impl Info {
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Video(clip) => clip.lines("video"),
            Self::Clip(clip) => clip.lines("clip"),
            Self::Midi(file) => file.lines(),
            Self::Model(model) => model.lines(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let info = read(&arguments.file)?;
    if arguments.json {
        return say(json(&info)?);
    }
    info.lines().into_iter().try_for_each(say)
}

fn read(path: &Path) -> Result<Info> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("mid" | "midi" | "rmi") => Ok(Info::Midi(MidiInfo::of(&midi_input::open(path)?))),
        Some("safetensors") => read_safetensors(path),
        Some("pt" | "pth" | "npy" | "npz" | "txt" | "json" | "sf2" | "wav" | "png") => {
            Err(Error::Usage(format!(
                "`bgm info` cannot describe {}. Give it a MIDI file (.mid), a clip file or a model (.safetensors), or a video.",
                path.display()
            )))
        }
        _ => {
            let analysis = crate::clip::read(path)?;
            let info = ClipInfo::of(&analysis.features, analysis.warnings);
            Ok(Info::Video(info))
        }
    }
}

fn read_safetensors(path: &Path) -> Result<Info> {
    let bytes = read_bounded(path, MAX_FILE_BYTES)?;
    let in_file = |fault: Fault| fault.in_file(path);
    let container = Container::parse(&bytes).map_err(in_file)?;
    let format = container.metadata.get("format");
    if format.is_some_and(|format| format == CLIP_FORMAT) {
        let clip = ClipFeatures::parse(&bytes).map_err(in_file)?;
        return Ok(Info::Clip(ClipInfo::of(&clip, Vec::new())));
    }
    let model = Model::from_bytes("", &bytes, &Device::Cpu).map_err(|error| error.in_file(path))?;
    let config = container.metadata.get("config");
    Ok(Info::Model(ModelInfo::of(
        &model,
        config.map_or("", |text| text),
    )))
}
