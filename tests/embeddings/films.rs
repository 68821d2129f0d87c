//! Whole films through the small models.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use candle_core::Device;
use diff_bgm::Error;
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::embeddings::{CaptionFolders, FilmEmbedder, FilmSettings, Rgb, VisualModel};
use diff_bgm::features::{ClipFeatures, PictureMeasure};
use diff_bgm::formats::raw_tensor::RawTensor;
use diff_bgm::formats::safetensors_file::encode;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Seconds;
use diff_bgm::train::variables::Variables;

use crate::ffmpeg::{film_folder, make_film};
use crate::fixtures::{assert_near, model};

/// Makes a film without loss of FFmpeg's `sources`, one after another.
fn film(folder: &Path, sources: &[String]) -> PathBuf {
    let path = folder.join("film.mov");
    let mut options = Vec::new();
    for source in sources {
        options.extend(["-f", "lavfi", "-i"].map(str::to_owned));
        options.push(format!("{source},format=rgb24"));
    }
    let joined = format!("concat=n={}", sources.len());
    options.extend(["-filter_complex", &joined, "-c:v", "png"].map(str::to_owned));
    make_film(&path, options);
    path
}

/// Makes a film of plain colours that are shown for so many seconds each.
fn plain(folder: &Path, rate_hz: u32, colours: &[(&str, f64)]) -> PathBuf {
    let sources = colours.iter().map(|(colour, seconds)| {
        format!("color={colour}:size=64x48:rate={rate_hz}:duration={seconds}")
    });
    film(folder, &sources.collect::<Vec<_>>())
}

fn visual(every: f64) -> FilmSettings {
    FilmSettings {
        visual_model: Some(model("clip")),
        every: Seconds(every),
        ..FilmSettings::default()
    }
}

fn all(every: f64) -> FilmSettings {
    FilmSettings {
        caption_models: Some(CaptionFolders {
            caption_model: model("blip"),
            text_model: model("bert-768"),
        }),
        moods: Some("calm, tense, joyful".parse().unwrap()),
        ..visual(every)
    }
}

fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Runs `bgm` and returns what it printed.
fn bgm(arguments: &[&OsStr]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bgm {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_row_is_the_embedding_of_the_frame_that_its_interval_begins_with() {
    let Some(folder) = film_folder() else { return };
    let path = plain(
        folder.path(),
        12,
        &[("black", 1.0), ("red", 1.5), ("white", 0.6)],
    );
    let embedded = FilmEmbedder::load(&visual(0.5))
        .unwrap()
        .embed(&path, &mut go_on)
        .unwrap();
    let track = embedded.visual.unwrap();
    assert_eq!((track.rate_hz, track.width, track.rows()), (2.0, 512, 7));
    let clip = VisualModel::load(&model("clip")).unwrap();
    let colours = [
        [0, 0, 0],
        [0, 0, 0],
        [255, 0, 0],
        [255, 0, 0],
        [255, 0, 0],
        [255; 3],
        [255; 3],
    ];
    for (row, colour) in colours.into_iter().enumerate() {
        let picture = Rgb::new(64, vec![colour; 64 * 48]);
        let expected = clip.embed(&[picture]).unwrap();
        assert_near(track.row(row), &expected[0], &format!("row {row}"));
    }
    assert_eq!(
        (embedded.caption, embedded.moods, embedded.captions.len()),
        (None, None, 0)
    );
}

#[test]
fn a_frame_that_is_shown_for_longer_than_an_interval_has_several_rows() {
    let Some(folder) = film_folder() else { return };
    let path = plain(folder.path(), 2, &[("blue", 1.0), ("yellow", 1.0)]);
    let embedded = FilmEmbedder::load(&visual(0.1))
        .unwrap()
        .embed(&path, &mut go_on)
        .unwrap();
    let track = embedded.visual.unwrap();
    assert_eq!(track.rows(), 20);
    assert!((1..10).all(|row| track.row(row) == track.row(0)));
    assert!((11..20).all(|row| track.row(row) == track.row(10)));
    assert_ne!(track.row(9), track.row(10));
}

#[test]
fn many_frames_in_batches_have_the_rows_of_each_alone() {
    let Some(folder) = film_folder() else { return };
    let source = "nullsrc=size=64x48:rate=4:duration=4.75,geq=r=13*N:g=64:b=250-11*N";
    let path = film(folder.path(), &[source.to_owned()]);
    let embedded = FilmEmbedder::load(&all(0.25))
        .unwrap()
        .embed(&path, &mut go_on)
        .unwrap();
    let track = embedded.visual.unwrap();
    assert_eq!((track.rows(), embedded.captions.len()), (19, 19));
    let clip = VisualModel::load(&model("clip")).unwrap();
    for at in [0, 7, 8, 15, 16, 18] {
        let colour = [(at * 13) as u8, 0x40, (250 - at * 11) as u8];
        let expected = clip.embed(&[Rgb::new(64, vec![colour; 64 * 48])]).unwrap();
        assert_near(track.row(at), &expected[0], &format!("row {at}"));
    }
    assert_eq!(embedded.caption.unwrap().rows(), 19);
    assert_eq!(embedded.moods.unwrap().rows(), 19);
}

#[test]
fn the_work_is_cancelled_between_frames() {
    let Some(folder) = film_folder() else { return };
    let path = plain(folder.path(), 10, &[("gray", 2.0)]);
    let embedder = FilmEmbedder::load(&visual(0.1)).unwrap();
    let mut calls = 0;
    let cancelled = embedder.embed(&path, &mut |share| {
        assert!((0.0..=1.0).contains(&share));
        calls += 1;
        if calls == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(cancelled, Err(Error::Cancelled)), "{cancelled:?}");
    assert_eq!(calls, 3);
}

#[test]
fn a_text_is_no_film_and_a_clip_file_has_no_pictures() {
    let Some(folder) = film_folder() else { return };
    let embedder = FilmEmbedder::load(&visual(1.0)).unwrap();
    let message = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, "A text where a film belongs.").unwrap();
        embedder.embed(&path, &mut go_on).unwrap_err().to_string()
    };
    let text = message("words.txt");
    assert!(text.contains("words.txt"), "{text}");
    let clip = message("clip.safetensors");
    assert!(clip.contains("no pictures"), "{clip}");
}

/// Writes a small fresh network of a published family.
fn network(folder: &Path, family: &str) -> PathBuf {
    let mut config: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/tiny.params.json")).unwrap();
    config["cond_type"] = family.into();
    let text = config.to_string();
    let variables =
        Variables::fresh(&ModelConfig::from_json(&text).unwrap(), 1, &Device::Cpu).unwrap();
    let tensors = variables.vars().iter().map(|(name, var)| {
        let values: Vec<f32> = var.flatten_all().unwrap().to_vec1().unwrap();
        (
            name.clone(),
            RawTensor::from_f32(var.dims().to_vec(), &values).unwrap(),
        )
    });
    let metadata = [("format", "diff-bgm/1".to_owned()), ("config", text)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    let path = folder.join(format!("{family}.safetensors"));
    std::fs::write(&path, encode(&metadata.into(), &tensors.collect())).unwrap();
    path
}

#[test]
fn a_film_becomes_notes_of_published_families() {
    let Some(folder) = film_folder() else { return };
    let path = plain(folder.path(), 12, &[("green", 2.0), ("black", 2.0)]);
    let clip = folder.path().join("clip.safetensors");
    let (visual, caption, text) = (model("clip"), model("blip"), model("bert-768"));
    let word = OsStr::new;
    bgm(&[
        word("features"),
        path.as_os_str(),
        word("--visual-model"),
        visual.as_os_str(),
        word("--caption-model"),
        caption.as_os_str(),
        word("--text-model"),
        text.as_os_str(),
        word("--every"),
        word("0.5"),
        word("--pooling"),
        word("mean"),
        word("--mood"),
        word("calm, tense, a green field=0.8/-0.2"),
        word("-o"),
        clip.as_os_str(),
    ]);
    let features = ClipFeatures::read(&clip).unwrap();
    assert_eq!(features.visual.as_ref().unwrap().rows(), 8);
    assert_eq!(features.caption.as_ref().unwrap().rows(), 8);
    let measures = features.measures.as_ref().unwrap();
    assert_eq!(measures.columns(), PictureMeasure::ALL);
    let arousal: Vec<f32> = measures.column(PictureMeasure::Arousal).unwrap().collect();
    assert!(arousal.iter().all(|value| (-1.0..=1.0).contains(value)));
    assert_ne!(arousal.first(), arousal.last());
    let note = |key: &str| features.made_with[key].clone();
    assert_eq!(note("frame_interval_seconds"), "0.5");
    assert_eq!(note("text_pooling"), "mean");
    assert_eq!(
        [
            note("visual_model"),
            note("caption_model"),
            note("text_model")
        ],
        ["clip", "blip", "bert-768"]
    );
    assert_eq!(
        note("moods"),
        "calm=0.5/-0.8, tense=-0.6/0.7, a green field=0.8/-0.2"
    );

    let said = bgm(&[word("info"), clip.as_os_str()]);
    assert!(said.contains("made with text_pooling: mean"), "{said}");

    for family in ["visual", "c_v"] {
        let network = network(folder.path(), family);
        let midi = folder.path().join("draft.mid");
        let [model, steps, bars] = ["--model", "--steps", "--bars"].map(OsStr::new);
        let sampler = [word("--sampler"), word("ddim")];
        let made = [
            word("generate"),
            clip.as_os_str(),
            model,
            network.as_os_str(),
            steps,
            word("2"),
            bars,
            word("4"),
        ];
        bgm(&[&made[..], &sampler, &[word("-o"), midi.as_os_str()]].concat());
        assert!(
            !MidiFile::open(&midi).unwrap().notes().is_empty(),
            "{family}"
        );
    }
}
