//! Hosts whose position moves at another tempo than the one that they report.

use super::*;
use crate::player::testing::TestHost;

const TICK_BEATS: f64 = 1.0 / 1920.0;
const RATE_HZ: f64 = 48_000.0;

/// A host that does not report its ramp, and rounds to ticks.
fn untold_ramp<'a>(from_bpm: f64, to_bpm: f64, frames: u32) -> TestHost<'a> {
    TestHost {
        block: Block {
            frames,
            rate_hz: RATE_HZ,
        },
        tick_beats: Some(TICK_BEATS),
        ..TestHost::of_untold_ramp(from_bpm, to_bpm)
    }
}

/// Returns the second at which a host comes to a beat.
fn second_at(host: &TestHost<'_>, beat: f64) -> f64 {
    let (mut low, mut high) = (0.0, 60.0);
    while high - low > 1e-7 {
        let middle = 0.5 * (low + high);
        if (host.place_at)(middle).0 < beat {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Plays a host's blocks.
fn play(player: &mut Player, recorder: &mut Recorder, transport: &HostTransport, block: Block) {
    player.process_host(
        transport,
        Anchor::Beat(Beats(0.0)),
        block,
        |frame, event| recorder.record(frame, event),
    );
    recorder.frames += u64::from(block.frames);
}

#[test]
fn a_ramp_that_the_host_does_not_report_moves_no_note_and_cuts_none_short() {
    let notes: Vec<Note> = (0..48)
        .map(|step| note(f64::from(step) / 4.0, 0.9, 36 + (step % 12) as u8))
        .collect();
    for (from_bpm, to_bpm, frames) in [
        (100.0, 160.0, 64),
        (100.0, 160.0, 256),
        (100.0, 160.0, 1024),
        (160.0, 60.0, 1024),
        (60.0, 180.0, 1024),
        (100.0, 160.0, 2048),
    ] {
        let host = untold_ramp(from_bpm, to_bpm, frames);
        let (mut player, _publisher) = player_of(&notes);
        let mut recorder = Recorder::default();
        for transport in host.blocks(0.0..second_at(&host, 13.0)) {
            play(&mut player, &mut recorder, &transport, host.block);
        }
        let beat_at = |frame: u64| (host.place_at)(frame as f64 / RATE_HZ).0;
        let (begun, ended) = (recorder.begun(), recorder.ended());
        assert_eq!((begun.len(), ended.len()), (48, 48));
        for (events, due) in [(begun, 0.0), (ended, 0.9)] {
            for (step, (frame, _)) in events.into_iter().enumerate() {
                let off = (beat_at(frame) - step as f64 / 4.0 - due) / TICK_BEATS;
                assert!(
                    off.abs() < 3.0,
                    "{off} ticks at {step}, {from_bpm} to {to_bpm}, {frames}"
                );
            }
        }
    }
}

#[test]
fn a_loop_within_such_a_ramp_plays_every_pass_alike_and_cuts_no_note_short() {
    let notes: Vec<Note> = (0..48)
        .map(|step| note(f64::from(step) / 4.0, 0.2, 60))
        .chain([note(7.0, 1.0, 72)])
        .collect();
    let host = untold_ramp(60.0, 180.0, 1024);
    let (mut player, _publisher) = player_of(&notes);
    let mut recorder = Recorder::default();
    let range = second_at(&host, 7.0)..second_at(&host, 11.0);
    let frames_to = |beat: f64| ((second_at(&host, beat) - range.start) * RATE_HZ) as u64;
    let mut starts = Vec::new();
    for _ in 0..3 {
        starts.push(recorder.frames);
        let mut left = frames_to(11.0) as u32;
        for transport in host.blocks(range.clone()) {
            let looping = HostTransport {
                loop_beats: Some((7.0, 11.0)),
                ..transport
            };
            // The host splits its blocks at the end of the loop.
            let frames = left.min(host.block.frames);
            let block = Block {
                frames,
                ..host.block
            };
            play(&mut player, &mut recorder, &looping, block);
            left -= frames;
        }
    }
    let (begun, ended) = (recorder.begun(), recorder.ended());
    let is_near = |events: &[(u64, u8)], due: u64, pitch: u8| {
        (events.iter()).any(|event| event.0.abs_diff(due) < 30 && event.1 == pitch)
    };
    for (pass, start) in starts.into_iter().enumerate() {
        for step in 0..15 {
            let due = start + frames_to(7.0 + f64::from(step) / 4.0);
            assert!(is_near(&begun, due, 60), "{step} of pass {pass}: {begun:?}");
        }
        let due = start + frames_to(8.0);
        assert!(is_near(&ended, due, 72), "pass {pass}: {ended:?}");
    }
}

#[test]
fn a_jump_is_not_taken_for_another_pace() {
    let notes: Vec<Note> = (0..64)
        .map(|step| note(f64::from(step) / 8.0, 0.1, 60))
        .collect();
    let host = TestHost::of_places(|second| (second, 60.0));
    let (mut player, _publisher) = player_of(&notes);
    let mut recorder = Recorder::default();
    // 1.3 blocks too far.
    let jumped = 2.0 + 1.3 * 512.0 / RATE_HZ;
    for transport in host.blocks(0.0..2.0) {
        play(&mut player, &mut recorder, &transport, host.block);
    }
    let before = recorder.frames;
    for transport in host.blocks(jumped..4.0) {
        play(&mut player, &mut recorder, &transport, host.block);
    }
    let begun = recorder.begun();
    for step in 17..30 {
        let due = before + ((f64::from(step) / 8.0 - jumped) * RATE_HZ) as u64;
        let nearest = begun.iter().map(|(frame, _)| frame.abs_diff(due)).min();
        assert!(nearest <= Some(1), "{nearest:?} frames at {step}");
    }
}
