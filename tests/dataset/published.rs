//! The published families from videos and music to figures, by the script that docs/published.md explains.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::formats::safetensors_file::Container;
use diff_bgm::music::midi_file::MidiFile;
use serde_json::Value;

use crate::bgm_succeeds;
use crate::clips::{make_video, write_midi};
use crate::ffmpeg::film_folder;
use crate::models::models;

/// A network of the published form that is small enough to be trained in seconds.
const PARAMS: &str = r#"{
    "in_channels": 2, "out_channels": 2, "channels": 32, "attention_levels": [3], "n_res_blocks": 1,
    "channel_multipliers": [1, 1, 1, 1], "n_heads": 1, "tf_layers": 1, "d_cond": 512,
    "linear_start": 0.00085, "linear_end": 0.012, "n_steps": 40, "img_h": 128, "img_w": 32, "cond_type": "c_v"
}"#;

#[test]
fn the_script_goes_from_videos_to_the_figures_of_the_paper() {
    if cfg!(windows) {
        return;
    }
    let Some(folder) = film_folder() else { return };
    let root = folder.path();
    for (place, name) in ["a", "b", "c"].into_iter().enumerate() {
        make_video(&root.join(format!("films/{name}.mp4")), 4);
        write_midi(
            &root.join(format!("music/{name}.mid")),
            8,
            240.0,
            place as u8,
        );
    }
    make_video(&root.join("new.mp4"), 1);
    fs::write(root.join("params.json"), PARAMS).unwrap();
    run_script(root);

    let work = root.join("work");
    for (family, kind) in [
        ("visual", ConditionKind::Visual),
        ("c_v", ConditionKind::CaptionThenVisual),
    ] {
        let notes = MidiFile::open(work.join(format!("{family}.mid")))
            .unwrap()
            .notes();
        assert!(notes.iter().all(|note| note.velocity == 80), "{family}");
        let model = work.join(format!("{family}-further/model.safetensors"));
        let model = Model::load(&model, &candle_core::Device::Cpu).unwrap();
        assert_eq!(model.config().cond_type, kind);
        let log = fs::read_to_string(work.join(format!("{family}/log.jsonl"))).unwrap();
        assert_eq!(log.lines().count(), 2, "{family}");
        // The checkpoint for the authors' code has the same weights.
        let trained = tensors(&work.join(format!("{family}/model.safetensors")));
        assert!(trained == tensors(&work.join(format!("{family}-back.safetensors"))));
        let report = json(&work.join(format!("{family}.report.json")));
        assert_eq!(report["model"]["kind"], family);
        assert_eq!(report["bars"], 1);
        let figures = json(&work.join(format!("{family}.figures.json")));
        assert_eq!(
            (&figures["pieces"], &figures["bars"]),
            (&1.into(), &8.into())
        );
        for key in ["pche", "gps", "si"] {
            let real = figures[key]["real"].as_f64().unwrap();
            assert!(real.is_finite() && real > 0.0, "{family} {key} {real}");
        }
        assert_eq!(figures["precision_at"]["5"].as_f64().unwrap(), 1.0);
        let real = fs::read_dir(work.join(format!("{family}-pieces/real"))).unwrap();
        assert_eq!(real.count(), 1);
    }

    // All of it again finds everything finished and changes nothing.
    let before = fs::read(work.join("c_v-further/model.safetensors")).unwrap();
    let again = run_script(root);
    assert!(again.contains("0 pieces new, 3 finished before"), "{again}");
    assert_eq!(
        fs::read(work.join("c_v-further/model.safetensors")).unwrap(),
        before
    );

    // From the video to notes in one command.
    let models = models();
    bgm_succeeds(
        root,
        &format!(
            "generate new.mp4 --model work/c_v-further/model.safetensors {models} --sampler ddim --steps 2 -o one.mid"
        ),
    );
    let one = MidiFile::open(root.join("one.mid")).unwrap();
    let two = MidiFile::open(work.join("c_v.mid")).unwrap();
    assert_eq!(one.notes(), two.notes());
    assert!(!one.notes().is_empty());
}

/// Runs the script and returns what it prints.
fn run_script(root: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/published.sh");
    let output = Command::new("sh")
        .arg(script)
        .current_dir(root)
        .env("BGM", env!("CARGO_BIN_EXE_bgm"))
        .env("VIDEOS", "films")
        .env("MIDI", "music")
        .env("CLIP", "new.mp4")
        .env("FEATURES", models())
        .env("WORK", "work")
        .env("PARAMS", "params.json")
        .env("STEPS", "2")
        .env("TRAIN", "--batch 1")
        .env("SAMPLING", "--sampler ddim --steps 2")
        .env("SEGMENTS", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{errors}");
    text.into_owned()
}

/// Returns the types and the bytes of all tensors of a model file.
fn tensors(path: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let file = Container::parse(&bytes).unwrap();
    let tensors = file.tensors.iter();
    tensors
        .map(|(name, view)| {
            let contents = (view.dtype().to_string(), view.data().to_vec());
            (name.to_owned(), contents)
        })
        .collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
