//! `bgm generate`: from a clip file to the files that it writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use diff_bgm::features::{ClipFeatures, MeasureTrack, PictureMeasure};
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Seconds;
use tempfile::TempDir;

/// Few sampling steps, so that the tests are quick; their results do not depend on the number.
const STEPS: &str = "4";

/// Returns a folder with a clip of 30 s that grows brighter and livelier and has three cuts.
fn folder_with_clip() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.safetensors");
    let rows = 240;
    let values = (0..rows)
        .flat_map(|row| {
            let share = row as f32 / rows as f32;
            [0.005 + 0.1 * share, 0.4, 0.2 + 0.5 * share, 0.1]
        })
        .collect();
    let clip = ClipFeatures {
        duration: Seconds(30.0),
        frame_rate_hz: 24.0,
        measures: MeasureTrack::new(8.0, PictureMeasure::MEASURED, values).ok(),
        shots: [11.9, 15.8, 23.0].map(Seconds).to_vec(),
        ..ClipFeatures::default()
    };
    clip.write(&path).unwrap();
    (folder, path)
}

fn bgm(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .arg("generate")
        .args(paths)
        .args(["--tempo", "100"])
        .args(arguments)
        .output()
        .unwrap()
}

/// Drafts into the file `name` beside the clip; returns its path.
fn draft(clip: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let midi = clip.with_file_name(name);
    let output = bgm(arguments, &[clip, Path::new("--output"), &midi]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    midi
}

#[test]
fn half_a_minute_at_100_bpm_becomes_13_bars_with_a_marker_at_each_cut() {
    let (folder, clip) = folder_with_clip();
    let (roll, report) = (
        folder.path().join("roll.png"),
        folder.path().join("report.json"),
    );
    let options = [
        "--steps",
        STEPS,
        "--roll",
        roll.to_str().unwrap(),
        "--json",
        report.to_str().unwrap(),
    ];
    let midi = MidiFile::open(draft(&clip, "draft.mid", &options)).unwrap();

    let cuts: Vec<f64> = midi.markers.iter().map(|marker| marker.at.0).collect();
    for (cut, seconds) in cuts.iter().zip([11.9, 15.8, 23.0]) {
        assert!((cut - seconds / 0.6).abs() < 0.01, "{cuts:?}");
    }
    assert_eq!(cuts.len(), 3);
    assert!((midi.initial_tempo().bpm() - 100.0).abs() < 1e-3);

    let report: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(report["bars"], 13);
    assert_eq!(report["settings"]["seed"], 1);
    assert_eq!(report["model"]["name"], "default");

    let notes = midi.notes();
    assert_eq!(report["music"]["notes"], notes.len());
    assert!(notes.len() > 50, "{} notes", notes.len());
    assert!(notes.iter().all(|note| note.end().0 <= 52.0));
    assert!(
        notes.iter().any(|note| note.start.0 >= 44.0),
        "music until the end"
    );
    assert_eq!(&fs::read(&roll).unwrap()[1..4], b"PNG");
}

#[test]
fn the_same_seed_gives_the_same_file_on_any_number_of_threads_and_other_seeds_differ() {
    let (_folder, clip) = folder_with_clip();
    let bytes = |name: &str, seed: &str, threads: &str| {
        let options = [
            "--steps",
            STEPS,
            "--bars",
            "10",
            "--seed",
            seed,
            "--threads",
            threads,
        ];
        fs::read(draft(&clip, name, &options)).unwrap()
    };
    let first = bytes("first.mid", "5", "1");
    assert_eq!(first, bytes("again.mid", "5", "1"));
    assert_eq!(first, bytes("threads.mid", "5", "2"));
    assert_ne!(first, bytes("other.mid", "6", "2"));
}

#[test]
fn more_density_gives_more_notes_and_a_higher_register_higher_ones() {
    let (_folder, clip) = folder_with_clip();
    let drafted = |name: &str, density: &str, register: &str| {
        let options = [
            "--bars",
            "8",
            "--density",
            density,
            "--register",
            register,
            "--steps",
            "8",
        ];
        let midi = MidiFile::open(draft(&clip, name, &options)).unwrap();
        let pitches: Vec<f64> = midi
            .notes()
            .iter()
            .map(|note| f64::from(note.pitch))
            .collect();
        (
            pitches.len(),
            pitches.iter().sum::<f64>() / pitches.len() as f64,
        )
    };
    let (few, low) = drafted("low.mid", "-0.8", "-0.8");
    let (many, high) = drafted("high.mid", "0.8", "0.8");
    assert!(many as f64 > 1.5 * few as f64, "{few} and {many} notes");
    assert!(high > low + 3.0, "mean pitches {low} and {high}");
}
