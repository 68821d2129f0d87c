//! The built plugin in a CLAP host.

mod drafting;
mod input;
#[path = "../plugins/melody.rs"]
mod melody;
mod outputs;
mod reaper;
mod state;
mod tempo_map;

use std::ffi::CStr;

use diff_bgm::generator::Draft;
use diff_bgm::instance::State;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::RawScore;
use diff_bgm::time::Beats;
use melody::{events, melody, note, saved_melody, with_draft};
use plugin_hosts::clap::{FRAMES_PER_BEAT, INSTRUMENT, Instance, Library, NOTE_EFFECT, Playing};
use plugin_hosts::{Heard, Roll, library_of_this_test, project};
use serde_json::json;

/// Returns a host's project with a draft of the melody.
fn saved() -> Vec<u8> {
    project::for_clap(&saved_melody())
}

fn instance(id: &CStr) -> Instance {
    Library::open(&library_of_this_test()).instance(id)
}

fn playing(id: &CStr, channels: usize, state: &[u8]) -> Playing {
    let mut instance = instance(id);
    assert!(instance.load(state));
    Playing::start(instance, channels)
}

/// Returns the expected events of the melody, played from beat 0 on at 120 BPM.
fn expected() -> Vec<(u64, Heard)> {
    events(&melody(), FRAMES_PER_BEAT)
}

#[test]
fn a_saved_draft_plays_note_for_note_in_blocks_of_any_size() {
    for frames in [64, 441, 16_384] {
        let mut playing = playing(NOTE_EFFECT, 0, &saved());
        playing.roll_until(9.0, frames);
        assert_eq!(playing.heard, expected(), "in blocks of {frames}");
    }
}

#[test]
fn the_instrument_sends_the_same_notes_and_is_audible() {
    let mut playing = playing(INSTRUMENT, 2, &saved());
    playing.roll_until(9.0, 512);
    assert_eq!(playing.heard, expected());
    assert!(playing.peak > 0.02, "{}", playing.peak);
}

#[test]
fn a_draft_with_expression_sends_it_from_the_start() {
    let mut state = with_draft(melody());
    let mut draft = Draft::clone(&state.takes[0].draft);
    draft.recipe.settings.expression = true;
    state.add_take(draft.clone(), 0);
    let project = project::for_clap(&project::saved(&state.to_text().unwrap()));
    let wanted: Vec<[u8; 3]> = (draft.controls().changes().iter())
        .map(|change| [0xB0, 11, change.value])
        .collect();
    for (id, channels) in [(NOTE_EFFECT, 0), (INSTRUMENT, 2)] {
        let mut playing = playing(id, channels, &project);
        playing.roll_until(9.0, 512);
        assert_eq!(playing.heard, expected());
        let sent: Vec<[u8; 3]> = playing.midi.iter().map(|&(_, bytes)| bytes).collect();
        assert_eq!(sent, wanted, "{id:?}");
        assert_eq!(playing.midi[0].0, 0);
    }
}

#[test]
fn without_a_draft_or_without_a_transport_both_are_silent() {
    let mut empty = Playing::start(instance(INSTRUMENT), 2);
    empty.roll_until(4.0, 512);
    let mut stopped = playing(INSTRUMENT, 2, &saved());
    stopped.block(None, 4096);
    for playing in [empty, stopped] {
        assert!(playing.heard.is_empty());
        assert_eq!(playing.peak, 0.0);
    }
}

#[test]
fn loops_seeks_stops_and_resets_leave_no_hanging_notes() {
    let mut playing = playing(NOTE_EFFECT, 0, &saved());
    let looping = |beats| Roll {
        loop_beats: Some((0.0, 1.0)),
        ..Roll::from(beats)
    };
    // Two and a half rounds of the loop, then a seek, a reset and a stop.
    for block in 0..5 {
        let beats = f64::from(block) * 0.5 % 1.0;
        playing.block(Some(looping(beats)), 12_000);
    }
    playing.block(Some(Roll::from(2.0)), 600);
    playing.reset();
    playing.block(Some(Roll::from(2.0 + 600.0 / FRAMES_PER_BEAT)), 600);
    playing.block(
        Some(Roll {
            playing: false,
            ..Roll::from(3.0)
        }),
        64,
    );
    let mut sounding = Vec::new();
    for (_, event) in &playing.heard {
        match event {
            Heard::On { pitch, .. } => {
                assert!(!sounding.contains(pitch));
                sounding.push(*pitch);
            }
            Heard::Off { pitch, .. } => {
                assert!(sounding.contains(pitch));
                sounding.retain(|other| other != pitch);
            }
        }
    }
    assert!(sounding.is_empty());
    let basses = |heard: &&(u64, Heard)| matches!(heard.1, Heard::On { pitch: 40, .. });
    assert_eq!(playing.heard.iter().filter(basses).count(), 3);
}

#[test]
fn a_draft_starts_where_the_clip_does() {
    let mut state = saved_melody();
    state["params"] = json!({"start": {"i32": 4}});
    let mut playing = playing(NOTE_EFFECT, 0, &project::for_clap(&state));
    playing.roll_until(13.0, 512);
    let late = |(frame, event)| (frame + 4 * FRAMES_PER_BEAT as u64, event);
    let expected: Vec<_> = expected().into_iter().map(late).collect();
    assert_eq!(playing.heard, expected);
}

#[test]
fn a_draft_that_keeps_its_tempo_ignores_the_hosts() {
    let mut state = saved_melody();
    state["params"] = json!({"follow": {"bool": false}});
    let mut playing = playing(NOTE_EFFECT, 0, &project::for_clap(&state));
    while playing.frames < 10 * FRAMES_PER_BEAT as u64 {
        // The host is at 90 BPM, the draft at 120.
        let beats = playing.frames as f64 / FRAMES_PER_BEAT * 90.0 / 120.0;
        let roll = Roll {
            tempo_bpm: 90.0,
            ..Roll::from(beats)
        };
        playing.block(Some(roll), 512);
    }
    assert_eq!(playing.heard, expected());
}

#[test]
fn the_note_effect_has_no_audio_and_the_instrument_has_a_stereo_output() {
    let nothing = [vec![], vec![]];
    assert_eq!(instance(NOTE_EFFECT).ports(), (nothing, [1, 1]));
    let stereo = [vec![], vec![2]];
    assert_eq!(instance(INSTRUMENT).ports(), (stereo, [1, 1]));
}

#[test]
fn instances_can_be_deleted_and_the_library_closed() {
    for _ in 0..3 {
        let library = Library::open(&library_of_this_test());
        let instances: Vec<_> = (0..8)
            .map(|_| library.instance(INSTRUMENT))
            .map(|instance| Playing::start(instance, 2))
            .collect();
        for playing in instances {
            drop(playing.stop());
        }
    }
}
