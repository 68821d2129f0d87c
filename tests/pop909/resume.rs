//! Resuming runs of `bgm train`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::songs::{data_set, write_song};
use crate::train::{bgm_train, cue_params, is_png, load, losses, trained, write_params};

/// Runs `command` until the log of `run` has `steps` lines, kills it, and returns the number of lines.
pub(crate) fn kill_after(mut command: Command, run: &Path, steps: usize) -> usize {
    let mut child = command.spawn().unwrap();
    let lines = || fs::read_to_string(run.join("log.jsonl")).map_or(0, |log| log.lines().count());
    while lines() < steps && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines()
}

#[test]
fn a_killed_run_resumes_to_the_same_weights() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let params = cue_params(folder.path());
    let options: Vec<&str> = "--steps 16 --batch 1 --checkpoint-every 3 --samples-every 5"
        .split(' ')
        .collect();
    let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name));
    trained(bgm_train(data.path(), &whole, &params, &options));

    let command = bgm_train(data.path(), &killed, &params, &options);
    assert!(
        kill_after(command, &killed, 7) < 16,
        "the run ended before it could be killed"
    );
    trained(bgm_train(data.path(), &killed, &params, &options));

    assert_eq!(losses(&whole), losses(&killed));
    for file in ["checkpoint.safetensors", "model.safetensors"] {
        let [one, other] = [&whole, &killed].map(|run| fs::read(run.join(file)).unwrap());
        assert!(one == other, "{file} differs");
    }
    for picture in ["loss.png", "samples.png"] {
        assert!(is_png(&whole.join(picture)), "no {picture}");
    }
    assert!(load(&killed).is_ok());
}

#[test]
fn a_resumed_run_accepts_options_that_may_change_and_names_those_that_may_not() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let params = cue_params(folder.path());
    let run = folder.path().join("run");
    let train = |options: &str| {
        let options: Vec<&str> = options.split(' ').collect();
        bgm_train(data.path(), &run, &params, &options)
    };
    trained(train("--steps 2 --batch 1 --samples-every 0"));
    assert!(!run.join("samples.png").exists());
    trained(train("--steps 4 --batch 1 --samples-every 4 --rate 1e-4"));
    trained(train("--batch 1"));
    assert_eq!(losses(&run).len(), 4);
    assert!(is_png(&run.join("samples.png")));
    let refused = train("--batch 2 --seed 9").output().unwrap();
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(
        message.contains("has batch 1, seed 1, not batch 2, seed 9."),
        "{message}"
    );
}

#[test]
fn a_resumed_run_must_have_the_network_and_music_it_started_with() {
    let (data, folder) = (data_set(), tempfile::tempdir().unwrap());
    let params = cue_params(folder.path());
    let [first, run] = ["first", "run"].map(|name| folder.path().join(name));
    let options = ["--batch", "1", "--samples-every", "0"];
    let mut command = bgm_train(data.path(), &first, &params, &options);
    command.args(["--steps", "1"]);
    trained(command);
    let model = first.join("model.safetensors");
    let music = folder.path().join("music.safetensors");
    let train = |data: &Path, params: &Path, model: &Path, more: &[&str]| {
        let mut command = bgm_train(data, &run, params, &options);
        command.arg("--model").arg(model).args(more);
        command
    };
    let cache = ["--steps", "1", "--cache", music.to_str().unwrap()];
    trained(train(data.path(), &params, &model, &cache));
    // The cache file replaces the folder.
    trained(train(&music, &params, &model, &["--steps", "2"]));
    assert_eq!(losses(&run).len(), 2);

    let refused = |mut command: Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let own = run.join("model.safetensors");
    let message = refused(train(data.path(), &params, &own, &[]));
    assert!(message.contains("--model"), "{message}");
    let message = refused(train(data.path(), &params, &model, &["--measure-cues"]));
    assert!(message.contains("--measure-cues"), "{message}");
    write_song(data.path(), "003");
    let message = refused(train(data.path(), &params, &model, &[]));
    assert!(message.contains("has 2 songs with 10 windows"), "{message}");
    assert!(
        message.contains("trained on 1 song with 5 windows"),
        "{message}"
    );
    let other = write_params(
        folder.path(),
        json!({
            "cond_type": "cues", "in_channels": 12, "img_w": 40, "pitch_min": 40, "d_cond": 32,
            "prediction": "v", "time_attention_levels": [0], "cue_names": ["density", "accent"],
        }),
    );
    let message = refused(train(data.path(), &other, &model, &[]));
    assert!(message.contains("--params"), "{message}");
}
