//! `bgm train`, run as a program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use candle_core::Device;
use diff_bgm::diffusion::model::Model;
use diff_bgm::train::record::Line;
use serde_json::{Value, json};

use crate::songs::data_set;

/// Writes the configuration of a network small enough to train in a test, with `changes`.
pub(crate) fn write_params(folder: &Path, changes: Value) -> PathBuf {
    let mut params = json!({
        "channels": 32, "channel_multipliers": [1, 1], "attention_levels": [1], "n_res_blocks": 1,
        "n_heads": 4, "tf_layers": 1, "linear_start": 0.00085, "linear_end": 0.012, "n_steps": 1000,
        "img_h": 128, "time_fold": 4, "out_channels": 8,
    });
    let changed = params.as_object_mut().unwrap();
    changed.extend(changes.as_object().unwrap().clone());
    let path = folder.join("params.json");
    fs::write(&path, params.to_string()).unwrap();
    path
}

pub(crate) fn cue_params(folder: &Path) -> PathBuf {
    let network = json!({
        "cond_type": "cues", "in_channels": 15, "img_w": 40, "pitch_min": 40, "d_cond": 32,
        "prediction": "v", "harmony": true, "time_attention_levels": [0],
        "cue_names": ["density", "accent"],
    });
    write_params(folder, network)
}

pub(crate) fn is_png(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG"))
}

pub(crate) fn bgm_train(data: &Path, run: &Path, params: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bgm"));
    command
        .arg("train")
        .args(["--data".as_ref(), data.as_os_str()]);
    command.args(["--output".as_ref(), run.as_os_str()]);
    command.args(["--params".as_ref(), params.as_os_str()]);
    command.args(options).stderr(Stdio::piped());
    command
}

pub(crate) fn trained(mut command: Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

pub(crate) fn load(run: &Path) -> diff_bgm::Result<Model> {
    Model::load(&run.join("model.safetensors"), &Device::Cpu)
}

pub(crate) fn losses(run: &Path) -> Vec<f64> {
    let text = fs::read_to_string(run.join("log.jsonl")).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Line>(line).unwrap());
    let (steps, losses): (Vec<u64>, Vec<f64>) = lines.map(|line| (line.step, line.loss)).unzip();
    assert_eq!(steps, (1..=steps.len() as u64).collect::<Vec<_>>());
    losses
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

#[test]
fn held_out_losses_are_logged_with_checkpoints_and_reproducible() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let params = cue_params(folder.path());
    let options: Vec<&str> = "--steps 3 --batch 1 --checkpoint-every 2 --samples-every 0"
        .split(' ')
        .collect();
    let held_out = ["one", "other"].map(|name| {
        let run = folder.path().join(name);
        fs::create_dir(&run).unwrap();
        let left = run.join(format!(".model.{}-0.partial.safetensors", u32::MAX));
        fs::write(&left, "half").unwrap();
        trained(bgm_train(data.path(), &run, &params, &options));
        assert!(!left.exists());
        let text = fs::read_to_string(run.join("log.jsonl")).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let lines: Vec<Line> = lines.collect();
        assert!(lines.is_sorted_by(|one, next| one.seconds < next.seconds));
        lines
            .iter()
            .map(|line| line.held_out_loss)
            .collect::<Vec<_>>()
    });
    assert_eq!(held_out[0], held_out[1]);
    assert_eq!(held_out[0][0], None);
    for loss in &held_out[0][1..] {
        assert!((0.3..3.0).contains(&loss.unwrap()), "{loss:?}");
    }
}

#[test]
fn cues_without_a_scale_are_measured_on_the_training_windows() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let params = cue_params(folder.path());
    let run = folder.path().join("run");
    let options = ["--steps", "1", "--batch", "1", "--samples-every", "0"];
    trained(bgm_train(data.path(), &run, &params, &options));
    let quantiles = load(&run).unwrap().config().cue_quantiles.clone();
    assert_eq!(quantiles.len(), 101);
    // The melody starts one note on every beat, and a chord adds three on every bar line.
    let accents: Vec<f32> = quantiles.iter().map(|row| row[1].round()).collect();
    assert_eq!([accents[0], accents[50], accents[100]], [1.0, 1.0, 4.0]);
    let densities: Vec<f32> = quantiles.iter().map(|row| row[0]).collect();
    assert!(
        densities[0] >= 1.0 && densities.is_sorted(),
        "{densities:?}"
    );
}

#[test]
fn a_trained_model_can_be_extended_by_harmony_and_time_attention() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let network = |changes: Value| {
        let mut network = json!({
            "cond_type": "cues", "in_channels": 12, "img_w": 40, "pitch_min": 40, "d_cond": 32,
            "prediction": "v", "cue_names": ["density", "accent"],
        });
        let changes = changes.as_object().unwrap().clone();
        network.as_object_mut().unwrap().extend(changes);
        write_params(folder.path(), network)
    };
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    let options = ["--steps", "1", "--batch", "1", "--samples-every", "0"];
    trained(bgm_train(
        data.path(),
        &first,
        &network(json!({})),
        &options,
    ));
    let params = network(json!({
        "in_channels": 15, "harmony": true, "time_attention_levels": [0],
    }));
    let mut command = bgm_train(data.path(), &second, &params, &options);
    command.arg("--model").arg(first.join("model.safetensors"));
    trained(command);
    let [before, after] = [&first, &second].map(|run| load(run).unwrap());
    assert!(after.config().harmony && after.parameters() > before.parameters());
    assert_eq!(after.config().cue_quantiles, before.config().cue_quantiles);
}

#[test]
fn two_hundred_steps_on_the_sample_songs_lower_the_loss() {
    let shared = std::env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let data = shared.join("reference/bgm909");
    if !data.is_dir() {
        println!("skipped: {} is not there", data.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for kind in ["visual", "c_v"] {
        let network = json!({ "cond_type": kind, "in_channels": 8, "img_w": 128, "d_cond": 512 });
        let params = write_params(folder.path(), network);
        let run = folder.path().join(kind);
        let options = [
            "--steps",
            "200",
            "--batch",
            "2",
            "--rate",
            "1e-3",
            "--preset",
            "published",
        ];
        trained(bgm_train(&data, &run, &params, &options));
        let losses = losses(&run);
        assert_eq!(losses.len(), 200);
        let (first, last) = (mean(&losses[..20]), mean(&losses[180..]));
        assert!(last < 0.6 * first, "{kind}: {first} to {last}");
    }
}

#[test]
fn invalid_runs_are_rejected_before_anything_is_written() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let params = cue_params(folder.path());
    let run = folder.path().join("run");
    let refused = |data: &Path, params: &Path, options: &[&str]| {
        let output = bgm_train(data, &run, params, options).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(!run.exists());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(data.path(), &params, &["--batch", "0"]).contains("batch of 0"));
    assert!(refused(data.path(), &params, &["--rate=-1"]).contains("learning rate"));
    assert!(refused(folder.path(), &params, &[]).contains("POP909"));
    assert!(refused(data.path(), &folder.path().join("none.json"), &[]).contains("none.json"));
    let network = json!({ "cond_type": "visual", "in_channels": 8, "img_w": 128, "d_cond": 512 });
    let published = write_params(folder.path(), network);
    assert!(refused(data.path(), &published, &[]).contains("BGM909"));
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(["train", "--preset", "published", "--data"])
        .arg(data.path())
        .arg("--output")
        .arg(&run)
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("params.json"), "{message}");
}
