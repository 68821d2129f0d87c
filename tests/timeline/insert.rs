//! Inserting, and inserting again.

use diff_bgm::music::metre::Metre;
use diff_bgm::music::score::RawScore;
use plugin_hosts::reaper::{Model, Source, Tempo as TempoMarker, Track};

use super::*;

/// The notes of a track's items, in beats of the project: start, end, channel and pitch.
fn notes(project: &Model, track: &Track) -> Vec<(f64, f64, i32, i32)> {
    let items = track.items.iter();
    let notes = items.flat_map(|item| {
        let start = project.beat_at(item.values["D_POSITION"]);
        let beat = move |tick: f64| ((start + tick / TICKS) * 1e6).round() / 1e6;
        let notes = item.take.notes.iter();
        notes.map(move |note| (beat(note.start), beat(note.end), note.channel, note.pitch))
    });
    notes.collect()
}

fn marker_names(project: &Model) -> Vec<(f64, String)> {
    let place = |at: f64| (project.beat_at(at) * 1e6).round() / 1e6;
    let markers = project.markers.iter();
    let named = markers.map(|marker| (place(marker.at), marker.name.clone()));
    named.collect()
}

#[test]
fn each_part_is_an_item_on_a_named_track_with_its_notes_on_the_projects_beats() {
    let reaper = reaper();
    let inserted = insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    assert_eq!(
        (inserted.items, inserted.markers, inserted.replaced),
        (3, 4, 0)
    );
    reaper.project(|project| {
        let names: Vec<&str> = (project.tracks.iter())
            .map(|track| &*track.texts["P_NAME"])
            .collect();
        assert_eq!(names, ["Diff-BGM plugin", "Lead", "Chords", "Bass"]);
        let of = |name: &str| notes(project, project.track(name).unwrap());
        assert_eq!(of("Lead"), [(8.5, 9.0, 0, 72), (13.25, 16.0, 0, 74)]);
        assert_eq!(of("Chords"), [(8.0, 12.0, 1, 57), (12.0, 16.0, 1, 60)]);
        assert_eq!(of("Bass"), [(8.0, 12.0, 2, 40)]);
        let lead = &project.track("Lead").unwrap().items[0];
        assert_eq!(lead.take.notes[0].velocity, 88);
        assert_eq!(lead.take.texts["P_NAME"], "Lead");
        assert_eq!(lead.values["C_BEATATTACHMODE"], 1.0);
        let chords: Vec<&str> = (lead.take.events.iter())
            .map(|event| &*event.text)
            .collect();
        assert_eq!(chords, ["Am", "F"]);
        let expected = [
            (8.0, "A"),
            (9.5, "cut 1, hit"),
            (12.0, "B"),
            (14.75, "cut 2"),
        ];
        let expected = expected.map(|(at, name)| (at, name.to_owned()));
        let found = marker_names(project);
        assert_eq!(found, expected);
        // The project's own tempo stays.
        assert_eq!(project.tempo, []);
        assert_eq!(project.steps.len(), 1, "one undo step");
        assert!(project.drawn > 0);
    });
    reaper.assert_no_fault();
}

#[test]
fn inserting_again_replaces_what_was_inserted_and_nothing_of_the_users() {
    let reaper = reaper();
    insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    reaper.project(|project| {
        project.add_marker(2.0, "mine", 0);
        // The user works on: an item of their own on an inserted track, a copy of an inserted item, a renamed marker.
        let midi = || Source {
            kind: "MIDI".to_owned(),
            file: String::new(),
        };
        project.add_item(1, 20.0, 1.0, midi());
        let inserted = project.tracks[1].items[0].take.texts.clone();
        let copy = project.add_item(1, 30.0, 1.0, midi());
        let text = inserted["P_EXT:diffbgm"].clone();
        copy.take.texts.insert("P_EXT:diffbgm".to_owned(), text);
        let renamed = project.markers.iter_mut().find(|marker| marker.name == "B");
        renamed.unwrap().name = "door".to_owned();
        project.tracks[2]
            .texts
            .insert("P_NAME".to_owned(), "Strings".to_owned());
    });
    // The next draft has no bass, and another tune.
    let again = arrangement();
    let mut raw = RawScore::from(again.score.clone());
    raw.notes = vec![
        note(Part::Chords, 0.0, 4.0, 57),
        note(Part::Lead, 1.0, 1.0, 76),
    ];
    let again = Arrangement {
        score: Score::new(raw).unwrap(),
        ..again
    };
    let inserted = insert(&again, 1, InsertChoices::default()).unwrap();
    assert_eq!((inserted.items, inserted.replaced), (2, 3));
    reaper.project(|project| {
        let names: Vec<&str> = (project.tracks.iter())
            .map(|track| &*track.texts["P_NAME"])
            .collect();
        assert_eq!(names, ["Diff-BGM plugin", "Lead", "Strings", "Bass"]);
        let places: Vec<f64> = (project.tracks[1].items.iter())
            .map(|item| item.values["D_POSITION"])
            .collect();
        assert_eq!(places, [20.0, 30.0, 4.0]);
        assert_eq!(notes(project, &project.tracks[1]), [(9.0, 10.0, 0, 76)]);
        assert!(project.tracks[3].items.is_empty());
        let found = marker_names(project);
        let count = |name: &str| found.iter().filter(|marker| marker.1 == name).count();
        assert_eq!(["mine", "door", "A", "B", "cut 1, hit"].map(count), [1; 5]);
    });
    reaper.assert_no_fault();
}

#[test]
fn two_instances_replace_only_their_own_and_so_does_a_copy_of_the_plugins_track() {
    let reaper = reaper();
    let choices = InsertChoices::default();
    insert(&arrangement(), 1, choices).unwrap();
    assert_eq!(insert(&arrangement(), 2, choices).unwrap().replaced, 0);
    reaper.project(|project| {
        assert_eq!(project.tracks.len(), 7);
        project.add_track("copy of the plugin's track");
        project.plugin_is_on = Some(7);
    });
    assert_eq!(insert(&arrangement(), 1, choices).unwrap().replaced, 0);
    reaper.project(|project| project.plugin_is_on = Some(0));
    assert_eq!(insert(&arrangement(), 1, choices).unwrap().replaced, 3);
    reaper.project(|project| {
        assert_eq!(project.tracks.len(), 11);
        assert_eq!(project.markers.len(), 12);
    });
    reaper.assert_no_fault();
}

#[test]
fn with_the_tempo_map_the_project_has_the_drafts_tempo_for_as_long_as_it_lasts() {
    let reaper = reaper();
    reaper.project(|project| {
        let change = |at, bpm, metre| TempoMarker {
            at,
            bpm,
            metre,
            is_linear: false,
        };
        // 60 BPM in 3/4; the draft will begin at beat 8, second 8.
        project.tempo = vec![change(0.0, 60.0, Some((3, 4))), change(10.0, 75.0, None)];
    });
    let choices = InsertChoices {
        tempo_map: true,
        replaces_tempo: true,
        ..InsertChoices::default()
    };
    let inserted = insert(&arrangement(), 1, choices).unwrap();
    assert_eq!(inserted.off, None);
    reaper.project(|project| {
        let map = arrangement().score.tempo_map().clone();
        for beat in [0.0, 1.5, 4.0, 6.75, 8.0] {
            let at = 8.0 + map.seconds_at(Beats(beat)).0;
            assert!(
                (project.beat_at(at) - 8.0 - beat).abs() < 1e-6,
                "beat {beat}"
            );
        }
        let metres: Vec<_> = (project.tempo.iter())
            .map(|change| (change.bpm, change.metre))
            .collect();
        let expected = [
            (60.0, Some((3, 4))),
            (90.0, Some((4, 4))),
            (120.0, None),
            (75.0, Some((3, 4))),
        ];
        assert_eq!(metres, expected);
        let lead = notes(project, project.track("Lead").unwrap());
        assert_eq!(lead, [(8.5, 9.0, 0, 72), (13.25, 16.0, 0, 74)]);
        let hit = project
            .markers
            .iter()
            .find(|marker| marker.name == "cut 1, hit");
        assert!((hit.unwrap().at - 9.0).abs() < 1e-6);
    });
    // Inserting it once more changes nothing of the map.
    insert(&arrangement(), 1, choices).unwrap();
    reaper.project(|project| assert_eq!(project.tempo.len(), 4));
    reaper.assert_no_fault();
}

#[test]
fn a_draft_at_its_own_tempo_lies_in_time_and_stays_there() {
    let reaper = reaper();
    let arrangement = arrangement();
    connect()
        .unwrap()
        .insert(&Insertion {
            arrangement: &arrangement,
            start: Beats(8.0),
            follows_host: false,
            owner: 1,
            choices: InsertChoices::default(),
        })
        .unwrap();
    reaper.project(|project| {
        let map = arrangement.score.tempo_map();
        // The project is at 120 BPM: beat 8 is at second 4.
        let at = |beat: f64| (2.0 * (4.0 + map.seconds_at(Beats(beat)).0) * 1e6).round() / 1e6;
        let lead = project.track("Lead").unwrap();
        assert_eq!(
            notes(project, lead),
            [(at(0.5), at(1.0), 0, 72), (at(5.25), at(8.0), 0, 74)]
        );
        assert_eq!(lead.items[0].values["C_BEATATTACHMODE"], 0.0);
    });
    reaper.assert_no_fault();
}

#[test]
fn markers_of_chords_and_no_markers_are_choices() {
    let reaper = reaper();
    let with = |markers, chord_markers| InsertChoices {
        markers,
        chord_markers,
        stays_with_picture: true,
        ..InsertChoices::default()
    };
    insert(&arrangement(), 1, with(true, true)).unwrap();
    reaper.project(|project| {
        let names: Vec<&str> = (project.markers.iter())
            .map(|marker| &*marker.name)
            .collect();
        assert!(names.contains(&"Am") && names.contains(&"F"), "{names:?}");
        let timebase = |track: &Track| track.items[0].values["C_BEATATTACHMODE"];
        assert_eq!(timebase(project.track("Lead").unwrap()), 0.0);
    });
    insert(&arrangement(), 1, with(false, false)).unwrap();
    reaper.project(|project| assert_eq!(project.markers, []));
    reaper.assert_no_fault();
}

#[test]
fn a_waltz_inserts_its_metre() {
    let reaper = reaper();
    let waltz = arrangement();
    let mut raw = RawScore::from(waltz.score.clone());
    raw.metre = Metre::new(3, 4).unwrap();
    raw.bars = Bars(3);
    let waltz = Arrangement {
        score: Score::new(raw).unwrap(),
        ..waltz
    };
    let choices = InsertChoices {
        tempo_map: true,
        ..InsertChoices::default()
    };
    insert(&waltz, 1, choices).unwrap();
    reaper.project(|project| {
        let metres: Vec<_> = project
            .tempo
            .iter()
            .filter_map(|change| change.metre)
            .collect();
        assert_eq!(metres, [(3, 4), (4, 4)]);
    });
    reaper.assert_no_fault();
}
