//! The clip file: everything known about a clip, as a `.safetensors` file.
//!
//! The tensors `visual`, `caption` and `cues` (the picture measures) are `f32 [rows, width]`; `shots` is `f64 [cuts]`,
//! in seconds, `transitions` is `f64 [transitions, 2]`, the start and the end of each, and `fingerprint` is `u8 [rows, 22]`. Each may be missing. The metadata holds `format`, `duration_seconds`, `frame_rate_hz` (0 if unknown),
//! `visual_rate_hz`, `caption_rate_hz`, `cues_rate_hz` and `fingerprint_rate_hz` (rows per second), `cue_names`: the names of the columns
//! of `cues`, separated by commas, and `transition_kinds`: those of the transitions. Columns are read by name: they may come in any order, some may be missing, and
//! unknown ones are ignored.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::Dtype;

use crate::error::{Error, Fault, Result};
use crate::features::{CAPTION_WIDTH, ClipFeatures, MAX_SHOTS, MeasureTrack, Track, VISUAL_WIDTH};
use crate::features::{FINGERPRINT_WIDTH, Fingerprint, Transition, TransitionKind};
use crate::formats::bounded_file::read_bounded;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::safetensors_file::{self, Container};
use crate::time::Seconds;

/// The `format` entry of a clip file's metadata.
pub const FORMAT: &str = "diff-bgm-clip/1";
/// The largest accepted clip file, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// The tensor of the picture measures.
const MEASURES: &str = "cues";
/// The tensor of the transitions, and the metadata with their kinds.
const TRANSITIONS: &str = "transitions";
const TRANSITION_KINDS: &str = "transition_kinds";
/// The tensor of what frames are recognised by.
const FINGERPRINT: &str = "fingerprint";

/// The tensors that a clip file may have.
const KNOWN: [&str; 6] = [
    "visual",
    "caption",
    MEASURES,
    "shots",
    TRANSITIONS,
    FINGERPRINT,
];
/// The metadata that say how the embeddings were made.
const MADE_WITH: &str = "made_with";

/// Returns whether `path` names a clip file, which it does if it ends in `.safetensors`. Any other file is taken for a
/// video.
pub fn is_clip_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("safetensors"))
}

pub(super) fn read(path: &Path) -> Result<ClipFeatures> {
    if !is_clip_file(path) && path.is_file() {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let what_to_do = match extension.to_str() {
            Some("pth" | "pt") => "Make one from it with `bgm features --visual FILE`",
            Some("npy") => "Make one from it with `bgm features --visual FILE` or `--caption FILE`",
            Some("txt") => "Make one from it with `bgm features --scenes FILE`",
            _ => "Make one from a video with `bgm features VIDEO`",
        };
        return Err(Error::Usage(format!(
            "{} is not a clip file. {what_to_do}.",
            path.display()
        )));
    }
    let bytes = read_bounded(path, MAX_FILE_BYTES)?;
    parse(&bytes).map_err(|fault| fault.in_file(path))
}

pub(super) fn write(clip: &ClipFeatures, path: &Path) -> Result<()> {
    let (metadata, tensors) = contents(clip).map_err(|fault| fault.in_file(path))?;
    safetensors_file::write(path, &safetensors_file::encode(&metadata, &tensors))
}

pub(super) fn parse(bytes: &[u8]) -> Result<ClipFeatures, Fault> {
    let file = Container::parse(bytes)?;
    file.expect_format(FORMAT)?;
    if let Some(unknown) = file
        .tensors
        .names()
        .into_iter()
        .find(|name| !KNOWN.contains(name))
    {
        return Err(Fault::new(
            format!("the tensor `{unknown}`"),
            "`visual`, `caption`, `cues`, `shots`, `transitions` and `fingerprint`",
        ));
    }
    let clip = ClipFeatures {
        duration: Seconds(number(&file, "duration_seconds")?),
        frame_rate_hz: number(&file, "frame_rate_hz")?,
        visual: track(&file, "visual", VISUAL_WIDTH)?,
        caption: track(&file, "caption", CAPTION_WIDTH)?,
        measures: measures(&file)?,
        shots: shots(&file)?,
        transitions: transitions(&file)?,
        fingerprint: fingerprint(&file)?,
        made_with: made_with(&file),
    };
    clip.check()?;
    Ok(clip)
}

fn metadata<'a>(file: &'a Container<'_>, key: &str) -> Result<&'a str, Fault> {
    file.metadata.get(key).map(String::as_str).ok_or_else(|| {
        Fault::new(
            format!("no `{key}` in the metadata"),
            "a clip file written by Diff-BGM",
        )
    })
}

/// Returns as much of a text as fits in a message.
fn quote(text: &str) -> String {
    text.chars().take(40).collect()
}

fn number(file: &Container<'_>, key: &str) -> Result<f64, Fault> {
    let text = metadata(file, key)?;
    text.parse()
        .map_err(|_| Fault::new(format!("`{key}` of `{}`", quote(text)), "a number"))
}

/// Reads the `f32 [rows, width]` tensor of a name, and its rate.
fn table(file: &Container<'_>, name: &str, width: usize) -> Result<Option<(f64, Vec<f32>)>, Fault> {
    let Ok(view) = file.tensors.tensor(name) else {
        return Ok(None);
    };
    if view.dtype() != Dtype::F32 || !matches!(view.shape(), [_, columns] if *columns == width) {
        return Err(Fault::new(
            format!("`{name}` as {} of shape {:?}", view.dtype(), view.shape()),
            format!("F32 of shape [rows, {width}]"),
        ));
    }
    let rate_hz = number(file, &rate_key(name))?;
    Ok(Some((rate_hz, RawTensor::from(&view).to_f32()?)))
}

fn track(file: &Container<'_>, name: &str, width: usize) -> Result<Option<Track>, Fault> {
    table(file, name, width)?
        .map(|(rate_hz, values)| Track::new(rate_hz, width, values))
        .transpose()
        .map_err(|fault| Fault::new(format!("`{name}`: {}", fault.found), fault.expected))
}

fn measures(file: &Container<'_>) -> Result<Option<MeasureTrack>, Fault> {
    if file.tensors.tensor(MEASURES).is_err() {
        return Ok(None);
    }
    let names: Vec<&str> = metadata(file, "cue_names")?.split(',').collect();
    let read = || match table(file, MEASURES, names.len())? {
        Some((rate_hz, values)) => MeasureTrack::from_named(rate_hz, &names, &values),
        None => Ok(None),
    };
    read().map_err(|fault: Fault| {
        let names = quote(&names.join(","));
        Fault::new(
            format!("`{MEASURES}` with the columns `{names}`: {}", fault.found),
            fault.expected,
        )
    })
}

fn shots(file: &Container<'_>) -> Result<Vec<Seconds>, Fault> {
    let Ok(view) = file.tensors.tensor("shots") else {
        return Ok(Vec::new());
    };
    if view.dtype() != Dtype::F64 || !matches!(view.shape(), [cuts] if *cuts <= MAX_SHOTS) {
        return Err(Fault::new(
            format!("`shots` as {} of shape {:?}", view.dtype(), view.shape()),
            format!("F64 of shape [cuts], at most {MAX_SHOTS}"),
        ));
    }
    let cuts = RawTensor::from(&view).to_f64()?;
    Ok(cuts.into_iter().map(Seconds).collect())
}

/// Reads the transitions; those of kinds that a later version may have added are left out.
fn transitions(file: &Container<'_>) -> Result<Vec<Transition>, Fault> {
    let Ok(view) = file.tensors.tensor(TRANSITIONS) else {
        return Ok(Vec::new());
    };
    let kinds: Vec<&str> = metadata(file, TRANSITION_KINDS)?.split(',').collect();
    if view.dtype() != Dtype::F64 || view.shape() != [kinds.len(), 2] || kinds.len() > MAX_SHOTS {
        let (dtype, shape) = (view.dtype(), view.shape());
        return Err(Fault::new(
            format!(
                "`{TRANSITIONS}` as {dtype} of shape {shape:?} and {} kinds",
                kinds.len()
            ),
            format!("F64 of shape [kinds, 2], at most {MAX_SHOTS}"),
        ));
    }
    let times = RawTensor::from(&view).to_f64()?;
    let transition = |(name, &[start, end]): (&&str, &[f64; 2])| {
        Some(Transition {
            start: Seconds(start),
            end: Seconds(end),
            kind: TransitionKind::of_name(name)?,
        })
    };
    let (times, _) = times.as_chunks::<2>();
    Ok(kinds.iter().zip(times).filter_map(transition).collect())
}

/// Reads what frames are recognised by; that of a later version, with other rows, is left out.
fn fingerprint(file: &Container<'_>) -> Result<Option<Fingerprint>, Fault> {
    let Ok(view) = file.tensors.tensor(FINGERPRINT) else {
        return Ok(None);
    };
    let (dtype, shape) = (view.dtype(), view.shape());
    if dtype == Dtype::U8 && matches!(shape, [_, width] if *width != FINGERPRINT_WIDTH) {
        return Ok(None);
    }
    if dtype != Dtype::U8 || shape.len() != 2 {
        return Err(Fault::new(
            format!("`{FINGERPRINT}` as {dtype} of shape {shape:?}"),
            format!("U8 of shape [rows, {FINGERPRINT_WIDTH}]"),
        ));
    }
    let rate_hz = number(file, &rate_key(FINGERPRINT))?;
    Fingerprint::new(rate_hz, view.data().to_vec()).map(Some)
}

/// Reads how the embeddings were made. What cannot be read is left out: nothing depends on it.
fn made_with(file: &Container<'_>) -> BTreeMap<String, String> {
    let text = file.metadata.get(MADE_WITH).map_or("", String::as_str);
    serde_json::from_str(text).unwrap_or_default()
}

fn rate_key(track: &str) -> String {
    format!("{track}_rate_hz")
}

type Contents = (BTreeMap<String, String>, BTreeMap<String, RawTensor>);

fn contents(clip: &ClipFeatures) -> Result<Contents, Fault> {
    clip.check()?;
    let mut metadata = BTreeMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("duration_seconds".to_owned(), clip.duration.0.to_string()),
        ("frame_rate_hz".to_owned(), clip.frame_rate_hz.to_string()),
    ]);
    let mut tensors = BTreeMap::new();
    let measures = clip.measures.as_ref();
    for (name, track) in [
        ("visual", clip.visual.as_ref()),
        ("caption", clip.caption.as_ref()),
        (MEASURES, measures.map(MeasureTrack::track)),
    ] {
        if let Some(track) = track {
            metadata.insert(rate_key(name), track.rate_hz.to_string());
            let shape = vec![track.rows(), track.width];
            tensors.insert(name.to_owned(), RawTensor::from_f32(shape, &track.values)?);
        }
    }
    if let Some(measures) = measures {
        let names: Vec<&str> = measures
            .columns()
            .iter()
            .map(|column| column.name())
            .collect();
        metadata.insert("cue_names".to_owned(), names.join(","));
    }
    if !clip.made_with.is_empty() {
        let text = serde_json::json!(clip.made_with).to_string();
        metadata.insert(MADE_WITH.to_owned(), text);
    }
    if !clip.shots.is_empty() {
        let cuts: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
        tensors.insert("shots".to_owned(), RawTensor::from_f64_list(&cuts));
    }
    if !clip.transitions.is_empty() {
        let kinds: Vec<&str> = (clip.transitions.iter())
            .map(|transition| transition.kind.name())
            .collect();
        metadata.insert(TRANSITION_KINDS.to_owned(), kinds.join(","));
        let times = clip.transitions.iter();
        let times = times.flat_map(|transition| [transition.start.0, transition.end.0]);
        let times = RawTensor::from_f64_list(&times.collect::<Vec<_>>());
        let times = times.reshaped(vec![kinds.len(), 2])?;
        tensors.insert(TRANSITIONS.to_owned(), times);
    }
    if let Some(fingerprint) = &clip.fingerprint {
        metadata.insert(rate_key(FINGERPRINT), fingerprint.rate_hz().to_string());
        let shape = vec![fingerprint.rows(), FINGERPRINT_WIDTH];
        let rows = RawTensor::new(Dtype::U8, shape, fingerprint.values().to_vec())?;
        tensors.insert(FINGERPRINT.to_owned(), rows);
    }
    Ok((metadata, tensors))
}

#[cfg(test)]
mod tests;
