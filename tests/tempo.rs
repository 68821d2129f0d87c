//! `bgm tempo` on a clip file whose cuts lie on the beats of 97.25 BPM.

use std::path::Path;
use std::process::{Command, Output};

use diff_bgm::features::ClipFeatures;
use diff_bgm::time::Seconds;
use serde_json::Value;

fn bgm(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Writes `cut.safetensors`, cut on beats, and `still.safetensors`, without cuts.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cut = |beat: f64| Seconds((beat - 1.35) * 60.0 / 97.25);
    let mut clip = ClipFeatures {
        duration: Seconds(50.0),
        frame_rate_hz: 24.0,
        shots: [8.0, 13.0, 20.0, 32.0, 46.0, 60.0].map(cut).into(),
        ..ClipFeatures::default()
    };
    clip.write(&folder.path().join("cut.safetensors")).unwrap();
    clip.shots.clear();
    clip.write(&folder.path().join("still.safetensors"))
        .unwrap();
    folder
}

#[test]
fn the_tempo_of_the_cuts_is_the_first_line_and_the_first_in_json() {
    let folder = folder();
    let output = bgm(
        folder.path(),
        &["tempo", "cut.safetensors", "--tempo", "100"],
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let first = printed.lines().nth(1).unwrap();
    let words: Vec<&str> = first.split_whitespace().collect();
    assert_eq!(
        (words[0], &words[2..]),
        ("97.25", &["0.0", "0", "0", "0", "0", "0", "0"][..])
    );

    let arguments = ["tempo", "cut.safetensors", "--tempo", "100", "--json"];
    let output = bgm(folder.path(), &arguments);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["frame_rate_hz"], 24.0);
    let first = &found["tempi"][0];
    assert_eq!(
        (&first["tempo_bpm"], &first["mean_frames"]),
        (&97.25.into(), &0.0.into())
    );
    assert_eq!(first["hits"].as_array().unwrap().len(), 6);
}

#[test]
fn hits_take_the_place_of_cuts_and_a_clip_without_either_says_what_to_do() {
    let folder = folder();
    let arguments = [
        "tempo",
        "still.safetensors",
        "--hit",
        "2:3",
        "--hit",
        "5",
        "--json",
    ];
    let output = bgm(folder.path(), &arguments);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let hit = &found["tempi"][0]["hits"][0];
    assert_eq!(
        (&hit["weight"], &hit["strength"]),
        (&3.into(), &"downbeat".into())
    );

    let output = bgm(folder.path(), &["tempo", "still.safetensors"]);
    let problem = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && problem.contains("--hit"),
        "{problem}"
    );
    let output = bgm(
        folder.path(),
        &["tempo", "cut.safetensors", "--within", "80"],
    );
    let problem = String::from_utf8(output.stderr).unwrap();
    assert!(problem.contains("0 to 50"), "{problem}");
}
