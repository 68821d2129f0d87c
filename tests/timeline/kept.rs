//! What stays of the user's when a draft is inserted: tempo markers, locked items, pieces of items that were cut.

use plugin_hosts::reaper::{Item, Model, Source, Tempo as TempoMarker};

use super::*;

const MAP: InsertChoices = InsertChoices {
    markers: true,
    chord_markers: false,
    tempo_map: true,
    replaces_tempo: false,
    stays_with_picture: false,
};
const OVER: InsertChoices = InsertChoices {
    replaces_tempo: true,
    ..MAP
};

fn change(at: f64, bpm: f64) -> TempoMarker {
    TempoMarker {
        at,
        bpm,
        metre: None,
        is_linear: false,
    }
}

fn line(at: f64, bpm: f64) -> TempoMarker {
    TempoMarker {
        is_linear: true,
        ..change(at, bpm)
    }
}

fn tempi(project: &Model) -> Vec<(f64, f64)> {
    let round = |number: f64| (number * 1e3).round() / 1e3;
    let changes = project.tempo.iter();
    changes
        .map(|change| (round(change.at), round(change.bpm)))
        .collect()
}

#[test]
fn tempo_markers_of_the_user_are_told_and_only_replaced_with_leave() {
    let reaper = reaper();
    // At 120 BPM the draft begins at second 4 and would last until 9.67 at 90 and 120 BPM.
    let own = vec![change(1.0, 120.0), change(5.0, 100.0), change(6.0, 80.0)];
    reaper.project(|project| project.tempo = own.clone());
    let refused = insert(&arrangement(), 1, MAP).unwrap_err().to_string();
    assert!(
        refused.contains("2 tempo markers of the project") && refused.contains("5.00 s"),
        "{refused}"
    );
    assert!(refused.starts_with("Not inserted"), "{refused}");
    reaper.project(|project| {
        assert_eq!(project.tempo, own);
        assert_eq!((project.tracks.len(), project.steps.len()), (1, 0));
    });
    insert(&arrangement(), 1, OVER).unwrap();
    reaper.project(|project| {
        let expected = [(1.0, 120.0), (4.0, 90.0), (6.667, 120.0), (8.667, 80.0)];
        assert_eq!(tempi(project), expected);
        assert_eq!(project.steps.len(), 1);
    });
    // What was inserted is ours: no leave is needed to replace it, until the user changes it.
    insert(&arrangement(), 1, MAP).unwrap();
    reaper.project(|project| {
        assert_eq!(project.tempo.len(), 4);
        project.tempo[2].bpm = 118.0;
    });
    let refused = insert(&arrangement(), 1, MAP).unwrap_err().to_string();
    assert!(
        refused.contains("1 tempo marker of the project"),
        "{refused}"
    );
    // Another instance does not replace it either.
    reaper.project(|project| project.tempo[2].bpm = 120.0);
    let slower = slower();
    assert!(insert(&slower, 2, MAP).is_err());
    reaper.assert_no_fault();
}

/// The arrangement at 60 BPM.
fn slower() -> Arrangement {
    let mut raw = RawScore::from(arrangement().score);
    raw.tempo_map = Tempo::new(60.0).unwrap().into();
    Arrangement {
        score: Score::new(raw).unwrap(),
        ..arrangement()
    }
}

#[test]
fn a_map_that_is_the_projects_own_needs_no_leave() {
    let reaper = reaper();
    reaper.project(|project| {
        project.tempo = vec![
            TempoMarker {
                metre: Some((4, 4)),
                ..change(4.0, 90.0)
            },
            change(4.0 + 4.0 * 60.0 / 90.0, 120.0),
        ];
    });
    insert(&arrangement(), 1, MAP).unwrap();
    reaper.project(|project| assert_eq!(tempi(project)[..2], [(4.0, 90.0), (6.667, 120.0)]));
    reaper.assert_no_fault();
}

#[test]
fn after_a_shorter_draft_the_projects_own_tempo_goes_on_as_before_the_longer_one() {
    let reaper = reaper();
    reaper.project(|project| project.tempo = vec![change(0.0, 120.0)]);
    insert(&arrangement(), 1, MAP).unwrap();
    let mut raw = RawScore::from(arrangement().score);
    raw.bars = Bars(1);
    raw.notes.retain(|note| note.start.0 < 4.0);
    let shorter = Arrangement {
        score: Score::repaired(raw),
        ..arrangement()
    };
    insert(&shorter, 1, MAP).unwrap();
    reaper.project(|project| {
        assert_eq!(tempi(project), [(0.0, 120.0), (4.0, 90.0), (6.667, 120.0)]);
    });
    reaper.assert_no_fault();
}

#[test]
fn lines_of_tempo_stay_what_they_are_outside_the_draft() {
    let reaper = reaper();
    // From 60 BPM to 140 in 40 seconds. The draft lies within.
    reaper.project(|project| project.tempo = vec![line(0.0, 60.0), change(40.0, 140.0)]);
    let (begin, before) = reaper.project(|project| {
        let begin = project.seconds_at(8.0);
        (begin, [1.0, 4.0, 7.9].map(|beat| project.seconds_at(beat)))
    });
    let inserted = insert(&arrangement(), 1, MAP).unwrap();
    assert_eq!(inserted.off, None);
    let end = begin + arrangement().score.tempo_map().seconds_at(Beats(8.0)).0;
    let after = |project: &Model| project.beat_at(40.0) - project.beat_at(end);
    reaper.project(|project| {
        assert!((project.seconds_at(8.0) - begin).abs() < 1e-6);
        for (beat, before) in [1.0, 4.0, 7.9].into_iter().zip(before) {
            assert!((project.seconds_at(beat) - before).abs() < 1e-5, "{beat}");
        }
        // From the end on, the line goes on: its mean tempo is that in the middle.
        let middle = 60.0 + 2.0 * (end + 40.0) / 2.0;
        assert!((after(project) - (40.0 - end) * middle / 60.0).abs() < 1e-3);
    });
    let first = reaper.project(|project| tempi(project));
    insert(&arrangement(), 1, MAP).unwrap();
    reaper.project(|project| assert_eq!(tempi(project), first));
    reaper.assert_no_fault();
}

#[test]
fn a_locked_item_stays_and_its_part_is_not_inserted_over_it() {
    let reaper = reaper();
    insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    let lock = |project: &mut Model, locked: f64| {
        let item = &mut project.tracks[1].items[0];
        item.values.insert("C_LOCK".to_owned(), locked);
    };
    reaper.project(|project| lock(project, 1.0));
    let inserted = insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    assert_eq!(
        (inserted.items, inserted.replaced, inserted.locked),
        (2, 2, 1)
    );
    reaper.project(|project| {
        let items: Vec<usize> = project
            .tracks
            .iter()
            .map(|track| track.items.len())
            .collect();
        assert_eq!(items, [0, 1, 1, 1]);
        // Where the draft is elsewhere, nothing is in its way.
        project.tracks[1].items[0]
            .values
            .insert("D_POSITION".to_owned(), 60.0);
    });
    let inserted = insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    assert_eq!((inserted.items, inserted.locked), (3, 1));
    reaper.assert_no_fault();
}

/// Cuts the first item of a track at a time, as REAPER does: the right half has the mark of the left one, and another id.
fn cut(project: &mut Model, track: usize, at: f64) {
    let left = &mut project.tracks[track].items[0];
    let (start, length) = (left.values["D_POSITION"], left.values["D_LENGTH"]);
    left.values.insert("D_LENGTH".to_owned(), at - start);
    let mark = left.take.texts["P_EXT:diffbgm"].clone();
    let source = Source {
        kind: "MIDI".to_owned(),
        file: String::new(),
    };
    let right: &mut Item = project.add_item(track, at, start + length - at, source);
    let texts = &mut right.take.texts;
    texts.insert("P_EXT:diffbgm".to_owned(), mark);
    let offset = ("D_STARTOFFS".to_owned(), at - start);
    right.take.values.extend([offset]);
}

#[test]
fn both_halves_of_an_item_that_was_cut_are_replaced_unless_they_were_parted() {
    let reaper = reaper();
    insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    reaper.project(|project| {
        cut(project, 1, 5.0);
        cut(project, 2, 5.0);
        // The right half of the chords goes elsewhere, and is the user's.
        let moved = &mut project.tracks[2].items[1];
        moved.values.insert("D_POSITION".to_owned(), 20.0);
    });
    let inserted = insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    assert_eq!((inserted.items, inserted.replaced), (3, 4));
    reaper.project(|project| {
        let items: Vec<usize> = project
            .tracks
            .iter()
            .map(|track| track.items.len())
            .collect();
        assert_eq!(items, [0, 1, 2, 1]);
    });
    reaper.assert_no_fault();
}

#[test]
fn a_copy_right_after_an_item_is_no_half_of_it() {
    let reaper = reaper();
    insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    reaper.project(|project| {
        let end = {
            let item = &project.tracks[1].items[0];
            item.values["D_POSITION"] + item.values["D_LENGTH"]
        };
        let length = 4.0;
        project.tracks[1].items[0]
            .values
            .insert("D_LENGTH".to_owned(), end + length);
        cut(project, 1, end);
        let copy = &mut project.tracks[1].items[1].take.values;
        copy.insert("D_STARTOFFS".to_owned(), 0.0);
    });
    let inserted = insert(&arrangement(), 1, InsertChoices::default()).unwrap();
    assert_eq!(inserted.replaced, 3);
    reaper.project(|project| assert_eq!(project.tracks[1].items.len(), 2));
    reaper.assert_no_fault();
}

#[test]
fn a_hit_that_is_a_marker_of_the_project_gets_no_second_one() {
    let reaper = reaper();
    // Beat 1.5 of the draft is second 4.75 at 120 BPM, beat 3 is 5.5.
    reaper.project(|project| {
        project.add_marker(5.5, "door", 0);
        project.add_marker(4.75, "window", 0);
    });
    let named = Arrangement {
        hits: vec![Beats(2.0), Beats(3.0)],
        hit_names: vec![(Beats(3.0), "door".to_owned())],
        ..arrangement()
    };
    for _ in 0..2 {
        insert(&named, 1, InsertChoices::default()).unwrap();
        reaper.project(|project| {
            let names: Vec<&str> = (project.markers.iter())
                .map(|marker| &*marker.name)
                .collect();
            let expected = ["A", "window", "cut 1", "hit 1", "door", "B", "cut 2"];
            let count = |name: &str| names.iter().filter(|other| **other == name).count();
            assert_eq!(expected.map(count), [1; 7], "{names:?}");
        });
    }
    reaper.assert_no_fault();
}
