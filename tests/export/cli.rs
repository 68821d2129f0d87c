//! `bgm export` on drafts of both kinds; that with a video needs `ffmpeg`.

use std::fs;
use std::path::Path;
use std::process::Command;

use diff_bgm::conditioning::steering::Steering;
use diff_bgm::export::Arrangement;
use diff_bgm::generator::{Asked, Draft};
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::part::Part;
use diff_bgm::time::Beats;

use crate::ffmpeg::{film_folder, make_film};
use crate::film::film;

/// Writes the draft of a film whose picture starts on beat 3.
fn write_draft(path: &Path) {
    let mut draft = Draft {
        score: film().score,
        ..Draft::default()
    };
    draft.recipe.settings.clip_start = Beats(3.0);
    draft.recipe.asked = Some(Asked {
        steering: Steering::default(),
        energy: vec![0.5; 129],
        picture_end: Beats(129.0),
    });
    draft.write_midi(path).unwrap();
}

/// Runs `bgm export` in `folder` and returns whether it succeeded, and what it printed.
fn export(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(folder)
        .arg("export")
        .args(arguments)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[test]
fn a_draft_is_written_in_the_format_that_the_name_ends_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_draft(&path("draft.mid"));
    for (name, start, label) in [
        (
            "out.mid",
            "MThd",
            "MIDI file with 3 parts, 216 notes and 14 markers",
        ),
        ("out.dawproject", "PK\x03\x04", "DAWproject with 3 parts"),
        ("OUT.RPP", "<REAPER_PROJECT", "REAPER project with 3 parts"),
    ] {
        let (ok, printed) = export(folder.path(), &["draft.mid", "-o", name]);
        assert!(ok && printed.contains(label), "{name}: {printed}");
        let bytes = fs::read(path(name)).unwrap();
        assert!(bytes.starts_with(start.as_bytes()), "{name}");
    }
    // A MIDI file of the whole draft is the draft again, so it can still be worked on.
    let files = ["draft.mid", "out.mid"].map(|name| MidiFile::open(path(name)).unwrap());
    assert_eq!(files[0].tracks, files[1].tracks);
    for (drafted, exported) in files[0].markers.iter().zip(&files[1].markers) {
        assert_eq!(drafted.text, exported.text);
        assert!((drafted.at.0 - exported.at.0).abs() < 1.0 / 480.0);
    }
    let recipe = |file| Draft::of_midi(file).unwrap().recipe;
    assert_eq!(recipe(&files[0]), recipe(&files[1]));
}

#[test]
fn one_part_is_written_with_the_tempo_map_and_chords_as_markers() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_draft(&path("draft.mid"));
    let arguments = [
        "draft.mid",
        "-o",
        "bass.mid",
        "--part",
        "bass",
        "--chord-markers",
    ];
    let (ok, printed) = export(folder.path(), &arguments);
    assert!(
        ok && printed.contains("1 part, 43 notes and 47 markers"),
        "{printed}"
    );
    let file = MidiFile::open(path("bass.mid")).unwrap();
    let names: Vec<&str> = file.tracks.iter().map(|track| &*track.name).collect();
    assert_eq!(names, ["", "Bass"]);
    assert_eq!(file.tempo_changes.len(), 13);
    assert!(Draft::of_midi(&file).is_err());
    let read = Arrangement::of_midi(&file).unwrap();
    assert!(
        read.score
            .notes()
            .iter()
            .all(|note| note.part == Part::Bass)
    );
    assert_eq!(read.score.cuts().len(), film().score.cuts().len());
}

#[test]
fn a_draft_in_one_stream_is_exported_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = Draft::default();
    draft.recipe.model = "cues".to_owned();
    draft.write_midi(folder.path().join("draft.mid")).unwrap();
    let (ok, printed) = export(folder.path(), &["draft.mid", "-o", "out.rpp"]);
    assert!(
        ok && printed.contains("1 part, 0 notes and 0 markers"),
        "{printed}"
    );
    let text = fs::read_to_string(folder.path().join("out.rpp")).unwrap();
    assert!(text.contains("NAME \"Diff-BGM\""), "{text}");
}

#[test]
fn the_video_lies_where_the_draft_has_it() {
    let Some(folder) = film_folder() else { return };
    let source = "testsrc=size=64x64:rate=25:duration=2";
    let film = folder.path().join("film.mp4");
    make_film(&film, ["-f", "lavfi", "-i", source, "-c:v", "mpeg4"]);
    write_draft(&folder.path().join("draft.mid"));
    let project = |arguments: &[&str]| {
        let arguments = [
            &["draft.mid", "-o", "out.rpp", "--video", "film.mp4"],
            arguments,
        ]
        .concat();
        let (ok, printed) = export(folder.path(), &arguments);
        assert!(ok, "{printed}");
        fs::read_to_string(folder.path().join("out.rpp")).unwrap()
    };
    let as_drafted = project(&[]);
    for line in ["POSITION 3\n", "LENGTH 2\n", "FILE \"film.mp4\"\n"] {
        assert!(as_drafted.contains(line), "{as_drafted}");
    }
    let earlier = project(&["--start", "-0.5"]);
    for line in ["LENGTH 1.5\n", "SOFFS 0.5\n"] {
        assert!(earlier.contains(line), "{earlier}");
    }
}
