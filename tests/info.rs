//! `bgm features` and `bgm info` on valid files; that of videos needs `ffmpeg`.

#[path = "films/ffmpeg.rs"]
mod ffmpeg;

use std::fs;
use std::path::Path;
use std::process::Command;

use diff_bgm::features::ClipFeatures;
use diff_bgm::time::Seconds;
use ffmpeg::{film_folder, make_film};
use serde_json::Value;

/// Runs `bgm` and returns its standard output.
fn bgm(arguments: &[&Path]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns a `.npy` file of `rows` rows of ones.
fn npy(rows: usize, width: usize) -> Vec<u8> {
    let header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {width}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(1f32.to_le_bytes().repeat(rows * width));
    bytes
}

/// Returns a MIDI file of two notes, a marker with an escape character and a text.
fn two_notes() -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\0".to_vec();
    bytes.extend(b"\0\xff\x06\x05a\x1bcut\0\x90\x3c\x50\x60\x80\x3c\0\0\x90\x3e\x50");
    bytes.extend(b"\x60\x80\x3e\0\0\xff\x01\x01F\0\xff\x2f\0");
    let length = (bytes.len() - 22) as u32;
    bytes[18..22].copy_from_slice(&length.to_be_bytes());
    bytes
}

#[test]
fn loose_files_are_gathered_into_a_clip_file_that_info_describes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("visual.npy"), npy(25, 512)).unwrap();
    fs::write(path("caption.npy"), npy(5, 768)).unwrap();
    fs::write(path("scenes.txt"), "0 71\n72 119\n120 299\n").unwrap();
    let clip = path("clip.safetensors");
    let printed = bgm(&[
        "features".as_ref(),
        "--visual".as_ref(),
        &path("visual.npy"),
        "--caption".as_ref(),
        &path("caption.npy"),
        "--scenes".as_ref(),
        &path("scenes.txt"),
        "--fps".as_ref(),
        "24".as_ref(),
        "-o".as_ref(),
        &clip,
    ]);
    assert!(
        printed.contains("12.50 s") && printed.contains("2 cuts"),
        "{printed}"
    );

    let features = ClipFeatures::read(&clip).unwrap();
    assert_eq!(features.duration, Seconds(12.5));
    assert_eq!(features.shots, [Seconds(3.0), Seconds(5.0)]);
    assert_eq!(features.visual.unwrap().rate_hz, 2.0);

    let printed = bgm(&["info".as_ref(), &clip]);
    for line in [
        "clip of 12.500 s",
        "visual: 25 rows of 512, 2.000 per second",
        "caption: 5 rows of 768, 0.400 per second",
        "2 cuts: 3.000 s, 5.000 s",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line}: {printed}"
        );
    }
}

#[test]
fn the_built_in_model_and_a_midi_file_are_described() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let printed = bgm(&["info".as_ref(), &root.join("models/default.safetensors")]);
    assert!(
        printed.starts_with("model of the parts family\n"),
        "{printed}"
    );
    assert!(
        printed.lines().any(|line| line == "n_steps: 1000"),
        "{printed}"
    );

    let folder = tempfile::tempdir().unwrap();
    let midi = folder.path().join("two-notes.mid");
    fs::write(&midi, two_notes()).unwrap();
    let printed = bgm(&["info".as_ref(), &midi]);
    assert!(
        printed.starts_with("MIDI file of 2.00 beats, 1.000 s\n"),
        "{printed}"
    );
    assert!(printed.contains("track 1 \"\": 2 notes"), "{printed}");
    assert!(printed.contains("\n1 marker: "), "{printed}");
    assert!(
        printed.contains("\ntext at beat 2.00 (bar 1): F\n"),
        "{printed}"
    );
    assert!(!printed.contains('\x1b'), "{printed}");
}

/// Returns what `bgm info --json` prints about a file.
fn json(path: &Path) -> Value {
    serde_json::from_str(&bgm(&["info".as_ref(), "--json".as_ref(), path])).unwrap()
}

#[test]
fn a_video_and_its_clip_file_are_described_as_json() {
    let Some(folder) = film_folder() else { return };
    let (video, clip) = (
        folder.path().join("a.mp4"),
        folder.path().join("a.safetensors"),
    );
    let graph = "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i testsrc=s=160x90:r=25:d=1 \
                 -filter_complex concat";
    make_film(&video, graph.split_whitespace());
    bgm(&["features".as_ref(), &video, "-o".as_ref(), &clip]);
    for (path, kind) in [(video, "video"), (clip, "clip")] {
        let found = json(&path);
        assert_eq!(
            found,
            serde_json::json!({
                "kind": kind,
                "duration_seconds": 3.0,
                "frame_rate_hz": 25.0,
                "cuts_seconds": [2.0],
                "transitions": [],
                "measures": {
                    "names": ["motion", "complexity", "luma", "warmth"],
                    "rate_hz": 8.0,
                    "rows": 24,
                    "width": 4,
                },
                "visual": null,
                "caption": null,
                "warnings": [],
            })
        );
    }
}

#[test]
fn a_midi_file_and_a_model_are_described_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let midi = folder.path().join("a.mid");
    fs::write(&midi, two_notes()).unwrap();
    assert_eq!(
        json(&midi),
        serde_json::json!({
            "kind": "midi",
            "length_beats": 2.0,
            "duration_seconds": 1.0,
            "tracks": [{"name": "", "notes": 2}],
            "tempo_changes": [],
            "time_signatures": [],
            "markers": [{"beat": 0.0, "bar": 1, "seconds": 0.0, "text": "a\u{1b}cut"}],
            "texts": [{"beat": 2.0, "bar": 1, "seconds": 1.0, "text": "F"}],
            "warnings": [],
        })
    );
    let model = json(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.safetensors"));
    assert_eq!(
        (&model["kind"], &model["family"]),
        (&"model".into(), &"parts".into())
    );
    assert_eq!(model["config"]["n_steps"], 1000);
    assert!(model["parameters"].as_u64().unwrap() > 1_000_000);
}

#[test]
fn a_midi_file_inside_a_riff_file_is_described_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.rmi");
    let inside = two_notes();
    let mut riff = b"RIFF\0\0\0\0RMIDdata".to_vec();
    riff.extend((inside.len() as u32).to_le_bytes());
    riff.extend(inside);
    fs::write(&path, riff).unwrap();
    let info = json(&path);
    assert_eq!(info["tracks"][0]["notes"], 2);
    let warning = info["warnings"][0].as_str().unwrap();
    assert!(warning.contains("RMID"), "{warning}");
}

#[test]
fn what_nobody_reads_of_the_output_is_no_error() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.safetensors");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .arg("info")
        .arg(model)
        .stdout(writer)
        .output()
        .unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
