use std::path::Path;

use super::*;
use crate::export::testing::arrangement;
use crate::export::video::Video;
use crate::music::outputs::Output;
use crate::music::part::Part;
use crate::time::{Beats, Seconds};

fn project(arrangement: &Arrangement, choices: &ExportChoices) -> String {
    encode(arrangement, choices, Path::new("Scene 4.rpp")).unwrap()
}

/// Returns the lines that begin with a word, without indentation.
fn lines<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let lines = text.lines().map(str::trim_start);
    lines
        .filter(|line| line.split(' ').next() == Some(word))
        .collect()
}

/// Returns the block of the track called `name`.
fn track<'a>(text: &'a str, name: &str) -> &'a str {
    let mut tracks = text.split("  <TRACK\n").skip(1);
    let found = tracks.find(|track| track.contains(&format!("NAME \"{name}\"\n")));
    found.unwrap()
}

#[test]
fn blocks_are_closed() {
    let text = project(&arrangement(), &ExportChoices::default());
    assert!(text.starts_with("<REAPER_PROJECT 0.1 \"7.0\" 0\n"));
    let mut depth = 0;
    for line in text.lines().map(str::trim_start) {
        depth += i32::from(line.starts_with('<')) - i32::from(line == ">");
        assert!(depth > 0 || line == ">", "{line}");
    }
    assert_eq!(depth, 0);
}

#[test]
fn tempo_changes_are_an_envelope_whose_first_point_sets_the_metre() {
    let text = project(&arrangement(), &ExportChoices::default());
    assert_eq!(lines(&text, "TEMPO"), ["TEMPO 60 4 4"]);
    assert_eq!(lines(&text, "PT"), ["PT 0 60 1 262148 0 1", "PT 4 120 1"]);
    let steady = project(&Arrangement::default(), &ExportChoices::default());
    assert_eq!(lines(&steady, "TEMPO"), ["TEMPO 120 4 4"]);
    assert_eq!(lines(&steady, "PT"), [""; 0]);
}

#[test]
fn markers_are_at_the_seconds_of_the_picture() {
    let choices = ExportChoices {
        chord_markers: true,
        ..ExportChoices::default()
    };
    let text = project(&arrangement(), &choices);
    let markers: Vec<&str> = (lines(&text, "MARKER").into_iter())
        .map(|line| line.split_once(" 0 2").unwrap().0)
        .collect();
    let expected = [
        r#"MARKER 1 0 "A""#,
        r#"MARKER 2 0 "Am""#,
        r#"MARKER 3 1.5 "cut 1, hit""#,
        r#"MARKER 4 2.25 "hit 1""#,
        r#"MARKER 5 4 "B""#,
        r#"MARKER 6 4 "F""#,
        r#"MARKER 7 5.375 "cut 2""#,
    ];
    assert_eq!(markers, expected);
}

#[test]
fn every_part_is_a_coloured_track_with_an_item_of_its_notes() {
    let text = project(&arrangement(), &ExportChoices::default());
    let names = lines(&text, "NAME");
    let expected = ["Lead", "Lead", "Chords", "Chords", "Bass", "Bass"];
    assert_eq!(names, expected.map(|name| format!("NAME \"{name}\"")));
    let lead = track(&text, "Lead");
    assert_eq!(lines(lead, "PEAKCOL"), [format!("PEAKCOL {} R", 0x1ff8bc5)]);
    assert_eq!(lines(lead, "ISBUS"), ["ISBUS 0 0"]);
    assert_eq!(lines(lead, "POSITION"), ["POSITION 0"]);
    // Four beats at 60 BPM and four at 120.
    assert_eq!(lines(lead, "LENGTH"), ["LENGTH 6"]);
    assert_eq!(lines(lead, "HASDATA"), ["HASDATA 1 960 QN"]);
    let events = [
        "E 240 90 48 65",
        "E 720 80 48 40",
        "E 0 90 48 63",
        "E 960 80 48 40",
        "E 5760 b0 7b 00",
    ];
    assert_eq!(lines(lead, "E"), events);
    let bass = lines(track(&text, "Bass"), "E");
    assert_eq!(bass[..2], ["E 0 92 2d 46", "E 60 b2 40 7f"]);
}

#[test]
fn parts_leave_on_their_channels_and_in_their_octaves() {
    let mut arrangement = arrangement();
    arrangement.outputs.bass = Output {
        channel: 10,
        octaves: -1,
    };
    let text = project(&arrangement, &ExportChoices::default());
    let bass = lines(track(&text, "Bass"), "E");
    assert_eq!(bass[..2], ["E 0 99 21 46", "E 60 b9 40 7f"]);
}

#[test]
fn a_part_alone_has_the_only_track() {
    let choices = ExportChoices {
        part: Some(Part::Chords),
        ..ExportChoices::default()
    };
    let text = project(&arrangement(), &choices);
    assert_eq!(lines(&text, "<TRACK").len(), 1);
    assert!(track(&text, "Chords").contains("E 0 91 3c 40"));
}

#[test]
fn the_video_is_an_item_in_seconds_on_the_first_track() {
    let choices = ExportChoices {
        video: Some(Video {
            path: "film \"1\".mp4".into(),
            length: Seconds(10.0),
        }),
        ..ExportChoices::default()
    };
    let text = project(&arrangement(), &choices);
    assert!(text.find("NAME \"Video\"") < text.find("NAME \"Lead\""));
    let video = track(&text, "Video");
    let place = |text: &str| {
        let of = |word| lines(text, word).concat();
        [of("POSITION"), of("LENGTH"), of("SOFFS")].join(", ")
    };
    assert_eq!(place(video), "POSITION 1, LENGTH 10, SOFFS 0");
    assert_eq!(lines(video, "BEAT"), ["BEAT 0", "BEAT 0"]);
    assert_eq!(lines(video, "FILE"), ["FILE 'film \"1\".mp4'"]);

    let early = Arrangement {
        picture_start: Beats(-2.5),
        ..arrangement()
    };
    let text = project(&early, &choices);
    assert_eq!(
        place(track(&text, "Video")),
        "POSITION 0, LENGTH 7.5, SOFFS 2.5"
    );
}
