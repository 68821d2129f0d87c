//! Projects read back with another XML parser; `tests/export` checks them against the published schemas.

use std::io::Cursor;
use std::path::Path;

use roxmltree::{Document, Node};

use super::*;
use crate::export::testing::arrangement;
use crate::export::video::Video;
use crate::formats::zip_file::ZipFile;
use crate::music::outputs::Output;
use crate::time::Seconds;

fn member(choices: &ExportChoices, name: &str) -> String {
    let bytes = encode(&arrangement(), choices, Path::new("Scene 4.dawproject")).unwrap();
    let mut archive = ZipFile::open(Cursor::new(bytes)).unwrap();
    String::from_utf8(archive.read(name, 1 << 20).unwrap()).unwrap()
}

/// Returns the attributes named `keys` of every element called `name`.
fn rows<'a>(node: Node<'a, '_>, name: &str, keys: &[&str]) -> Vec<String> {
    let elements = node.descendants().filter(|node| node.has_tag_name(name));
    let row = |node: Node<'a, '_>| {
        let values = keys.iter().map(|key| node.attribute(*key).unwrap_or("-"));
        values.collect::<Vec<_>>().join(" ")
    };
    elements.map(row).collect()
}

/// Returns the lanes of a track.
fn lanes<'a, 'i>(document: &'a Document<'i>, track: &str) -> Node<'a, 'i> {
    let mut nodes = document.descendants();
    let found = nodes.find(|node| node.attribute("track") == Some(track));
    found.unwrap()
}

#[test]
fn every_part_is_a_coloured_track_with_its_notes_in_a_clip() {
    let xml = member(&ExportChoices::default(), "project.xml");
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    let tracks = rows(root, "Track", &["id", "name", "contentType", "color"]);
    let expected = [
        "lead Lead notes #c58bff",
        "chords Chords notes #7fb4ff",
        "bass Bass notes #4fc3b0",
        "master Master audio notes -",
    ];
    assert_eq!(tracks, expected);
    let lead = lanes(&document, "lead");
    assert_eq!(rows(lead, "Clip", &["time", "duration"]), ["0 8"]);
    let notes = rows(lead, "Note", &["time", "duration", "channel", "key"]);
    assert_eq!(notes, ["0.25 0.75 0 72", "1 1 0 72"]);
    let velocities = rows(lead, "Note", &["vel"]);
    let velocities: Vec<f64> = (velocities.iter())
        .map(|text| text.parse::<f64>().unwrap() * 127.0)
        .collect();
    assert_eq!(velocities, [101.0, 99.0]);
    assert_eq!(
        rows(lanes(&document, "bass"), "Note", &["channel"]),
        ["2", "2"]
    );
}

#[test]
fn tempo_metre_and_markers_are_where_the_score_has_them() {
    let choices = ExportChoices {
        chord_markers: true,
        ..ExportChoices::default()
    };
    let xml = member(&choices, "project.xml");
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    let automation = |name: &str| {
        root.descendants()
            .find(|node| node.has_tag_name(name))
            .unwrap()
    };
    let tempo = automation("TempoAutomation");
    let points = rows(tempo, "RealPoint", &["time", "value", "interpolation"]);
    assert_eq!(points, ["0 60 hold", "4 120 hold"]);
    assert_eq!(
        rows(tempo, "Target", &["parameter"]),
        rows(root, "Tempo", &["id"])
    );
    let metre = automation("TimeSignatureAutomation");
    let keys = ["time", "numerator", "denominator"];
    assert_eq!(rows(metre, "TimeSignaturePoint", &keys), ["0 4 4"]);
    let markers = rows(root, "Marker", &["time", "name"]);
    let expected = [
        "0 A",
        "0 Am",
        "1.5 cut 1, hit",
        "2.25 hit 1",
        "4 B",
        "4 F",
        "6.75 cut 2",
    ];
    assert_eq!(markers, expected);
}

#[test]
fn the_pedal_is_automation_beside_the_clip() {
    let xml = member(&ExportChoices::default(), "project.xml");
    let document = Document::parse(&xml).unwrap();
    let bass = lanes(&document, "bass");
    let target = rows(bass, "Target", &["expression", "channel", "controller"]);
    assert_eq!(target, ["channelController 2 64"]);
    let pressed: Vec<String> = rows(bass, "RealPoint", &["value"]);
    assert_eq!(pressed[..2], ["1", "0"]);
    assert!(rows(lanes(&document, "lead"), "Points", &["id"]).is_empty());
}

#[test]
fn parts_leave_on_their_channels_and_in_their_octaves() {
    let mut arrangement = arrangement();
    arrangement.outputs.bass = Output {
        channel: 10,
        octaves: -1,
    };
    let project = Project {
        parts: vec![Part::Bass],
        arrangement: &arrangement,
        chord_markers: false,
        video: None,
    };
    let xml = project.xml();
    let document = Document::parse(&xml).unwrap();
    let notes = rows(document.root_element(), "Note", &["channel", "key"]);
    assert_eq!(notes, ["9 33", "9 29"]);
    let targets = rows(document.root_element(), "Target", &["channel"]);
    assert_eq!(targets[0], "9");
}

#[test]
fn the_video_starts_on_its_beat_and_what_lies_before_the_music_is_skipped() {
    let choices = ExportChoices {
        video: Some(Video {
            path: "film.mp4".into(),
            length: Seconds(10.0),
        }),
        ..ExportChoices::default()
    };
    let keys = [
        "time",
        "duration",
        "contentTimeUnit",
        "playStart",
        "playStop",
    ];
    let xml = member(&choices, "project.xml");
    let document = Document::parse(&xml).unwrap();
    let lanes_of_video = lanes(&document, "video");
    // From beat 1 at 60 BPM, 3 s to beat 4, then 7 s at 120 BPM.
    assert_eq!(rows(lanes_of_video, "Clip", &keys), ["1 17 seconds 0 10"]);
    let file = rows(lanes_of_video, "File", &["path", "external"]);
    assert_eq!(file, ["film.mp4 true"]);

    let early = Arrangement {
        picture_start: crate::time::Beats(-2.0),
        ..arrangement()
    };
    let path = Path::new("Scene 4.dawproject");
    let clip = VideoClip::new(choices.video.as_ref().unwrap(), &early, path).unwrap();
    let project = Project {
        arrangement: &early,
        parts: Vec::new(),
        chord_markers: false,
        video: Some(clip),
    };
    let xml = project.xml();
    let document = Document::parse(&xml).unwrap();
    let clips = rows(document.root_element(), "Clip", &keys);
    assert_eq!(clips, ["0 12 seconds 2 10"]);
}

#[test]
fn a_part_alone_has_the_only_track() {
    let choices = ExportChoices {
        part: Some(Part::Bass),
        ..ExportChoices::default()
    };
    let xml = member(&choices, "project.xml");
    let document = Document::parse(&xml).unwrap();
    let tracks = rows(document.root_element(), "Track", &["id"]);
    assert_eq!(tracks, ["bass", "master"]);
}

#[test]
fn ids_are_unique_and_references_are_to_them() {
    let xml = member(&ExportChoices::default(), "project.xml");
    let document = Document::parse(&xml).unwrap();
    let all = |key: &'static str| {
        document
            .descendants()
            .filter_map(move |node| node.attribute(key))
    };
    let mut ids: Vec<&str> = all("id").collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let references = ["track", "destination", "parameter"]
        .into_iter()
        .flat_map(all);
    for reference in references {
        assert!(ids.contains(&reference), "{reference}");
    }
}

#[test]
fn the_title_is_the_file_s_name_and_the_comment_says_how_it_was_made() {
    let xml = member(&ExportChoices::default(), "metadata.xml");
    let document = Document::parse(&xml).unwrap();
    let words = |name: &str| {
        let mut nodes = document.descendants();
        let node = nodes.find(|node| node.has_tag_name(name));
        node.and_then(|node| node.text()).unwrap().to_owned()
    };
    assert_eq!(words("Title"), "Scene 4");
    assert_eq!(words("Comment"), "made by \"hand\" & <ear>\nKey: Am");
}
