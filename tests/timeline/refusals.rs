//! REAPERs that do not give what is needed.

use std::mem::transmute;

use plugin_hosts::reaper::Tempo as TempoMarker;

use super::*;

fn refusal() -> String {
    match connect() {
        Ok(_) => panic!("it connected"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn missing_functions_are_named_and_nothing_is_changed() {
    let reaper = reaper();
    reaper.lacks(&["InsertTrackInProject", "MIDI_Sort"]);
    let refusal = refusal();
    assert!(
        refusal.contains("lacks InsertTrackInProject, MIDI_Sort"),
        "{refusal}"
    );
    assert!(refusal.contains("Update REAPER"), "{refusal}");
    reaper.project(|project| assert_eq!(project.steps, []));
    reaper.assert_no_fault();
}

#[test]
fn a_reaper_from_before_6_80_is_to_be_updated() {
    let reaper = reaper();
    let old = Plugin {
        tells_parents: false,
    };
    // SAFETY: the REAPER of this thread is the one of the test.
    let refused = unsafe { ReaperTimeline::connect(&old) }.err().unwrap();
    assert!(refused.to_string().contains("6.80"), "{refused}");
    reaper.assert_no_fault();
}

#[test]
fn a_plugin_in_another_process_is_told_so() {
    let reaper = reaper();
    reaper.runs_plugins_apart();
    let refusal = refusal();
    assert!(refusal.contains("apart from the project"), "{refusal}");
    reaper.assert_no_fault();
}

#[test]
fn a_plugin_on_no_track_can_insert_too() {
    let reaper = reaper();
    reaper.project(|project| project.plugin_is_on = None);
    for replaced in [0, 3] {
        let inserted = insert(&arrangement(), 1, InsertChoices::default()).unwrap();
        assert_eq!(inserted.replaced, replaced);
    }
    reaper.assert_no_fault();
}

#[test]
fn a_failure_ends_the_step_and_names_reaper() {
    for (function, what) in [
        ("MIDI_InsertNote", "would not insert all notes"),
        ("CreateNewMIDIItemInProj", "would not insert an item"),
        (
            "SetTempoTimeSigMarker",
            "would not insert a change of tempo",
        ),
        ("GetSetMediaTrackInfo_String", "would not insert a track"),
    ] {
        let reaper = reaper();
        reaper.refuses(&[function]);
        let choices = InsertChoices {
            tempo_map: true,
            ..InsertChoices::default()
        };
        let refused = insert(&arrangement(), 1, choices);
        let error = refused.unwrap_err().to_string();
        assert!(error.starts_with(&format!("REAPER: it {what}")), "{error}");
        assert!(error.contains("Undo in REAPER"), "{error}");
        reaper.project(|project| assert_eq!(project.steps.len(), 1));
        reaper.assert_no_fault();
    }
}

#[test]
fn whichever_function_does_nothing_the_step_ends_and_what_failed_is_said() {
    for name in reaper::names() {
        let reaper = reaper();
        reaper.project(|project| {
            project.tempo = vec![TempoMarker {
                at: 1.0,
                bpm: 90.0,
                metre: None,
                is_linear: true,
            }];
        });
        let choices = InsertChoices {
            tempo_map: true,
            chord_markers: true,
            ..InsertChoices::default()
        };
        insert(&arrangement(), 1, choices).unwrap();
        reaper.assert_no_fault();
        reaper.refuses(&[name]);
        let again = insert(&arrangement(), 1, choices);
        // What is refused before anything is changed makes no step.
        let steps = if again.is_err() { 1..=2 } else { 2..=2 };
        if let Err(error) = again {
            let error = error.to_string();
            assert!(
                error.contains("REAPER") || error.contains("project"),
                "{name}: {error}"
            );
        }
        // It can be read all the same.
        assert!(connect().unwrap().read().is_ok(), "{name}");
        reaper.project(|project| {
            let ended = project.steps.len();
            assert!(
                steps.contains(&ended) || name.starts_with("Undo_"),
                "{name}: {ended} steps"
            );
        });
        reaper.take_faults();
    }
}

#[test]
fn the_test_host_notes_what_reaper_would_not_allow() {
    let reaper = reaper();
    assert!(reaper::function(c"InsertDraft").is_null());
    let add_track = reaper::function(c"InsertTrackInProject");
    // SAFETY: the function has this type.
    let add_track: extern "C" fn(*mut c_void, c_int, c_int) = unsafe { transmute(add_track) };
    add_track(reaper::parent(3), 0, 0);
    add_track(reaper::parent(1), 0, 0);
    let faults = reaper.take_faults();
    let expected = [
        "REAPER's header has no function InsertDraft",
        "InsertTrackInProject changes the project outside an undo step",
        "InsertTrackInProject was given another project",
        "InsertTrackInProject changes the project outside an undo step",
    ];
    assert_eq!(faults, expected);
}
