//! `bgm train --preset parts`, on songs and scores.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use diff_bgm::train::record::Line;
use serde_json::json;
use tempfile::TempDir;

use crate::resume::kill_after;
use crate::songs::data_set;
use crate::train::{bgm_train, cue_params, load, losses, trained, write_params};

const STEPS: usize = 6;

/// Writes the configuration of a small network in parts, without a scale of its cues.
fn parts_params(folder: &Path) -> PathBuf {
    let network = json!({
        "cond_type": "parts", "in_channels": 60, "out_channels": 16, "img_w": 40, "pitch_min": 40, "d_cond": 32,
        "prediction": "x0-preconditioned", "harmony": true, "parts": ["lead", "accompaniment"],
        "styles": ["pop", "song", "strings"],
        "cue_names": ["density", "polyphony", "register", "mode", "accent", "lead", "tempo"],
    });
    write_params(folder, network)
}

/// Returns the folder of two quartets, of which the first is held out, and a score without an accompaniment.
fn quartets() -> TempDir {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/music-xml/quartet-in-6-8.musicxml");
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.musicxml", "b.musicxml"] {
        fs::copy(&fixture, folder.path().join(name)).unwrap();
    }
    let solo = "<score-partwise><part id='P1'/></score-partwise>";
    fs::write(folder.path().join("c.musicxml"), solo).unwrap();
    folder
}

fn held_out_losses(run: &Path) -> Vec<f64> {
    let text = fs::read_to_string(run.join("log.jsonl")).unwrap();
    let lines = (text.lines()).map(|line| serde_json::from_str::<Line>(line).unwrap());
    lines.filter_map(|line| line.held_out_loss).collect()
}

fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_network_in_parts_learns_from_songs_and_scores_resumes_exactly_and_generates() {
    let (data, quartets, folder) = (data_set(), quartets(), tempfile::tempdir().unwrap());
    let params = parts_params(folder.path());
    let cache = folder.path().join("music.npz");
    // The preset's rate rises over 200 steps, so the first few need a high one.
    let options = "--preset parts --steps 6 --batch 2 --rate 0.3 --checkpoint-every 2";
    let options: Vec<&str> = options.split(' ').collect();
    let train = |data: &Path, run: &Path| bgm_train(data, run, &params, &options);
    let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name));

    let mut command = train(data.path(), &whole);
    command
        .arg("--cache")
        .arg(&cache)
        .arg("--quartets")
        .arg(quartets.path());
    let output = command.output().unwrap();
    let messages = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{messages}");
    assert!(messages.contains("1 score left out"), "{messages}");
    assert!(
        messages.contains("c.musicxml: no accompaniment"),
        "{messages}"
    );
    assert_eq!(losses(&whole).len(), STEPS);
    let held_out = held_out_losses(&whole);
    assert_eq!(held_out.len(), 3);
    assert!(
        held_out.is_sorted_by(|before, after| after < before),
        "{held_out:?}"
    );

    // The cache replaces the folders.
    let lines = kill_after(train(&cache, &killed), &killed, 3);
    assert!(lines < STEPS, "the run ended before it could be killed");
    trained(train(&cache, &killed));
    assert_eq!(losses(&whole), losses(&killed));
    for file in ["checkpoint.safetensors", "model.safetensors"] {
        let [one, other] = [&whole, &killed].map(|run| fs::read(run.join(file)).unwrap());
        assert!(one == other, "{file} differs");
    }

    let model = load(&whole).unwrap();
    assert_eq!(model.config().cue_quantiles.len(), 101);
    let draft = folder.path().join("draft.mid");
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let mut generate = Command::new(env!("CARGO_BIN_EXE_bgm"));
    generate
        .arg("generate")
        .arg(clip)
        .arg("--model")
        .arg(whole.join("model.safetensors"));
    generate
        .args(["--bars", "8", "--steps", "2", "--output"])
        .arg(&draft);
    trained(generate);
    assert!(fs::read(draft).unwrap().starts_with(b"MThd"));
}

#[test]
fn a_network_in_parts_starts_from_one_that_follows_cues() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let network = json!({
        "cond_type": "cues", "in_channels": 21, "img_w": 80, "pitch_min": 24, "d_cond": 32, "prediction": "v",
        "harmony": true, "cue_names": ["density", "polyphony", "register", "mode", "accent"],
    });
    let params = write_params(folder.path(), network);
    let [cues, parts] = ["cues", "parts"].map(|name| folder.path().join(name));
    let options = ["--steps", "1", "--batch", "1", "--samples-every", "0"];
    trained(bgm_train(data.path(), &cues, &params, &options));
    let mut command = Command::new(env!("CARGO_BIN_EXE_bgm"));
    command.args(["train", "--preset", "parts"]).args(options);
    command
        .arg("--data")
        .arg(data.path())
        .arg("--output")
        .arg(&parts);
    command.arg("--model").arg(cues.join("model.safetensors"));
    trained(command);
    let [before, after] = [&cues, &parts].map(|run| load(run).unwrap().config().clone());
    assert_eq!(after, before.in_parts().unwrap());
}

#[test]
fn presets_scores_and_networks_that_do_not_fit_are_refused() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let run = folder.path().join("run");
    let refused = |params: &Path, options: &[&str]| {
        let message = refused(bgm_train(data.path(), &run, params, options));
        assert!(!run.exists());
        message
    };
    let cues = cue_params(folder.path());
    let message = refused(&cues, &["--preset", "parts"]);
    assert!(
        message.contains("this model is of the kind `cues`"),
        "{message}"
    );
    let message = refused(&cues, &["--quartets", "."]);
    assert!(
        message.contains("Leave out --lieder and --quartets"),
        "{message}"
    );
    let parts = parts_params(folder.path());
    let message = refused(&parts, &[]);
    assert!(message.contains("`--preset parts`"), "{message}");
    let empty = tempfile::tempdir().unwrap();
    let lieder = empty.path().to_str().unwrap();
    let message = refused(&parts, &["--preset", "parts", "--lieder", lieder]);
    assert!(message.contains("without scores"), "{message}");
}
