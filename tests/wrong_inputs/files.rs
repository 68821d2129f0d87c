//! A folder of files that are malformed in every way, and of a few valid ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use diff_bgm::conditioning::steering::Steering;
use diff_bgm::formats::raw_tensor::RawTensor;
use diff_bgm::formats::safetensors_file::{Container, encode};
use diff_bgm::generator::{Asked, Draft, Recipe, Settings};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};

const MODEL: &[u8] = include_bytes!("../../models/cues.safetensors");
const WEIGHTS: &[u8] = include_bytes!("../fixtures/torch/state-dict.pt");
const TENSOR: &[u8] = include_bytes!("../fixtures/torch/tensor.pth");

/// Writes all of them to `folder`.
pub(crate) fn write(folder: &Path) {
    let config = &Container::parse(MODEL).unwrap().metadata["config"];
    let visual = npy("<f4", "(4, 512)", &1f32.to_le_bytes().repeat(4 * 512));
    for (name, bytes) in [
        ("visual.npy", visual.clone()),
        (
            "caption.npy",
            npy("<f4", "(4, 768)", &1f32.to_le_bytes().repeat(4 * 768)),
        ),
        (
            "nan.npy",
            npy("<f4", "(4, 512)", &f32::NAN.to_le_bytes().repeat(4 * 512)),
        ),
        (
            "flat.npy",
            npy("<f4", "(512,)", &1f32.to_le_bytes().repeat(512)),
        ),
        ("none.npy", npy("<f4", "(0, 512)", &[])),
        ("absurd.npy", npy("<f4", "(9999999999, 9999999999)", &[])),
        ("words.npy", npy("<U4", "(1, 512)", &[0; 16 * 512])),
        ("truncated.npy", visual[..visual.len() - 1].to_vec()),
        ("empty.npy", Vec::new()),
        ("scenes.txt", b"0 71\n72 119\n".to_vec()),
        ("words.txt", b"first last\n".to_vec()),
        ("backwards.txt", b"72 119\n0 71\n".to_vec()),
        ("empty.txt", Vec::new()),
        ("empty.mid", Vec::new()),
        ("parts.mid", draft_in_parts()),
        ("nine-eight.mid", tune_in_nine_eight()),
        ("noise.mid", b"not a score".to_vec()),
        (
            "draft.mid",
            b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0".to_vec(),
        ),
        ("weights.pt", WEIGHTS.to_vec()),
        ("narrow.pth", TENSOR.to_vec()),
        ("truncated.pth", TENSOR[..TENSOR.len() - 1].to_vec()),
        ("noise.pth", b"not a tensor".to_vec()),
        (
            "nested.pth",
            torch_stream(&[b")".as_slice(), &[0x85; 200_000], b"."].concat()),
        ),
        ("class.pth", torch_stream(b"cos\nsystem\n(Vecho\ntR.")),
        ("params.json", config.clone().into_bytes()),
        ("few.json", br#"{"cond_type": "visual"}"#.to_vec()),
        ("empty.safetensors", Vec::new()),
        (
            "long-header.safetensors",
            b"\xff\xff\xff\xff\xff\xff\xff\x7f{}".to_vec(),
        ),
        ("model.safetensors", MODEL.to_vec()),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
    write_safetensors(folder, config);
    for name in [
        "folder.npy",
        "folder.safetensors",
        "films",
        "midi",
        "twins",
        "odd",
    ] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    for name in [
        "films/film.mp4",
        "midi/film.mid",
        "twins/film.mp4",
        "twins/film.mov",
        "odd/a.b.mp4",
        "odd/a.b.mid",
    ] {
        fs::write(folder.join(name), "neither").unwrap();
    }
}

fn write_safetensors(folder: &Path, config: &str) {
    let clip = [
        ("format", "diff-bgm-clip/1"),
        ("duration_seconds", "3"),
        ("frame_rate_hz", "24"),
        ("cues_rate_hz", "2"),
        ("cue_names", "motion,complexity,luma,warmth"),
    ];
    let cues = |width, value| {
        (
            "cues",
            RawTensor::from_f32(vec![6, width], &vec![value; 6 * width]).unwrap(),
        )
    };
    let shots = |times: &[f64]| ("shots", RawTensor::from_f64_list(times));
    let valid = safetensors(&clip, [cues(4, 0.5), shots(&[1.0, 2.0])]);
    let absurd = config.replace("\"channels\": 64", "\"channels\": 64000000");
    assert_ne!(absurd, config);
    for (name, bytes) in [
        ("clip.safetensors", valid.clone()),
        ("truncated.safetensors", valid[..valid.len() - 1].to_vec()),
        (
            "no-format.safetensors",
            safetensors(&clip[1..], [cues(4, 0.5)]),
        ),
        ("nan.safetensors", safetensors(&clip, [cues(4, f32::NAN)])),
        ("wide.safetensors", safetensors(&clip, [cues(5, 0.5)])),
        (
            "backwards.safetensors",
            safetensors(&clip, [shots(&[2.0, 1.0])]),
        ),
        (
            "no-config.safetensors",
            safetensors(&[("format", "diff-bgm/1")], [cues(4, 0.5)]),
        ),
        (
            "absurd.safetensors",
            safetensors(
                &[("format", "diff-bgm/1"), ("config", &absurd)],
                [cues(4, 0.5)],
            ),
        ),
        (
            "no-weights.safetensors",
            safetensors(
                &[("format", "diff-bgm/1"), ("config", config)],
                [cues(4, 0.5)],
            ),
        ),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

fn safetensors<const N: usize>(
    metadata: &[(&str, &str)],
    tensors: [(&str, RawTensor); N],
) -> Vec<u8> {
    let metadata = metadata
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let tensors: BTreeMap<_, _> = tensors
        .into_iter()
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .collect();
    encode(&metadata, &tensors)
}

fn npy(element: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{element}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// Wraps a pickle in the container of PyTorch before 1.6, without storages.
fn torch_stream(pickle: &[u8]) -> Vec<u8> {
    let start =
        b"\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.M\xe9\x03.}X\x0d\0\0\0little_endian\x88s.";
    [start.as_slice(), pickle, b"]."].concat()
}

/// A draft of four bars that says what was asked of it.
fn draft_in_parts() -> Vec<u8> {
    let draft = Draft {
        score: Score::new(RawScore {
            notes: vec![Note {
                start: Beats(0.0),
                length: Beats(1.0),
                pitch: 60,
                velocity: 80,
                part: Part::Lead,
            }],
            bars: Bars(4),
            ..RawScore::default()
        })
        .unwrap(),
        recipe: Recipe {
            model: "parts".to_owned(),
            guidance_scale: 1.0,
            settings: Settings::default(),
            asked: Some(Asked {
                steering: Steering::default(),
                energy: Vec::new(),
                picture_end: Beats(16.0),
            }),
        },
    };
    draft.to_midi().unwrap()
}

/// One note in a metre that the grid cannot hold.
fn tune_in_nine_eight() -> Vec<u8> {
    let track = b"\0\xff\x58\x04\x09\x03\x18\x08\0\x90\x3c\x40\x60\x80\x3c\x40\0\xff\x2f\0";
    let header = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0";
    [&header[..], &[track.len() as u8], track].concat()
}
