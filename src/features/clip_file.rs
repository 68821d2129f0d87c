//! The clip file: everything known about a clip in one `.safetensors`.
//!
//! Tensors `visual`, `caption` and `cues` are `f32 [rows, width]`, `shots` is `f64 [cuts]` in seconds; each may be missing.
//! The metadata holds `format`, `duration_seconds`, `frame_rate_hz` (0: not known), a `…_rate_hz` for each kind of
//! row and `cue_names`, the columns of `cues`.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::Dtype;

use crate::error::{Fault, Result};
use crate::features::{CAPTION_WIDTH, ClipFeatures, MAX_SHOTS, PictureCue, Track, VISUAL_WIDTH};
use crate::formats::bounded_file::read_bounded;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::safetensors_file::{self, Container};
use crate::time::Seconds;

/// The `format` of a clip file.
pub const FORMAT: &str = "diff-bgm-clip/1";
/// The largest clip file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 30;

pub(super) fn read(path: &Path) -> Result<ClipFeatures> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    if !extension.eq_ignore_ascii_case("safetensors") && path.is_file() {
        let option = match extension.to_ascii_lowercase().as_str() {
            "pth" | "pt" => "--visual",
            "npy" => "--visual or --caption",
            "txt" => "--scenes",
            _ => {
                return Err(Fault::new(
                    "a file that is not a clip file",
                    "the .safetensors that `bgm features` writes from a clip",
                )
                .in_file(path));
            }
        };
        return Err(Fault::new(
            "features in a file of their own",
            format!("a clip file; gather them into one with `bgm features {option} …`"),
        )
        .in_file(path));
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
        .find(|name| !["visual", "caption", "cues", "shots"].contains(name))
    {
        return Err(Fault::new(
            format!("the tensor `{unknown}`"),
            "`visual`, `caption`, `cues` and `shots`",
        ));
    }
    let cues = track(&file, "cues", PictureCue::ALL.len())?;
    if cues.is_some() && metadata(&file, "cue_names")? != cue_names() {
        return Err(Fault::new(
            format!("the cues `{}`", metadata(&file, "cue_names")?),
            format!("`{}`", cue_names()),
        ));
    }
    let clip = ClipFeatures {
        duration: Seconds(number(&file, "duration_seconds")?),
        frame_rate_hz: number(&file, "frame_rate_hz")?,
        visual: track(&file, "visual", VISUAL_WIDTH)?,
        caption: track(&file, "caption", CAPTION_WIDTH)?,
        cues,
        shots: shots(&file)?,
    };
    clip.check()?;
    Ok(clip)
}

fn metadata<'a>(file: &'a Container<'_>, key: &str) -> Result<&'a str, Fault> {
    file.metadata.get(key).map(String::as_str).ok_or_else(|| {
        Fault::new(
            format!("no `{key}` in the metadata"),
            "a clip file as Diff-BGM writes it",
        )
    })
}

fn number(file: &Container<'_>, key: &str) -> Result<f64, Fault> {
    let text = metadata(file, key)?;
    text.parse().map_err(|_| {
        let start: String = text.chars().take(40).collect();
        Fault::new(format!("`{key}` of `{start}`"), "a number")
    })
}

fn track(file: &Container<'_>, name: &str, width: usize) -> Result<Option<Track>, Fault> {
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
    Track::new(rate_hz, width, RawTensor::from(&view).to_f32()?)
        .map(Some)
        .map_err(|fault| Fault::new(format!("`{name}`: {}", fault.found), fault.expected))
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

fn rate_key(track: &str) -> String {
    format!("{track}_rate_hz")
}

fn cue_names() -> String {
    PictureCue::ALL.map(PictureCue::name).join(",")
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
    for (name, track) in [
        ("visual", &clip.visual),
        ("caption", &clip.caption),
        ("cues", &clip.cues),
    ] {
        if let Some(track) = track {
            metadata.insert(rate_key(name), track.rate_hz.to_string());
            let shape = vec![track.rows(), track.width];
            tensors.insert(name.to_owned(), RawTensor::from_f32(shape, &track.values)?);
        }
    }
    if clip.cues.is_some() {
        metadata.insert("cue_names".to_owned(), cue_names());
    }
    if !clip.shots.is_empty() {
        let cuts: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
        tensors.insert("shots".to_owned(), RawTensor::from_f64_list(&cuts));
    }
    Ok((metadata, tensors))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip() -> ClipFeatures {
        let track = |rate_hz, width: usize, rows: usize| {
            let values = (0..rows * width).map(|i| i as f32 / 7.0).collect();
            Some(Track::new(rate_hz, width, values).unwrap())
        };
        ClipFeatures {
            duration: Seconds(30.041_666_666_666_668),
            frame_rate_hz: 24_000.0 / 1001.0,
            visual: track(0.1, VISUAL_WIDTH, 3),
            caption: track(1.0 / 3.0, CAPTION_WIDTH, 2),
            cues: track(24_000.0 / 1001.0, PictureCue::ALL.len(), 5),
            shots: vec![Seconds(11.9), Seconds(15.8)],
        }
    }

    fn written(clip: &ClipFeatures) -> Vec<u8> {
        let path = tempfile::Builder::new()
            .suffix(".safetensors")
            .tempfile()
            .unwrap()
            .into_temp_path();
        clip.write(&path).unwrap();
        assert_eq!(ClipFeatures::read(&path).unwrap(), *clip);
        std::fs::read(&path).unwrap()
    }

    fn written_with(change: impl Fn(&mut Contents)) -> Vec<u8> {
        let mut contents = contents(&clip()).unwrap();
        change(&mut contents);
        safetensors_file::encode(&contents.0, &contents.1)
    }

    #[test]
    fn a_clip_is_read_back_exactly_as_it_was_written() {
        assert_eq!(written(&clip()), written(&clip()));
        written(&ClipFeatures {
            duration: Seconds(1.0),
            ..ClipFeatures::default()
        });
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = written(&clip());
        for length in (0..bytes.len()).step_by(7) {
            assert!(ClipFeatures::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_wrong_entry_is_refused_by_name() {
        let floats = |shape: Vec<usize>, value: f32| {
            RawTensor::from_f32(shape.clone(), &vec![value; shape.iter().product()]).unwrap()
        };
        type Change = Box<dyn Fn(&mut Contents)>;
        let metadata = |key: &'static str, value: &'static str| -> Change {
            Box::new(move |(metadata, _)| {
                metadata.insert(key.to_owned(), value.to_owned());
            })
        };
        let tensor = |name: &'static str, tensor: RawTensor| -> Change {
            Box::new(move |(_, tensors)| {
                tensors.insert(name.to_owned(), tensor.clone());
            })
        };
        for (named, change) in [
            ("diff-bgm-clip/2", metadata("format", "diff-bgm-clip/2")),
            ("duration", metadata("duration_seconds", "NaN")),
            ("duration", metadata("duration_seconds", "0")),
            ("duration_seconds", metadata("duration_seconds", "long")),
            ("frames a second", metadata("frame_rate_hz", "-24")),
            ("rows a second", metadata("visual_rate_hz", "inf")),
            ("luma,motion", metadata("cue_names", "luma,motion")),
            ("visual", tensor("visual", floats(vec![2, 511], 0.0))),
            ("visual", tensor("visual", floats(vec![512], 0.0))),
            ("visual", tensor("visual", floats(vec![0, 512], 0.0))),
            ("NaN", tensor("visual", floats(vec![2, 512], f32::NAN))),
            (
                "caption",
                tensor("caption", RawTensor::from_f64_list(&[0.0])),
            ),
            ("shots", tensor("shots", floats(vec![1], 2.0))),
            (
                "cut at 31",
                tensor("shots", RawTensor::from_f64_list(&[31.0])),
            ),
            ("extra", tensor("extra", floats(vec![1], 2.0))),
        ] {
            let fault = ClipFeatures::parse(&written_with(change))
                .unwrap_err()
                .to_string();
            assert!(fault.contains(named), "{named}: {fault}");
        }
        assert!(ClipFeatures::parse(&written_with(|(metadata, _)| metadata.clear())).is_err());
    }

    #[test]
    fn a_file_of_another_kind_is_refused_with_what_to_do() {
        for (suffix, option) in [
            (".pth", "--visual"),
            (".npy", "--caption"),
            ("_scenes.txt", "--scenes"),
            (".mp4", "bgm features"),
        ] {
            let path = tempfile::Builder::new()
                .suffix(suffix)
                .tempfile()
                .unwrap()
                .into_temp_path();
            let message = ClipFeatures::read(&path).unwrap_err().to_string();
            assert!(message.contains(option), "{message}");
        }
    }
}
