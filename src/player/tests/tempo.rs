//! Changing tempi and rounded positions.

use super::*;
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::player::testing::TestHost;
use crate::time::Tempo;

#[test]
fn a_tempo_ramp_moves_no_note_by_more_than_a_frame() {
    let rate_hz = 48_000.0;
    let notes: Vec<Note> = (0..64)
        .map(|step| note(f64::from(step) / 4.0, 0.25, 60))
        .collect();
    let (mut player, _publisher) = player_of(&notes);
    let mut recorder = Recorder::default();
    // From 100 BPM, rising by 5 BPM per second.
    let beats_at = |frame: f64| {
        let seconds = frame / rate_hz;
        (100.0 * seconds + 2.5 * seconds * seconds) / 60.0
    };
    let mut seen = 0;
    while beats_at(recorder.frames as f64) < 16.0 {
        let seconds = recorder.frames as f64 / rate_hz;
        let transport = Transport {
            tempo_bpm: Some(100.0 + 5.0 * seconds),
            position: Some(Beats(beats_at(recorder.frames as f64))),
            ..rolling(0.0)
        };
        let frames = 256;
        recorder.block(&mut player, &transport, Block { frames, rate_hz });
        for &(frame, _) in &recorder.begun()[seen..] {
            let beats = seen as f64 / 4.0;
            let error = (beats_at(frame as f64) - beats) / (beats_at(1.0) - beats_at(0.0));
            assert!((-1.1..=2.0).contains(&error), "{error} frames at {beats}");
            seen += 1;
        }
    }
    assert_eq!(seen, 64);
}

#[test]
fn positions_that_a_host_rounds_to_ticks_are_not_jumps() {
    for (rate_hz, frames, tempo_bpm) in [
        (96_000.0, 64, 60.0),
        (96_000.0, 32, 120.0),
        (48_000.0, 16, 120.0),
        (48_000.0, 32, 60.0),
    ] {
        let (mut player, _publisher) = player_of(&[note(0.5, 4.0, 60), note(2.0, 1.0, 64)]);
        let mut recorder = Recorder::default();
        let beats_per_frame = tempo_bpm / 60.0 / rate_hz;
        while recorder.frames as f64 * beats_per_frame < 5.0 {
            let ticks = (recorder.frames as f64 * beats_per_frame * 1920.0).round();
            let transport = Transport {
                tempo_bpm: Some(tempo_bpm),
                ..rolling(ticks / 1920.0)
            };
            recorder.block(&mut player, &transport, Block { frames, rate_hz });
        }
        assert_eq!(
            recorder.events.len(),
            4,
            "{frames} frames at {tempo_bpm} BPM"
        );
    }
}

#[test]
fn a_chord_on_a_change_of_tempo_within_a_block_is_not_cut_short() {
    let rate_hz = 48_000.0;
    for (before_bpm, after_bpm) in [(70.0, 120.0), (60.0, 180.0), (120.0, 50.0)] {
        let (mut player, _publisher) = player_of(&[note(1.0, 2.0, 60)]);
        let mut recorder = Recorder::default();
        let beats = |bpm: f64, frames: f64| frames * bpm / 60.0 / rate_hz;
        // The tempo changes at beat 1, ten frames into the second block.
        let start = 1.0 - beats(before_bpm, 522.0);
        let positions = (0..400).map(|block| {
            let frame = f64::from(block * 512) - 522.0;
            if frame < 0.0 {
                (before_bpm, start + beats(before_bpm, frame + 522.0))
            } else {
                (after_bpm, 1.0 + beats(after_bpm, frame))
            }
        });
        for (tempo_bpm, position) in positions {
            let transport = Transport {
                tempo_bpm: Some(tempo_bpm),
                ..rolling(position)
            };
            recorder.block(
                &mut player,
                &transport,
                Block {
                    frames: 512,
                    rate_hz,
                },
            );
        }
        let [(on_frame, _), (off_frame, _)] = recorder.events[..] else {
            panic!("{:?}", recorder.events);
        };
        let length = beats(after_bpm, (off_frame - on_frame) as f64);
        assert!((length - 2.0).abs() < 0.05, "{length} beats");
    }
}

#[test]
fn a_score_that_keeps_its_own_changing_tempo_plays_on_its_seconds_to_a_frame() {
    let rate_hz = 48_000.0;
    let changes = (0..60).map(|step| TempoChange {
        at: Beats(f64::from(step) * 1.37),
        tempo: Tempo::new(60.0 + 2.0 * f64::from(step)).unwrap(),
    });
    let map = TempoMap::new(changes.collect()).unwrap();
    let score = RawScore {
        notes: (0..300)
            .map(|step| note(f64::from(step) / 4.0, 0.2, 60))
            .collect(),
        bars: Bars(20),
        tempo_map: map.clone(),
        ..RawScore::default()
    };
    let score = Score::new(score).unwrap();
    for frames in [64, 1000, 16_384] {
        let (mut player, publisher) = Player::new();
        publisher.publish(NoteSchedule::new(&score, &Controls::default()));
        let mut recorder = Recorder::default();
        while recorder.begun().len() < 300 {
            let host = HostTransport {
                playing: true,
                position_seconds: Some(recorder.frames as f64 / rate_hz),
                ..HostTransport::default()
            };
            let block = Block { frames, rate_hz };
            // At the first tempo, two beats last two seconds.
            let anchor = Anchor::OwnTempo(Beats(2.0));
            player.process_host(&host, anchor, block, |frame, event| {
                recorder.record(frame, event)
            });
            recorder.frames += u64::from(frames);
            assert!(
                recorder.frames < 60 * 48_000,
                "{} notes",
                recorder.begun().len()
            );
        }
        for (step, (frame, _)) in recorder.begun().into_iter().enumerate() {
            let due = 2.0 + map.seconds_at(Beats(step as f64 / 4.0)).0;
            let late = frame as f64 - due * rate_hz;
            assert!(
                (-0.1..=1.1).contains(&late),
                "{late} frames at {step}, {frames}"
            );
        }
    }
}

#[test]
fn a_change_of_tempo_within_a_block_for_which_the_score_was_made_moves_no_note() {
    let rate_hz = 48_000.0;
    let changes = [(0.0, 60.0), (8.0, 180.0), (20.0, 90.5)].map(|(at, bpm)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    });
    let map = TempoMap::new(changes.into()).unwrap();
    let score = RawScore {
        notes: (0..200)
            .map(|step| note(f64::from(step) / 8.0, 0.1, 60))
            .collect(),
        bars: Bars(8),
        tempo_map: map.clone(),
        ..RawScore::default()
    };
    let score = Score::new(score).unwrap();
    for frames in [500, 2048, 16_384] {
        let (mut player, publisher) = Player::new();
        publisher.publish(NoteSchedule::new(&score, &Controls::default()));
        let mut recorder = Recorder::default();
        let block = Block { frames, rate_hz };
        let host = TestHost {
            block,
            ..TestHost::of_map(&map)
        };
        for transport in host.blocks(0.0..18.0) {
            let anchor = Anchor::Beat(Beats(0.0));
            player.process_host(&transport, anchor, block, |frame, event| {
                recorder.record(frame, event)
            });
            recorder.frames += u64::from(frames);
        }
        let begun = recorder.begun();
        assert_eq!(begun.len(), 200);
        for (step, (frame, _)) in begun.into_iter().enumerate() {
            let due = map.seconds_at(Beats(step as f64 / 8.0)).0;
            let late = frame as f64 - due * rate_hz;
            assert!(
                (-0.1..=1.1).contains(&late),
                "{late} frames at {step}, {frames}"
            );
        }
    }
}
