mod any_host;
mod controls;
mod loops;
mod mute;
mod outputs;
mod pace;
mod recorder;
mod tempo;

use super::*;
use crate::music::controls::{ControlRequest, Controller, Controls};
use crate::music::note::Note;
use crate::music::outputs::Outputs;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats};
use recorder::Recorder;

fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 80,
        part: Part::All,
    }
}

fn in_part(part: Part, note: Note) -> Note {
    Note { part, ..note }
}

fn schedule(notes: &[Note]) -> NoteSchedule {
    NoteSchedule::new(&score(notes), &Controls::default())
}

fn score(notes: &[Note]) -> Score {
    Score::repaired(RawScore {
        notes: notes.to_vec(),
        bars: Bars(4),
        ..RawScore::default()
    })
}

fn player_of(notes: &[Note]) -> (Player, SchedulePublisher) {
    let (player, publisher) = Player::new();
    publisher.publish(schedule(notes));
    (player, publisher)
}

/// At 120 BPM and this rate a beat is a thousand frames.
const RATE_HZ: f64 = 2000.0;

fn block(frames: u32) -> Block {
    Block {
        frames,
        rate_hz: RATE_HZ,
    }
}

fn rolling(position: f64) -> Transport {
    Transport {
        playing: true,
        tempo_bpm: Some(120.0),
        position: Some(Beats(position)),
        loop_range: None,
    }
}

fn on(pitch: u8) -> NoteEvent {
    on_channel(0, pitch)
}

fn off(pitch: u8) -> NoteEvent {
    off_channel(0, pitch)
}

fn on_channel(channel: u8, pitch: u8) -> NoteEvent {
    NoteEvent::On {
        channel,
        pitch,
        velocity: 80,
    }
}

fn off_channel(channel: u8, pitch: u8) -> NoteEvent {
    NoteEvent::Off { channel, pitch }
}

#[test]
fn notes_begin_and_end_on_the_frames_of_their_beats() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.5, 60), note(0.25, 1.0, 64)]);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(2000));
    let expected = [(0, on(60)), (250, on(64)), (500, off(60)), (1250, off(64))];
    assert_eq!(recorder.events, expected);
}

#[test]
fn a_repeated_note_ends_before_it_begins_again() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.5, 60), note(0.5, 0.5, 60)]);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(2000));
    let expected = [(0, on(60)), (500, off(60)), (500, on(60)), (1000, off(60))];
    assert_eq!(recorder.events, expected);
}

#[test]
fn the_end_of_one_parts_note_leaves_another_parts_note_of_the_same_pitch_sounding() {
    let notes = [
        in_part(Part::Lead, note(0.0, 0.5, 60)),
        in_part(Part::Chords, note(0.25, 1.0, 60)),
        in_part(Part::Bass, note(0.25, 4.0, 60)),
    ];
    let (mut player, _publisher) = player_of(&notes);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(2000));
    recorder.block(&mut player, &Transport::default(), block(100));
    let expected = [
        (0, on_channel(0, 60)),
        (250, on_channel(1, 60)),
        (250, on_channel(2, 60)),
        (500, off_channel(0, 60)),
        (1250, off_channel(1, 60)),
        (2000, off_channel(2, 60)),
    ];
    assert_eq!(recorder.events, expected);
}

#[test]
fn every_note_ends_in_the_first_stopped_block() {
    let (mut player, _publisher) = player_of(&[note(0.0, 4.0, 60), note(0.0, 4.0, 64)]);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(100));
    recorder.block(&mut player, &Transport::default(), block(100));
    assert_eq!(recorder.ended(), [(100, 60), (100, 64)]);
}

#[test]
fn a_seek_either_way_ends_all_notes_and_starts_none_late() {
    for target in [1.5, 9.5] {
        let (mut player, _publisher) =
            player_of(&[note(1.0, 1.0, 62), note(4.0, 2.0, 60), note(9.0, 1.0, 64)]);
        let mut recorder = Recorder::default();
        recorder.block(&mut player, &rolling(4.0), block(1000));
        recorder.block(&mut player, &rolling(target), block(100));
        assert_eq!(recorder.events, [(0, on(60)), (1000, off(60))]);
    }
}

#[test]
fn a_new_schedule_ends_all_notes_and_continues_at_the_playhead() {
    let (mut player, publisher) = player_of(&[note(0.0, 4.0, 60)]);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    publisher.publish(schedule(&[note(0.0, 4.0, 64), note(1.5, 1.0, 67)]));
    recorder.block(&mut player, &rolling(1.0), block(1000));
    assert_eq!(
        recorder.events,
        [(0, on(60)), (1000, off(60)), (1500, on(67))]
    );
}

#[test]
fn only_the_newest_of_several_schedules_is_played() {
    let (mut player, publisher) = player_of(&[note(0.0, 1.0, 60)]);
    publisher.publish(schedule(&[note(0.0, 1.0, 61)]));
    publisher.publish(schedule(&[note(0.0, 1.0, 62)]));
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(100));
    assert_eq!(recorder.begun(), [(0, 62)]);
}

#[test]
fn after_a_reset_notes_that_sounded_end_first() {
    let (mut player, _publisher) = player_of(&[note(0.0, 4.0, 60), note(2.0, 1.0, 62)]);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    player.release();
    recorder.block(&mut player, &rolling(2.0), block(1000));
    assert_eq!(
        recorder.events,
        [(0, on(60)), (1000, off(60)), (1000, on(62))]
    );
}

#[test]
fn after_a_long_bypass_there_is_no_burst_and_no_hanging_note() {
    let notes: Vec<Note> = (0..100)
        .map(|beat| note(f64::from(beat), 0.9, 60))
        .collect();
    let (mut player, _publisher) = player_of(&notes);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(500));
    recorder.block(&mut player, &rolling(20.5), block(600));
    assert_eq!(
        recorder.events,
        [(0, on(60)), (500, off(60)), (1000, on(60))]
    );
}

#[test]
fn events_that_a_full_host_refuses_are_sent_in_the_next_block() {
    let chord: Vec<Note> = (60..70).map(|pitch| note(0.0, 0.5, pitch)).collect();
    let (mut player, _publisher) = player_of(&chord);
    let mut recorder = Recorder::default();
    let mut position = 0.0;
    for _ in 0..50 {
        recorder.room = Some(1);
        recorder.block(&mut player, &rolling(position), block(20));
        position += 0.02;
    }
    assert_eq!(recorder.begun().len(), 10);
    assert_eq!(recorder.ended().len(), 10);
}

#[test]
fn without_a_position_or_a_tempo_there_is_silence() {
    let (mut player, _publisher) = player_of(&[note(0.0, 1.0, 60)]);
    let mut recorder = Recorder::default();
    let whole = rolling(0.0);
    let partial = [
        Transport::default(),
        Transport {
            position: None,
            ..whole
        },
        Transport {
            tempo_bpm: None,
            ..whole
        },
        Transport {
            tempo_bpm: Some(0.0),
            ..whole
        },
        Transport {
            tempo_bpm: Some(f64::NAN),
            ..whole
        },
        Transport {
            position: Some(Beats(f64::INFINITY)),
            ..whole
        },
    ];
    for transport in partial {
        recorder.block(&mut player, &transport, block(1000));
    }
    let no_rate = Block {
        frames: 1000,
        rate_hz: 0.0,
    };
    recorder.block(&mut player, &whole, no_rate);
    assert!(recorder.events.is_empty());
}
