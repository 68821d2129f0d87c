use super::*;
use crate::features::PictureMeasure;

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
        measures: Some(measures(&PictureMeasure::MEASURED)),
        shots: vec![Seconds(11.9), Seconds(15.8)],
        transitions: vec![
            transition(0.0, 0.5, TransitionKind::FadeIn),
            transition(3.25, 4.0, TransitionKind::Dissolve),
        ],
        fingerprint: Fingerprint::new(25.0, (0..3 * FINGERPRINT_WIDTH as u8).collect()).ok(),
        made_with: [("visual_model".to_owned(), "clip-vit, \"base\"".to_owned())].into(),
    }
}

fn transition(start: f64, end: f64, kind: TransitionKind) -> Transition {
    Transition {
        start: Seconds(start),
        end: Seconds(end),
        kind,
    }
}

fn measures(columns: &[PictureMeasure]) -> MeasureTrack {
    let values = (0..5 * columns.len()).map(|i| i as f32 / 7.0).collect();
    MeasureTrack::new(24_000.0 / 1001.0, columns, values).unwrap()
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
fn a_written_clip_is_read_back_exactly() {
    assert_eq!(written(&clip()), written(&clip()));
    written(&ClipFeatures {
        duration: Seconds(1.0),
        ..ClipFeatures::default()
    });
}

#[test]
fn fewer_and_reordered_measures_are_read_back_exactly() {
    use PictureMeasure::{Complexity, Luma, Motion, Warmth};
    for columns in [vec![Luma], vec![Warmth, Luma, Complexity, Motion]] {
        written(&ClipFeatures {
            measures: Some(measures(&columns)),
            ..clip()
        });
    }
}

#[test]
fn transitions_of_unknown_kinds_are_ignored_and_each_needs_a_kind() {
    let parsed = |kinds: &'static str| {
        let bytes = written_with(|(metadata, _)| {
            metadata.insert("transition_kinds".to_owned(), kinds.to_owned());
        });
        ClipFeatures::parse(&bytes)
    };
    let kept = parsed("wipe,dissolve").unwrap().transitions;
    assert_eq!(kept, clip().transitions[1..]);
    assert!(parsed("dissolve").unwrap_err().found.contains("1 kinds"));
}

#[test]
fn unknown_measures_are_ignored() {
    let parsed = |names: &'static str| {
        let bytes = written_with(|(metadata, _)| {
            metadata.insert("cue_names".to_owned(), names.to_owned());
        });
        ClipFeatures::parse(&bytes).unwrap()
    };
    let column = |clip: &ClipFeatures, measure| -> Option<Vec<f32>> {
        Some(clip.measures.as_ref()?.column(measure)?.collect())
    };
    let whole = clip();
    let clip = parsed("sharpness,luma,skin,motion");
    let (motion, luma) = (PictureMeasure::Motion, PictureMeasure::Luma);
    assert_eq!(
        column(&clip, luma),
        column(&whole, PictureMeasure::Complexity)
    );
    assert_eq!(
        column(&clip, motion),
        column(&whole, PictureMeasure::Warmth)
    );
    assert_eq!(column(&clip, PictureMeasure::Warmth), None);
    assert_eq!(clip.shots, whole.shots);
    assert_eq!(parsed("a,b,c,d").measures, None);
}

#[test]
fn every_truncation_is_refused() {
    let bytes = written(&clip());
    for length in (0..bytes.len()).step_by(7) {
        assert!(ClipFeatures::parse(&bytes[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_wrong_entry_is_named_in_the_error() {
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
        ("frames per second", metadata("frame_rate_hz", "-24")),
        ("rows per second", metadata("visual_rate_hz", "inf")),
        ("luma,motion", metadata("cue_names", "luma,motion")),
        ("`luma` twice", metadata("cue_names", "luma,luma,a,b")),
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
fn the_error_for_another_kind_of_file_says_what_to_do() {
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

#[test]
fn fingerprints_of_another_width_are_left_out_and_wrong_ones_refused() {
    let parsed = |dtype, shape: Vec<usize>| {
        let bytes = written_with(|(_, tensors)| {
            let count = shape.iter().product::<usize>() * dtype_bytes(dtype);
            let tensor = RawTensor::new(dtype, shape.clone(), vec![7; count]).unwrap();
            tensors.insert(FINGERPRINT.to_owned(), tensor);
        });
        ClipFeatures::parse(&bytes)
    };
    assert!(parsed(Dtype::U8, vec![4, FINGERPRINT_WIDTH]).is_ok());
    assert_eq!(
        parsed(Dtype::U8, vec![4, FINGERPRINT_WIDTH + 1]).unwrap(),
        ClipFeatures {
            fingerprint: None,
            ..clip()
        }
    );
    for (dtype, shape) in [
        (Dtype::F32, vec![4, FINGERPRINT_WIDTH]),
        (Dtype::U8, vec![FINGERPRINT_WIDTH]),
        (Dtype::U8, vec![0, FINGERPRINT_WIDTH]),
    ] {
        assert!(parsed(dtype, shape.clone()).is_err(), "{dtype} {shape:?}");
    }
}

fn dtype_bytes(dtype: Dtype) -> usize {
    dtype.bitsize() / 8
}
