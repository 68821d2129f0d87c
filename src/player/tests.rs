use proptest::prelude::*;

use super::*;
use crate::music::note::Note;
use crate::time::Beats;

/// What a listener heard: frames counted from the first block on.
#[derive(Debug, Default)]
struct Listener {
    heard: Vec<(u64, NoteEvent)>,
    frames: u64,
    /// The pitches that sound, a bit each.
    sounding: u128,
    /// How many more events there is room for; none is always room.
    room: Option<u32>,
}

impl Listener {
    fn hears(&mut self, frame: u32, event: NoteEvent) -> Sent {
        match &mut self.room {
            Some(0) => return Sent::Refused,
            Some(room) => *room -= 1,
            None => {}
        }
        match event {
            NoteEvent::On { pitch, .. } => {
                assert!(
                    self.sounding >> pitch & 1 == 0,
                    "{pitch} begins while it sounds"
                );
                self.sounding |= 1 << pitch;
            }
            NoteEvent::Off { pitch } => {
                assert!(
                    self.sounding >> pitch & 1 == 1,
                    "{pitch} ends but does not sound"
                );
                self.sounding &= !(1 << pitch);
            }
        }
        let at = self.frames + u64::from(frame);
        if let Some(&(last, _)) = self.heard.last() {
            assert!(last <= at, "an event at {at} after one at {last}");
        }
        self.heard.push((at, event));
        Sent::Accepted
    }

    fn block(&mut self, player: &mut Player, transport: &Transport, block: Block) {
        player.process(transport, block, |frame, event| {
            assert!(frame < block.frames);
            self.hears(frame, event)
        });
        self.frames += u64::from(block.frames);
    }

    fn begun(&self) -> Vec<(u64, u8)> {
        let on = |&(frame, event): &(u64, NoteEvent)| match event {
            NoteEvent::On { pitch, .. } => Some((frame, pitch)),
            NoteEvent::Off { .. } => None,
        };
        self.heard.iter().filter_map(on).collect()
    }

    fn ended(&self) -> Vec<(u64, u8)> {
        let off = |&(frame, event): &(u64, NoteEvent)| match event {
            NoteEvent::Off { pitch } => Some((frame, pitch)),
            NoteEvent::On { .. } => None,
        };
        self.heard.iter().filter_map(off).collect()
    }
}

fn note(start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 80,
    }
}

fn player_of(notes: &[Note]) -> (Player, SchedulePublisher) {
    let (player, publisher) = Player::new();
    publisher.publish(NoteSchedule::new(notes));
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
    NoteEvent::On {
        pitch,
        velocity: 80,
    }
}

fn off(pitch: u8) -> NoteEvent {
    NoteEvent::Off { pitch }
}

#[test]
fn notes_begin_and_end_on_the_frames_of_their_beats() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.5, 60), note(0.25, 1.0, 64)]);
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(2000));
    let expected = [(0, on(60)), (250, on(64)), (500, off(60)), (1250, off(64))];
    assert_eq!(listener.heard, expected);
}

#[test]
fn a_repeated_note_ends_before_it_begins_again() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.5, 60), note(0.5, 0.5, 60)]);
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(2000));
    let expected = [(0, on(60)), (500, off(60)), (500, on(60)), (1000, off(60))];
    assert_eq!(listener.heard, expected);
}

#[test]
fn every_note_ends_in_the_first_stopped_block() {
    let (mut player, _publisher) = player_of(&[note(0.0, 4.0, 60), note(0.0, 4.0, 64)]);
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(100));
    listener.block(&mut player, &Transport::default(), block(100));
    assert_eq!(listener.ended(), [(100, 60), (100, 64)]);
}

#[test]
fn a_seek_either_way_ends_what_sounds_and_begins_nothing_late() {
    for target in [1.5, 9.5] {
        let (mut player, _publisher) =
            player_of(&[note(1.0, 1.0, 62), note(4.0, 2.0, 60), note(9.0, 1.0, 64)]);
        let mut listener = Listener::default();
        listener.block(&mut player, &rolling(4.0), block(1000));
        listener.block(&mut player, &rolling(target), block(100));
        assert_eq!(listener.heard, [(0, on(60)), (1000, off(60))]);
    }
}

#[test]
fn a_loop_that_wraps_inside_a_block_plays_its_start_again() {
    let (mut player, _publisher) = player_of(&[note(0.0, 1.0, 60), note(3.5, 2.0, 64)]);
    let mut listener = Listener::default();
    let looping = Transport {
        loop_range: Some((Beats(0.0), Beats(4.0))),
        ..rolling(3.0)
    };
    listener.block(&mut player, &looping, block(2500));
    let expected = [
        (500, on(64)),
        (1000, off(64)),
        (1000, on(60)),
        (2000, off(60)),
    ];
    assert_eq!(listener.heard, expected);
    let next = Transport {
        position: Some(Beats(1.5)),
        ..looping
    };
    listener.block(&mut player, &next, block(2500));
    assert_eq!(listener.heard[4], (4500, on(64)));
}

#[test]
fn a_loop_shorter_than_a_block_wraps_many_times() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.1, 60)]);
    let mut listener = Listener::default();
    let looping = Transport {
        loop_range: Some((Beats(0.0), Beats(0.25))),
        ..rolling(0.0)
    };
    listener.block(&mut player, &looping, block(1000));
    assert_eq!(listener.begun(), [(0, 60), (250, 60), (500, 60), (750, 60)]);
}

#[test]
fn a_playhead_beyond_the_loop_plays_on() {
    let (mut player, _publisher) = player_of(&[note(5.0, 1.0, 60)]);
    let mut listener = Listener::default();
    let looping = Transport {
        loop_range: Some((Beats(0.0), Beats(4.0))),
        ..rolling(4.5)
    };
    listener.block(&mut player, &looping, block(1000));
    assert_eq!(listener.begun(), [(500, 60)]);
}

#[test]
fn the_downbeat_of_a_loop_that_is_no_whole_number_of_frames_is_heard_each_time_round() {
    let (mut player, _publisher) = player_of(&[note(0.0, 0.5, 60)]);
    let mut listener = Listener::default();
    let end = 1.00037;
    let mut position = 0.0;
    for _ in 0..10 {
        let looping = Transport {
            loop_range: Some((Beats(0.0), Beats(end))),
            ..rolling(position)
        };
        // A host that splits its blocks at the loop's end.
        let frames = ((end - position) * 1000.0).ceil() as u32;
        listener.block(&mut player, &looping, block(frames));
        position += f64::from(frames) / 1000.0 - end;
    }
    assert_eq!(listener.begun().len(), 10);
}

#[test]
fn a_new_schedule_ends_what_sounds_and_goes_on_from_where_the_playhead_is() {
    let (mut player, publisher) = player_of(&[note(0.0, 4.0, 60)]);
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(1000));
    publisher.publish(NoteSchedule::new(&[note(0.0, 4.0, 64), note(1.5, 1.0, 67)]));
    listener.block(&mut player, &rolling(1.0), block(1000));
    assert_eq!(
        listener.heard,
        [(0, on(60)), (1000, off(60)), (1500, on(67))]
    );
}

#[test]
fn only_the_newest_of_several_schedules_is_played() {
    let (mut player, publisher) = player_of(&[note(0.0, 1.0, 60)]);
    publisher.publish(NoteSchedule::new(&[note(0.0, 1.0, 61)]));
    publisher.publish(NoteSchedule::new(&[note(0.0, 1.0, 62)]));
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(100));
    assert_eq!(listener.begun(), [(0, 62)]);
}

#[test]
fn after_a_reset_the_ends_that_are_owed_come_first() {
    let (mut player, _publisher) = player_of(&[note(0.0, 4.0, 60), note(2.0, 1.0, 62)]);
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(1000));
    player.release();
    listener.block(&mut player, &rolling(2.0), block(1000));
    assert_eq!(
        listener.heard,
        [(0, on(60)), (1000, off(60)), (1000, on(62))]
    );
}

#[test]
fn a_long_bypass_is_followed_by_neither_a_burst_nor_a_hanging_note() {
    let notes: Vec<Note> = (0..100)
        .map(|beat| note(f64::from(beat), 0.9, 60))
        .collect();
    let (mut player, _publisher) = player_of(&notes);
    let mut listener = Listener::default();
    listener.block(&mut player, &rolling(0.0), block(500));
    listener.block(&mut player, &rolling(20.5), block(600));
    assert_eq!(
        listener.heard,
        [(0, on(60)), (500, off(60)), (1000, on(60))]
    );
}

#[test]
fn what_a_full_host_refuses_is_sent_in_the_next_block() {
    let chord: Vec<Note> = (60..70).map(|pitch| note(0.0, 0.5, pitch)).collect();
    let (mut player, _publisher) = player_of(&chord);
    let mut listener = Listener::default();
    let mut position = 0.0;
    for _ in 0..50 {
        listener.room = Some(1);
        listener.block(&mut player, &rolling(position), block(20));
        position += 0.02;
    }
    assert_eq!(listener.begun().len(), 10);
    assert_eq!(listener.ended().len(), 10);
}

#[test]
fn without_a_position_or_a_tempo_there_is_silence() {
    let (mut player, _publisher) = player_of(&[note(0.0, 1.0, 60)]);
    let mut listener = Listener::default();
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
        listener.block(&mut player, &transport, block(1000));
    }
    let no_rate = Block {
        frames: 1000,
        rate_hz: 0.0,
    };
    listener.block(&mut player, &whole, no_rate);
    assert!(listener.heard.is_empty());
}

#[test]
fn a_tempo_ramp_moves_no_note_by_more_than_a_frame() {
    let rate_hz = 48_000.0;
    let notes: Vec<Note> = (0..64)
        .map(|step| note(f64::from(step) / 4.0, 0.25, 60))
        .collect();
    let (mut player, _publisher) = player_of(&notes);
    let mut listener = Listener::default();
    // From 100 BPM, 5 BPM more each second.
    let beats_at = |frame: f64| {
        let seconds = frame / rate_hz;
        (100.0 * seconds + 2.5 * seconds * seconds) / 60.0
    };
    let mut heard = 0;
    while beats_at(listener.frames as f64) < 16.0 {
        let seconds = listener.frames as f64 / rate_hz;
        let transport = Transport {
            tempo_bpm: Some(100.0 + 5.0 * seconds),
            position: Some(Beats(beats_at(listener.frames as f64))),
            ..rolling(0.0)
        };
        let frames = 256;
        listener.block(&mut player, &transport, Block { frames, rate_hz });
        for &(frame, _) in &listener.begun()[heard..] {
            let beats = heard as f64 / 4.0;
            let error = (beats_at(frame as f64) - beats) / (beats_at(1.0) - beats_at(0.0));
            assert!((-1.1..=2.0).contains(&error), "{error} frames at {beats}");
            heard += 1;
        }
    }
    assert_eq!(heard, 64);
}

/// One thing that a host does.
#[derive(Clone, Debug)]
enum Act {
    Roll { frames: u32, blocks: u8 },
    Tempo(f64),
    Seek(f64),
    Stop { frames: u32 },
    Loop(Option<(f64, f64)>),
    Swap(Vec<Note>),
    Room(Option<u32>),
    Reset,
    Partial { frames: u32 },
}

fn notes() -> impl Strategy<Value = Vec<Note>> {
    let one = (0u32..64, 1u32..12, 40u8..90).prop_map(|(start, length, pitch)| {
        note(f64::from(start) / 4.0, f64::from(length) / 4.0, pitch)
    });
    prop::collection::vec(one, 0..80)
}

fn act() -> impl Strategy<Value = Act> {
    let frames = 1u32..3000;
    prop_oneof![
        8 => (frames.clone(), 1u8..8).prop_map(|(frames, blocks)| Act::Roll { frames, blocks }),
        1 => (20.0..400.0).prop_map(Act::Tempo),
        1 => (-4.0..20.0).prop_map(Act::Seek),
        1 => frames.clone().prop_map(|frames| Act::Stop { frames }),
        1 => prop::option::of((0.0..8.0, 0.01..8.0))
            .prop_map(|range| Act::Loop(range.map(|(first, length)| (first, first + length)))),
        1 => notes().prop_map(Act::Swap),
        1 => prop::option::of(0u32..4).prop_map(Act::Room),
        1 => Just(Act::Reset),
        1 => frames.prop_map(|frames| Act::Partial { frames }),
    ]
}

proptest! {
    #[test]
    fn whatever_a_host_does_each_beginning_has_one_end_and_time_goes_forward(
        first in notes(),
        acts in prop::collection::vec(act(), 0..60),
        rate_hz in prop::sample::select(vec![8_000.0, 44_100.0, 48_000.0, 192_000.0]),
    ) {
        let (mut player, publisher) = player_of(&first);
        let mut listener = Listener::default();
        let mut host = rolling(0.0);
        for act in acts {
            match act {
                Act::Roll { frames, blocks } => for _ in 0..blocks {
                    listener.block(&mut player, &host, Block { frames, rate_hz });
                    let passed = f64::from(frames) * host.tempo_bpm.unwrap() / 60.0 / rate_hz;
                    let mut position = host.position.unwrap().0;
                    match host.loop_range {
                        Some((Beats(first), Beats(end))) if position < end => {
                            position += passed;
                            while position >= end {
                                position -= end - first;
                            }
                        }
                        _ => position += passed,
                    }
                    host.position = Some(Beats(position));
                },
                Act::Tempo(tempo_bpm) => host.tempo_bpm = Some(tempo_bpm),
                Act::Seek(position) => host.position = Some(Beats(position)),
                Act::Stop { frames } => {
                    let stopped = Transport { playing: false, ..host };
                    listener.block(&mut player, &stopped, Block { frames, rate_hz });
                }
                Act::Loop(range) => {
                    host.loop_range = range.map(|(first, end)| (Beats(first), Beats(end)));
                }
                Act::Swap(notes) => publisher.publish(NoteSchedule::new(&notes)),
                Act::Room(room) => listener.room = room,
                Act::Reset => player.release(),
                Act::Partial { frames } => {
                    let partial = Transport { position: None, ..host };
                    listener.block(&mut player, &partial, Block { frames, rate_hz });
                }
            }
        }
        listener.room = None;
        listener.block(&mut player, &Transport::default(), Block { frames: 64, rate_hz });
        prop_assert_eq!(listener.sounding, 0);
    }

    #[test]
    fn the_size_of_the_blocks_and_the_rate_change_no_beat(
        notes in notes(),
        sizes in prop::collection::vec(1u32..16_384, 1..6),
        rate_hz in prop::sample::select(vec![8_000.0, 22_050.0, 44_100.0, 96_000.0, 192_000.0]),
        tempo_bpm in 20.0..400.0,
    ) {
        let schedule = NoteSchedule::new(&notes);
        let beats_per_frame = tempo_bpm / 60.0 / rate_hz;
        let (mut player, _publisher) = player_of(&notes);
        let mut listener = Listener::default();
        let mut sizes = sizes.into_iter().cycle();
        while listener.frames as f64 * beats_per_frame < 20.0 {
            let transport = Transport {
                tempo_bpm: Some(tempo_bpm),
                ..rolling(listener.frames as f64 * beats_per_frame)
            };
            let frames = sizes.next().unwrap();
            listener.block(&mut player, &transport, Block { frames, rate_hz });
        }
        let ideal = |beats: f64| (beats / beats_per_frame - 1e-3).ceil() as u64;
        let begun: Vec<u64> = listener.begun().iter().map(|&(frame, _)| frame).collect();
        let ended: Vec<u64> = listener.ended().iter().map(|&(frame, _)| frame).collect();
        let starts: Vec<u64> = schedule.notes().iter().map(|n| ideal(n.start_beats)).collect();
        let ends: Vec<u64> = schedule.ends().iter().map(|end| ideal(end.beats)).collect();
        prop_assert_eq!(begun, starts);
        prop_assert_eq!(ended, ends);
    }
}
