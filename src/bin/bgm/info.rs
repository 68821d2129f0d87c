//! `bgm info`: describes a model, a clip file or a MIDI file.

use std::path::{Path, PathBuf};

use candle_core::Device;
use diff_bgm::counted::counted;
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::{ClipFeatures, FORMAT as CLIP_FORMAT, MeasureTrack};
use diff_bgm::formats::bounded_file::read_bounded;
use diff_bgm::formats::safetensors_file::Container;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Beats;
use diff_bgm::{Error, Fault, Result};
use serde_json::Value;

use crate::output::say;

/// The largest safetensors file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 2 << 30;
/// The most entries listed of one kind.
const LISTED: usize = 50;
/// The longest text that is not shortened, in characters.
const LONGEST_TEXT: usize = 160;

/// Describe a model, a clip file or a MIDI file
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A model or clip file (.safetensors), or a MIDI file (.mid)
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let path = &arguments.file;
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let lines = match extension.to_str() {
        Some("mid" | "midi") => describe_midi(&MidiFile::open(path)?),
        Some("safetensors") => describe_safetensors(path)?,
        _ => {
            return Err(Error::Usage(format!(
                "`bgm info` cannot describe {}. Give it a model or a clip file (.safetensors), or a MIDI file (.mid).",
                path.display()
            )));
        }
    };
    for line in lines {
        say(line)?;
    }
    Ok(())
}

fn describe_safetensors(path: &Path) -> Result<Vec<String>> {
    let bytes = read_bounded(path, MAX_FILE_BYTES)?;
    let in_file = |fault: Fault| fault.in_file(path);
    let container = Container::parse(&bytes).map_err(in_file)?;
    if container
        .metadata
        .get("format")
        .is_some_and(|format| format == CLIP_FORMAT)
    {
        return Ok(describe_clip(
            &ClipFeatures::parse(&bytes).map_err(in_file)?,
        ));
    }
    let model = Model::from_bytes("", &bytes, &Device::Cpu).map_err(|error| error.in_file(path))?;
    Ok(describe_model(&model, &container.metadata["config"]))
}

fn describe_model(model: &Model, config: &str) -> Vec<String> {
    let mut lines = vec![
        format!("model of the {} family", model.config().cond_type.name()),
        format!("{} parameters", model.parameters()),
    ];
    if let Ok(Value::Object(fields)) = serde_json::from_str(config) {
        for (name, value) in fields {
            lines.push(match value {
                Value::Array(rows) if rows.iter().any(Value::is_array) => {
                    format!("{}: {} rows", shown(&name), rows.len())
                }
                value => format!("{}: {}", shown(&name), shown(&value.to_string())),
            });
        }
    }
    lines
}

fn describe_clip(clip: &ClipFeatures) -> Vec<String> {
    let mut lines = vec![format!("clip of {:.3} s", clip.duration.0)];
    if clip.frame_rate_hz > 0.0 {
        lines.push(format!("{:.3} frames per second", clip.frame_rate_hz));
    }
    for (name, track) in [
        ("visual", clip.visual.as_ref()),
        ("caption", clip.caption.as_ref()),
        ("cues", clip.measures.as_ref().map(MeasureTrack::track)),
    ] {
        if let Some(track) = track {
            lines.push(format!(
                "{name}: {} rows of {}, {:.3} per second",
                track.rows(),
                track.width,
                track.rate_hz
            ));
        }
    }
    let cuts = clip.shots.iter().map(|cut| format!("{:.3} s", cut.0));
    lines.push(list("cut", cuts));
    lines
}

fn describe_midi(file: &MidiFile) -> Vec<String> {
    let mut lines = vec![format!(
        "MIDI file of {:.2} beats, {:.3} s",
        file.length.0,
        file.duration().0
    )];
    for (number, track) in (1..).zip(&file.tracks) {
        lines.push(format!(
            "track {number} {:?}: {}",
            shown(&track.name),
            counted(track.notes.len(), "note")
        ));
    }
    let tempi = file
        .tempo_changes
        .iter()
        .map(|change| format!("{:.2} BPM from beat {:.2}", change.bpm(), change.at.0));
    lines.push(list("tempo change", tempi));
    let signatures = file.time_signatures.iter().map(|signature| {
        let (numerator, denominator) = (signature.numerator, signature.denominator);
        format!("{numerator}/{denominator} from beat {:.2}", signature.at.0)
    });
    lines.push(list("time signature", signatures));
    let markers = file
        .markers
        .iter()
        .map(|marker| format!("{:?} {}", shown(&marker.text), place(file, marker.at)));
    lines.push(list("marker", markers));
    lines.extend(
        file.texts
            .iter()
            .take(LISTED)
            .map(|text| format!("text {}: {}", place(file, text.at), shown(&text.text))),
    );
    lines
}

/// Formats a position as its beat, counted from 0, and its bar, counted from 1.
fn place(file: &MidiFile, at: Beats) -> String {
    format!("at beat {:.2} (bar {})", at.0, file.bar_at(at))
}

/// Formats a list after its length, as in "2 cuts: a, b"; `name` is the singular.
fn list(name: &str, places: impl ExactSizeIterator<Item = String>) -> String {
    let count = places.len();
    let mut line = counted(count, name);
    if count > 0 {
        line += ": ";
        line += &places.take(LISTED).collect::<Vec<_>>().join(", ");
    }
    if count > LISTED {
        line += " …";
    }
    line
}

/// Makes text from a file safe to print: control characters become spaces, and long text is shortened.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(LONGEST_TEXT)
        .collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        shown.push('…');
    }
    shown
}
