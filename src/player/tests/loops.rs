//! Loops.

use super::*;

#[test]
fn a_loop_that_wraps_inside_a_block_plays_its_start_again() {
    let (mut player, _publisher) = player_of(&[note(0.0, 1.0, 60), note(3.5, 2.0, 64)]);
    let mut recorder = Recorder::default();
    let looping = Transport {
        loop_range: Some((Beats(0.0), Beats(4.0))),
        ..rolling(3.0)
    };
    recorder.block(&mut player, &looping, block(2500));
    let expected = [
        (500, on(64)),
        (1000, off(64)),
        (1000, on(60)),
        (2000, off(60)),
    ];
    assert_eq!(recorder.events, expected);
    let next = Transport {
        position: Some(Beats(1.5)),
        ..looping
    };
    recorder.block(&mut player, &next, block(2500));
    assert_eq!(recorder.events[4], (4500, on(64)));
}

#[test]
fn a_loop_shorter_than_a_block_wraps_many_times() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.1, 60)]);
    let mut recorder = Recorder::default();
    let looping = Transport {
        loop_range: Some((Beats(0.0), Beats(0.25))),
        ..rolling(0.0)
    };
    recorder.block(&mut player, &looping, block(1000));
    assert_eq!(recorder.begun(), [(0, 60), (250, 60), (500, 60), (750, 60)]);
}

#[test]
fn a_playhead_beyond_the_loop_plays_on() {
    let (mut player, _publisher) = player_of(&[note(5.0, 1.0, 60)]);
    let mut recorder = Recorder::default();
    let looping = Transport {
        loop_range: Some((Beats(0.0), Beats(4.0))),
        ..rolling(4.5)
    };
    recorder.block(&mut player, &looping, block(1000));
    assert_eq!(recorder.begun(), [(500, 60)]);
}

#[test]
fn the_downbeat_of_a_loop_of_fractional_frames_plays_every_time_round() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.5, 60)]);
    let mut recorder = Recorder::default();
    let end = 1.00037;
    let mut position = 0.0;
    for _ in 0..10 {
        let looping = Transport {
            loop_range: Some((Beats(0.0), Beats(end))),
            ..rolling(position)
        };
        // The host splits its blocks at the end of the loop.
        let frames = ((end - position) * 1000.0).ceil() as u32;
        recorder.block(&mut player, &looping, block(frames));
        position += f64::from(frames) / 1000.0 - end;
    }
    assert_eq!(recorder.begun().len(), 10);
}
