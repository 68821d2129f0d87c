//! Reading the picture, the markers and the tempo.

use std::path::Path;

use diff_bgm::time::Seconds;
use diff_bgm::timeline::HostMarker;
use plugin_hosts::reaper::{Marker, Source, Tempo as TempoMarker};

use super::*;

#[test]
fn the_videos_of_a_project_are_found_with_their_places_in_time_and_bars() {
    let reaper = reaper();
    reaper.project(|project| {
        let source = |kind: &str, file: &str| Source {
            kind: kind.to_owned(),
            file: file.to_owned(),
        };
        project.add_item(0, 0.0, 3.0, source("WAVE", "/films/voice.wav"));
        let second = project.add_item(0, 30.0, 20.0, source("VIDEO", "/films/b.mov"));
        second.values.insert("B_UISEL".to_owned(), 1.0);
        second.take.values.insert("D_STARTOFFS".to_owned(), 4.5);
        second.take.values.insert("D_PLAYRATE".to_owned(), 0.96);
        project.add_item(0, 3.25, 10.0, source("VIDEO", "/films/ä cut.mp4"));
        project.add_item(0, 50.0, 10.0, source("MIDI", ""));
    });
    let found = connect().unwrap().read().unwrap().pictures;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].path, Path::new("/films/ä cut.mp4"));
    assert_eq!(
        (found[0].at, found[0].length),
        (Seconds(3.25), Seconds(10.0))
    );
    assert_eq!(
        (found[0].at_beat, found[0].bar_start),
        (Beats(6.5), Beats(4.0))
    );
    assert_eq!((found[0].skipped, found[0].rate), (Seconds(0.0), 1.0));
    assert!(!found[0].is_selected && found[1].is_selected);
    assert_eq!((found[1].skipped, found[1].rate), (Seconds(4.5), 0.96));
    reaper.assert_no_fault();
}

#[test]
fn markers_are_those_of_the_user_without_regions_and_without_inserted_ones() {
    let reaper = reaper();
    insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    reaper.project(|project| {
        project.add_marker(7.5, "door", 0);
        project.add_marker(2.0, "", 0);
        project.markers.push(Marker {
            number: 77,
            name: "reel".to_owned(),
            at: 1.0,
            is_region: true,
            colour: 0,
        });
    });
    let markers = connect().unwrap().read().unwrap().markers;
    let marker = |at, name: &str| HostMarker {
        at: Seconds(at),
        name: name.to_owned(),
    };
    assert_eq!(markers, [marker(2.0, ""), marker(7.5, "door")]);
    reaper.assert_no_fault();
}

#[test]
fn the_tempo_map_is_read_with_its_steps_and_its_lines() {
    let reaper = reaper();
    reaper.project(|project| {
        let change = |at, bpm, is_linear| TempoMarker {
            at,
            bpm,
            metre: None,
            is_linear,
        };
        project.tempo = vec![
            change(0.0, 60.0, false),
            change(8.0, 90.0, true),
            change(12.0, 150.0, false),
        ];
    });
    let points = connect().unwrap().read().unwrap().tempo;
    let near = |at: f64| {
        let point = points.iter().min_by(|a, b| {
            let away = |beats: Beats| (beats.0 - at).abs();
            away(a.at).total_cmp(&away(b.at))
        });
        *point.unwrap()
    };
    let (first, step, end) = (near(0.0), near(8.0), near(16.0));
    assert_eq!((first.at, first.time), (Beats(0.0), Seconds(0.0)));
    assert!((first.tempo.bpm() - 60.0).abs() < 0.01, "{first:?}");
    assert!((step.time.0 - 8.0).abs() < 1e-6 && (step.tempo.bpm() - 90.0).abs() < 0.1);
    assert!((end.time.0 - 12.0).abs() < 1e-6 && (end.tempo.bpm() - 150.0).abs() < 0.1);
    let middle = near(12.0);
    assert!((100.0..140.0).contains(&middle.tempo.bpm()), "{middle:?}");
    // The last tempo goes on.
    let last = points.last().unwrap();
    assert!(last.at > Beats(10_000.0), "{last:?}");
    assert!((last.tempo.bpm() - 150.0).abs() < 1e-3, "{last:?}");
    assert!((first.tempo.bpm() - 60.0).abs() < 1e-6, "{first:?}");
    assert!(points.is_sorted_by(|a, b| a.at < b.at && a.time < b.time));
    reaper.assert_no_fault();
}
