//! Events that a CLAP host sends: notes, controllers and the Generate switch.

use std::path::Path;
use std::thread;
use std::time::Duration;

use diff_bgm::features::ClipFeatures;
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::time::Tempo;
use plugin_hosts::clap::{FRAMES_PER_BEAT, INSTRUMENT, NOTE_EFFECT, Playing, Sent};
use plugin_hosts::{Heard, Roll, project};

use crate::{expected, instance, playing, saved};

#[test]
fn notes_and_controllers_pass_through_beside_the_draft() {
    let mut playing = playing(NOTE_EFFECT, 0, &saved());
    let by_hand = [
        Sent::On(100, 30, 0.5),
        Sent::Midi(200, [0xb0, 64, 127]),
        Sent::Off(13_000, 30),
    ];
    playing.block_with(Some(Roll::from(0.0)), FRAMES_PER_BEAT as u32, &by_hand);
    playing.roll_until(9.0, 512);
    let mut wanted = expected();
    wanted.push((
        100,
        Heard::On {
            channel: 0,
            pitch: 30,
            velocity: 0.5,
        },
    ));
    wanted.push((
        13_000,
        Heard::Off {
            channel: 0,
            pitch: 30,
        },
    ));
    wanted.sort_by_key(|&(frame, _)| frame);
    assert_eq!(playing.heard, wanted);
    assert_eq!(playing.midi, [(200, [0xb0, 64, 127])]);
}

#[test]
fn notes_pass_through_while_the_host_stands_still() {
    let mut playing = playing(INSTRUMENT, 2, &saved());
    playing.block_with(Some(Roll::stopped(0.0)), 64, &[Sent::On(63, 30, 1.0)]);
    let on = Heard::On {
        channel: 0,
        pitch: 30,
        velocity: 1.0,
    };
    assert_eq!(playing.heard, [(63, on)]);
}

#[test]
fn a_choke_becomes_a_note_off() {
    let mut playing = playing(NOTE_EFFECT, 0, &saved());
    let by_hand = [Sent::On(1, 30, 1.0), Sent::Choke(40, 30)];
    playing.block_with(Some(Roll::stopped(0.0)), 64, &by_hand);
    let on = Heard::On {
        channel: 0,
        pitch: 30,
        velocity: 1.0,
    };
    assert_eq!(
        playing.heard,
        [
            (1, on),
            (
                40,
                Heard::Off {
                    channel: 0,
                    pitch: 30,
                }
            )
        ]
    );
}

#[test]
fn bypass_ends_the_drafts_notes_and_passes_others_through() {
    let mut playing = playing(INSTRUMENT, 2, &saved());
    let bypass = playing.instance.parameter("Bypass");
    playing.block(Some(Roll::from(0.0)), 6000);
    playing.heard.clear();
    let switched = [Sent::Value(0, bypass, 1.0), Sent::On(10, 30, 1.0)];
    playing.block_with(Some(Roll::from(0.25)), 6000, &switched);
    let ends = playing
        .heard
        .iter()
        .filter_map(|&(frame, event)| match event {
            Heard::Off { pitch, .. } => Some((frame, pitch)),
            Heard::On { .. } => None,
        });
    assert_eq!(ends.collect::<Vec<_>>(), [(6000, 40), (6000, 60)]);
    assert_eq!(playing.heard.len(), 3);
    playing.heard.clear();
    playing.block(Some(Roll::from(0.5)), 48_000);
    assert!(playing.heard.is_empty());
    let switched = [Sent::Value(0, bypass, 0.0)];
    playing.block_with(Some(Roll::from(2.5)), 600, &switched);
    assert_eq!(playing.heard.len(), 1);
}

/// Starts an instance with a clip and so many sampling steps per segment.
fn with_clip(steps: usize) -> Playing {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let clip = ClipFeatures::read(&path).unwrap();
    let state = State {
        clip: Some(SavedClip::new(path, &clip, Tempo::DEFAULT)),
        steps,
        ..State::default()
    };
    let mut instance = instance(INSTRUMENT);
    let state = project::saved(&state.to_text().unwrap());
    assert!(instance.load(&project::for_clap(&state)));
    Playing::start(instance, 2)
}

fn switch_generate(playing: &mut Playing, on: bool) {
    let generate = playing.instance.parameter("Generate");
    let value = f64::from(u8::from(on));
    playing.block_with(
        Some(Roll::stopped(0.0)),
        64,
        &[Sent::Value(0, generate, value)],
    );
    playing.block(Some(Roll::stopped(0.0)), 64);
}

fn saved_state(playing: &mut Playing) -> State {
    let text = project::text_saved_by_clap(&playing.instance.save()).unwrap();
    State::from_text(&text).unwrap()
}

/// Plays without a transport until there are so many takes.
fn wait_for_takes(playing: &mut Playing, takes: usize) -> State {
    for _ in 0..20_000 {
        let state = saved_state(playing);
        if state.takes.len() >= takes {
            return state;
        }
        playing.block(None, 512);
        thread::sleep(Duration::from_millis(10));
    }
    panic!("no draft in time");
}

#[test]
fn switching_generate_on_makes_a_draft_and_plays_it() {
    let mut playing = with_clip(6);
    switch_generate(&mut playing, true);
    let state = wait_for_takes(&mut playing, 1);
    let score = &state.current_take().unwrap().draft.score;
    playing.heard.clear();
    (playing.frames, playing.peak) = (0, 0.0);
    playing.roll_until(score.length().0 + 1.0, 512);
    let notes = score.notes().iter();
    let notes = notes.map(|note| {
        (
            note.start.0,
            note.end().0,
            note.part.channel(),
            note.pitch,
            note.velocity,
        )
    });
    let wanted = plugin_hosts::expected(notes, FRAMES_PER_BEAT);
    assert!(!wanted.is_empty());
    assert_eq!(playing.heard, wanted);
    assert!(playing.peak > 0.01, "{}", playing.peak);
}

#[test]
fn each_switch_to_on_makes_one_draft_and_loading_a_project_makes_none() {
    let mut playing = with_clip(1);
    switch_generate(&mut playing, true);
    wait_for_takes(&mut playing, 1);
    for _ in 0..50 {
        playing.block(None, 512);
    }
    let saved = playing.instance.save();
    switch_generate(&mut playing, false);
    switch_generate(&mut playing, true);
    wait_for_takes(&mut playing, 2);
    for _ in 0..50 {
        playing.block(None, 512);
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(saved_state(&mut playing).takes.len(), 2);

    let mut again = instance(INSTRUMENT);
    assert!(again.load(&saved));
    let generate = again.parameter("Generate");
    assert_eq!(again.value(generate), 1.0);
    let mut again = Playing::start(again, 2);
    for _ in 0..50 {
        again.block(None, 512);
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(saved_state(&mut again).takes.len(), 1);
}

#[test]
fn an_instance_can_be_deleted_while_it_generates_and_the_library_closed() {
    let mut playing = with_clip(100);
    switch_generate(&mut playing, true);
    thread::sleep(Duration::from_millis(300));
    assert!(saved_state(&mut playing).takes.is_empty());
    drop(playing.stop());
}

#[test]
fn deleting_an_instance_as_it_starts_a_draft_does_not_disturb_others() {
    let mut other = with_clip(1);
    for _ in 0..5 {
        let mut playing = with_clip(100);
        switch_generate(&mut playing, true);
        drop(playing.stop());
    }
    switch_generate(&mut other, true);
    assert_eq!(wait_for_takes(&mut other, 1).takes.len(), 1);
}

#[test]
fn eight_instances_that_generate_at_once_make_the_same_draft_as_one_alone() {
    let mut instances: Vec<Playing> = (0..8).map(|_| with_clip(2)).collect();
    for playing in &mut instances {
        switch_generate(playing, true);
    }
    let deleted = instances.remove(3);
    drop(deleted.stop());
    let drafts: Vec<_> = (instances.iter_mut())
        .map(|playing| wait_for_takes(playing, 1).takes.remove(0).draft)
        .collect();
    let mut alone = with_clip(2);
    switch_generate(&mut alone, true);
    let alone = wait_for_takes(&mut alone, 1).takes.remove(0).draft;
    let notes = alone.score.notes().len();
    assert!(notes > 20, "{notes} notes");
    for draft in drafts {
        assert_eq!(draft, alone);
    }
}
