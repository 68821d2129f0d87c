//! Events that a CLAP host sends: notes and controllers.

use plugin_hosts::clap::{FRAMES_PER_BEAT, INSTRUMENT, NOTE_EFFECT, Sent};
use plugin_hosts::{Heard, Roll};

use crate::{expected, playing, saved};

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
