//! The authors' checkpoint format and sample dataset, from their files to notes.
//!
//! Both are too large for the repository. If they are missing, the tests print that they were skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use diff_bgm::formats::npz::{Npz, Object};
use diff_bgm::music::midi_file::MidiFile;

/// Returns the folder with the authors' sample songs and a small checkpoint in their format, or `None` if it is missing.
fn reference() -> Option<PathBuf> {
    let shared = std::env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let reference = shared.join("reference");
    if reference.join("tiny.pt").is_file() && reference.join("bgm909").is_dir() {
        Some(reference)
    } else {
        println!("skipped: {} is not there", reference.display());
        None
    }
}

fn bgm(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bgm {arguments:?}: {errors}");
}

/// Converts the checkpoint as a network of the given family and returns the model file.
fn converted(reference: &Path, folder: &Path, kind: &str) -> PathBuf {
    let text = fs::read_to_string(reference.join("tiny.params.json")).unwrap();
    let mut params: serde_json::Value = serde_json::from_str(&text).unwrap();
    params["cond_type"] = kind.into();
    let params_path = folder.join(format!("{kind}.params.json"));
    fs::write(&params_path, params.to_string()).unwrap();
    let model = folder.join(format!("{kind}.safetensors"));
    bgm(&[
        "convert",
        reference.join("tiny.pt").to_str().unwrap(),
        "--params",
        params_path.to_str().unwrap(),
        "--output",
        model.to_str().unwrap(),
    ]);
    model
}

#[test]
fn every_published_family_drafts_for_both_sample_songs() {
    let Some(reference) = reference() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let dataset = reference.join("bgm909/bgm909");
    for song in ["001", "012"] {
        let file = |path: String| dataset.join(path).to_str().unwrap().to_owned();
        let clip = folder.path().join(format!("{song}.clip.safetensors"));
        bgm(&[
            "features",
            "--visual",
            &file(format!("new_raw_video_feats/{song}.pth")),
            "--caption",
            &file(format!("caption_feats/{song}.npy")),
            "--scenes",
            &file(format!("detection/{song}_scenes.txt")),
            "--fps",
            "24",
            "--output",
            clip.to_str().unwrap(),
        ]);
        for kind in ["visual", "caption", "v_c", "c_v"] {
            let model = converted(&reference, folder.path(), kind);
            let midi = folder.path().join(format!("{song}.{kind}.mid"));
            bgm(&[
                "generate",
                clip.to_str().unwrap(),
                "--model",
                model.to_str().unwrap(),
                "--output",
                midi.to_str().unwrap(),
                "--align",
                "stretch",
                "--sampler",
                "ddim",
                "--steps",
                "3",
                "--bars",
                "5",
            ]);
            let notes = MidiFile::open(&midi).unwrap().notes();
            assert!(!notes.is_empty(), "{song} {kind}");
            assert!(
                notes.iter().all(|note| note.velocity == 80),
                "{song} {kind}"
            );
        }
    }
}

#[test]
fn a_converted_checkpoint_gives_the_recorded_numbers() {
    let Some(reference) = reference() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let model = converted(&reference, folder.path(), "c_v");
    let recording =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny_unet.safetensors");
    bgm(&[
        "verify",
        model.to_str().unwrap(),
        recording.to_str().unwrap(),
    ]);
}

#[test]
fn the_songs_of_the_sample_dataset_can_be_read() {
    let Some(reference) = reference() else {
        return;
    };
    for (song, notes_a_track, beats) in [
        ("001", [264, 307, 985], 292),
        ("012", [440, 189, 1170], 269),
    ] {
        let path = reference.join(format!("bgm909/POP909_4_bin_pnt_8bar/{song}.npz"));
        let mut file = Npz::open_file(&path).unwrap();
        let tracks = file.objects("notes").unwrap();
        let tables = file.objects("start_table").unwrap();
        assert_eq!((tracks.len(), tables.len()), (3, 3));
        for ((track, table), notes) in tracks.iter().zip(&tables).zip(notes_a_track) {
            let (Object::Array(track), Object::Table(table)) = (track, table) else {
                panic!("{song}: {track:?}, {table:?}");
            };
            assert_eq!(track.shape(), [notes, 5]);
            // Maps each bar line to the row of the first note at or after it. Short bars occur, so check only for beats.
            assert!(table.keys().all(|step| step % 4 == 0));
            assert!(table.values().is_sorted());
            assert!(table.values().all(|&row| row <= notes as i64));
        }
        let downbeats = file.array("db_pos").unwrap();
        let filter = file.array("db_pos_filter").unwrap();
        assert_eq!(downbeats.shape(), filter.shape());
        assert_eq!(file.array("chord").unwrap().shape(), [beats, 14]);
    }
}
