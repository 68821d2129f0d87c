//! Exported files, opened by readers that others wrote: mido, pretty_midi, lxml with the published schemas, and rpp. They run
//! in the Python that `DIFF_BGM_READERS` names; without it, these tests are left out.

use std::env;
use std::path::Path;
use std::process::Command;

use diff_bgm::export::{Arrangement, ExportChoices, ExportFormat, Video, write};
use diff_bgm::music::part::Part;
use diff_bgm::music::tempo_map::TempoMap;
use diff_bgm::time::{Beats, Seconds};
use serde_json::Value;

use crate::film::{CUTS, HITS, film};

/// What a time in ticks can be off, in beats.
const HALF_TICK: f64 = 0.5 / 960.0 + 1e-9;
/// What a place may be off, in seconds.
const MILLISECOND: f64 = 1e-3;

/// Exports `film` in all formats and returns what the readers find, or `None` if there are none.
fn read(film: &Arrangement, chord_markers: bool, video: Option<Video>) -> Option<Value> {
    let Some(python) = env::var_os("DIFF_BGM_READERS") else {
        println!(
            "skipped: DIFF_BGM_READERS does not name a Python with mido, pretty_midi, lxml and rpp"
        );
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(python);
    command.arg(root.join("tests/export/readers.py"));
    for format in ExportFormat::ALL {
        let path = folder
            .path()
            .join("film")
            .with_extension(format.extension());
        let video = video.clone().filter(|_| format.expect_video().is_ok());
        let choices = ExportChoices {
            part: None,
            chord_markers,
            video,
        };
        write(film, format, &choices, &path).unwrap();
        command.arg(path);
    }
    let output = command
        .arg(root.join("tests/fixtures/dawproject"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Returns lists of two, a number and something else.
fn pairs(value: &Value) -> Vec<(f64, &Value)> {
    let pairs = value.as_array().unwrap().iter();
    pairs.map(|pair| (number(&pair[0]), &pair[1])).collect()
}

/// Compares the tracks of notes, in `unit`, with the parts of the film.
fn assert_tracks(tracks: &Value, film: &Arrangement, tolerance: f64, unit: impl Fn(Beats) -> f64) {
    let tracks = tracks.as_array().unwrap().iter();
    let tracks: Vec<&Value> = tracks
        .filter(|track| track["name"] != "Master" && track["name"] != "Video")
        .collect();
    let parts = [Part::Lead, Part::Chords, Part::Bass];
    let names: Vec<&str> = tracks
        .iter()
        .map(|track| track["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, parts.map(Part::label));
    for (track, part) in tracks.into_iter().zip(parts) {
        if let Some(channels) = track["channels"].as_array() {
            assert_eq!(channels, &[Value::from(part.channel())]);
        }
        let found = track["notes"].as_array().unwrap();
        let notes = film.score.notes().iter().filter(|note| note.part == part);
        assert_eq!(found.len(), notes.clone().count());
        for (found, note) in found.iter().zip(notes) {
            let (start, end) = (number(&found[0]), number(&found[1]));
            assert!(
                (start - unit(note.start)).abs() <= tolerance,
                "{found} {note:?}"
            );
            assert!(
                (end - unit(note.end())).abs() <= tolerance,
                "{found} {note:?}"
            );
            assert_eq!(
                (&found[2], &found[3]),
                (&note.pitch.into(), &note.velocity.into())
            );
        }
    }
}

/// Compares markers, whose places `seconds` turns into seconds, with the cuts and hits of the film.
fn assert_markers(markers: &Value, film: &Arrangement, seconds: impl Fn(f64) -> f64) {
    let markers = pairs(markers);
    let expected = film.markers(true);
    let names: Vec<&str> = markers
        .iter()
        .map(|(_, name)| name.as_str().unwrap())
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let mut expected: Vec<&str> = expected.iter().map(|marker| &*marker.name).collect();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    let place = |wanted: &str| {
        let at = names.iter().position(|name| *name == wanted).unwrap();
        seconds(markers[at].0)
    };
    for (index, cut) in CUTS.iter().enumerate() {
        let on_hit = if HITS.contains(cut) { ", hit" } else { "" };
        let at = place(&format!("cut {}{on_hit}", index + 1));
        assert!((at - cut).abs() < MILLISECOND, "cut at {at}, not {cut}");
    }
    assert!((place("hit 1") - HITS[1]).abs() < MILLISECOND);
}

/// Returns the seconds of a beat by a list of beats and tempi.
fn seconds_by(tempi: &[(f64, f64)], beat: f64) -> f64 {
    let ends = tempi
        .iter()
        .skip(1)
        .map(|(at, _)| *at)
        .chain([f64::INFINITY]);
    let spans = tempi.iter().zip(ends);
    spans
        .map(|((from, bpm), to)| (beat.min(to) - from).max(0.0) * 60.0 / bpm)
        .sum()
}

fn assert_tempi(tempi: &[(f64, f64)], map: &TempoMap) {
    assert_eq!(tempi.len(), map.changes().len());
    for ((at, bpm), change) in tempi.iter().zip(map.changes()) {
        assert!((at - change.at.0).abs() < 1e-9, "{at}");
        assert!((bpm - change.tempo.bpm()).abs() < 0.001, "{bpm}");
    }
}

#[test]
fn midi_files_have_the_notes_tempi_markers_key_and_names() {
    let film = film();
    let Some(found) = read(&film, true, None) else {
        return;
    };
    let midi = &found["midi"];
    assert_eq!(midi["type"], 1);
    assert_eq!(midi["metre"], serde_json::json!([3, 4]));
    assert_eq!(midi["key"], "Fm");
    assert_tracks(&midi["tracks"], &film, HALF_TICK, |at| at.0);
    let map = film.score.tempo_map();
    assert_tracks(&found["midi_in_seconds"], &film, MILLISECOND, |at| {
        map.seconds_at(at).0
    });
    let tempi: Vec<(f64, f64)> = (pairs(&midi["tempi"]).into_iter())
        .map(|(at, bpm)| (at, number(bpm)))
        .collect();
    assert_tempi(&tempi, map);
    assert_markers(&midi["markers"], &film, |beat| seconds_by(&tempi, beat));
    let texts = pairs(&midi["texts"]);
    let chords = film.score.chords().iter();
    assert_eq!(texts.len(), 1 + chords.len());
    for ((at, text), chord) in texts[1..].iter().zip(chords) {
        assert_eq!(
            (*at, text.as_str().unwrap()),
            (chord.start.0, &*chord.symbol)
        );
    }
}

#[test]
fn dawprojects_keep_to_the_schemas_and_have_the_notes_tempi_markers_and_names() {
    let film = film();
    let video = Video {
        path: "film.mp4".into(),
        length: Seconds(60.0),
    };
    let Some(found) = read(&film, true, Some(video)) else {
        return;
    };
    let project = &found["dawproject"];
    assert_eq!(
        project["members"],
        serde_json::json!(["metadata.xml", "project.xml"])
    );
    assert_eq!(project["metre"], serde_json::json!([3, 4]));
    assert_tracks(&project["tracks"], &film, 1e-9, |at| at.0);
    let tempi: Vec<(f64, f64)> = (pairs(&project["tempi"]).into_iter())
        .map(|(at, bpm)| (at, number(bpm)))
        .collect();
    assert_tempi(&tempi, film.score.tempo_map());
    assert_markers(&project["markers"], &film, |beat| seconds_by(&tempi, beat));
    let video = &project["video"];
    assert_eq!(number(&video[0]), 0.0);
    assert!(video[1].as_str().unwrap().ends_with("film.mp4"), "{video}");
}

#[test]
fn a_silent_bar_without_markers_is_read_in_every_format() {
    let Some(found) = read(&Arrangement::default(), false, None) else {
        return;
    };
    let master = found["dawproject"]["tracks"][1]["name"].as_str();
    assert_eq!(master, Some("Master"));
    for format in ["midi", "dawproject", "reaper"] {
        let found = &found[format];
        assert_eq!(found["tracks"][0]["name"], "Diff-BGM", "{format}");
        assert_eq!(
            found["tracks"][0]["notes"],
            serde_json::json!([]),
            "{format}"
        );
        assert_eq!(found["markers"], serde_json::json!([]), "{format}");
    }
}

#[test]
fn reaper_projects_have_the_notes_tempi_markers_and_names() {
    let film = Arrangement {
        picture_start: Beats(3.0),
        ..film()
    };
    let video = Video {
        path: "film.mp4".into(),
        length: Seconds(60.0),
    };
    let Some(found) = read(&film, true, Some(video)) else {
        return;
    };
    let project = &found["reaper"];
    assert_eq!(project["tempo"], serde_json::json!([60.0, 3.0, 4.0]));
    assert_tracks(&project["tracks"], &film, HALF_TICK, |at| at.0);
    let map = film.score.tempo_map();
    let tempi: Vec<(f64, f64)> = (pairs(&project["tempi"]).into_iter())
        .map(|(seconds, bpm)| (map.beat_at(Seconds(seconds)).0, number(bpm)))
        .collect();
    assert_tempi(&tempi, map);
    assert_markers(&project["markers"], &film, |seconds| seconds);
    for track in project["tracks"].as_array().unwrap() {
        assert!((number(&track["end"]) - film.end().0).abs() < 1e-3);
        let length = map.seconds_at(film.end()).0;
        assert!((number(&track["length"]) - length).abs() < 1e-9);
    }
    assert_eq!(number(&project["video"][0]), 3.0);
    assert_eq!(number(&project["video"][1]), 60.0);
}
