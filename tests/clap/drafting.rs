//! The Generate switch: drafts made inside the plugin, in the host's metre and in parts.

use std::path::Path;
use std::thread;
use std::time::Duration;

use diff_bgm::features::ClipFeatures;
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::music::part::Part;
use diff_bgm::music::score::Score;
use diff_bgm::time::Tempo;
use plugin_hosts::clap::Sent;

use super::*;

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
    switch_generate_in(playing, on, Roll::stopped(0.0));
}

fn switch_generate_in(playing: &mut Playing, on: bool, standing: Roll) {
    let generate = playing.instance.parameter("Generate");
    let value = f64::from(u8::from(on));
    playing.block_with(Some(standing), 64, &[Sent::Value(0, generate, value)]);
    playing.block(Some(standing), 64);
}

pub(super) fn saved_state(playing: &mut Playing) -> State {
    let text = project::text_saved_by_clap(&playing.instance.save()).unwrap();
    State::from_text(&text).unwrap()
}

/// Plays without a transport until there are so many takes.
fn wait_for_takes(playing: &mut Playing, takes: usize) -> State {
    wait_for_takes_in(playing, takes, None)
}

pub(super) fn wait_for_takes_in(
    playing: &mut Playing,
    takes: usize,
    standing: Option<Roll>,
) -> State {
    for _ in 0..20_000 {
        let state = saved_state(playing);
        if state.takes.len() >= takes {
            return state;
        }
        playing.block(standing, 512);
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
    let wanted = expected_of(score, |_| true);
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

/// Returns the expected events of those notes of a score whose part sounds, played from beat 0 on at 120 BPM.
fn expected_of(score: &Score, sounds: impl Fn(Part) -> bool) -> Vec<(u64, Heard)> {
    let notes = score.notes().iter().filter(|note| sounds(note.part));
    events(notes, FRAMES_PER_BEAT)
}

#[test]
fn a_host_in_six_eight_gets_a_draft_in_six_eight_and_can_mute_its_parts() {
    let mut playing = with_clip(1);
    let standing = Roll {
        time_signature: (6, 8),
        ..Roll::stopped(0.0)
    };
    switch_generate_in(&mut playing, true, standing);
    let state = wait_for_takes_in(&mut playing, 1, Some(standing));
    let score = &state.current_take().unwrap().draft.score;
    assert_eq!(score.metre().to_string(), "6/8");
    let plays = |part| score.notes().iter().any(|note| note.part == part);
    assert!(plays(Part::Chords) && plays(Part::Bass));
    for muted in [Part::Lead, Part::Chords, Part::Bass] {
        let mute = playing
            .instance
            .parameter(&format!("Mute {}", muted.label().to_lowercase()));
        playing.block_with(Some(standing), 64, &[Sent::Value(0, mute, 1.0)]);
        playing.heard.clear();
        playing.frames = 0;
        playing.roll_until(score.length().0 + 1.0, 512);
        assert_eq!(playing.heard, expected_of(score, |part| part != muted));
        playing.block_with(Some(standing), 64, &[Sent::Value(0, mute, 0.0)]);
    }
}
