//! Rules that hold whatever a host does.

use proptest::prelude::*;

use super::controls::with_controls_through;
use super::*;
use crate::music::outputs::Output;

/// An action of a host.
#[derive(Clone, Debug)]
enum Act {
    Roll { frames: u32, blocks: u8 },
    Tempo(f64),
    Seek(f64),
    Stop { frames: u32 },
    Loop(Option<(f64, f64)>),
    Swap(Vec<Note>, Outputs),
    Mute([bool; 3]),
    Room(Option<u32>),
    Reset,
    Partial { frames: u32 },
}

pub(super) fn notes() -> impl Strategy<Value = Vec<Note>> {
    let part = prop::sample::select(Part::ALL.to_vec());
    let one = (0u32..64, 1u32..12, 40u8..90, part).prop_map(|(start, length, pitch, part)| {
        let note = note(f64::from(start) / 4.0, f64::from(length) / 4.0, pitch);
        in_part(part, note)
    });
    prop::collection::vec(one, 0..80)
}

/// Few channels, so that parts often share one.
pub(super) fn outputs() -> impl Strategy<Value = Outputs> {
    let one = || (1u8..=3, -1i8..=1).prop_map(|(channel, octaves)| Output { channel, octaves });
    (one(), one(), one()).prop_map(|(lead, chords, bass)| Outputs { lead, chords, bass })
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
        1 => (notes(), outputs()).prop_map(|(notes, outputs)| Act::Swap(notes, outputs)),
        1 => any::<[bool; 3]>().prop_map(Act::Mute),
        1 => prop::option::of(0u32..4).prop_map(Act::Room),
        1 => Just(Act::Reset),
        1 => frames.prop_map(|frames| Act::Partial { frames }),
    ]
}

proptest! {
    #[test]
    fn whatever_a_host_does_every_note_ends_once_pedals_are_lifted_and_time_goes_forward(
        first in notes(),
        first_outputs in outputs(),
        acts in prop::collection::vec(act(), 0..60),
        rate_hz in prop::sample::select(vec![8_000.0, 44_100.0, 48_000.0, 192_000.0]),
    ) {
        let (mut player, publisher) = Player::new();
        publisher.publish(with_controls_through(&first, &first_outputs));
        let mut recorder = Recorder::default();
        let mut host = rolling(0.0);
        for act in acts {
            match act {
                Act::Roll { frames, blocks } => for _ in 0..blocks {
                    recorder.block(&mut player, &host, Block { frames, rate_hz });
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
                    recorder.block(&mut player, &stopped, Block { frames, rate_hz });
                }
                Act::Loop(range) => {
                    host.loop_range = range.map(|(first, end)| (Beats(first), Beats(end)));
                }
                Act::Swap(notes, outputs) => {
                    publisher.publish(with_controls_through(&notes, &outputs));
                }
                Act::Mute(muted) => player.set_muted(muted),
                Act::Room(room) => recorder.room = room,
                Act::Reset => player.release(),
                Act::Partial { frames } => {
                    let partial = Transport { position: None, ..host };
                    recorder.block(&mut player, &partial, Block { frames, rate_hz });
                }
            }
        }
        recorder.room = None;
        recorder.block(&mut player, &Transport::default(), Block { frames: 64, rate_hz });
        prop_assert_eq!(&recorder.sounding, &SoundingNotes::default());
        prop_assert!(recorder.pedals_are_up(), "{:?}", recorder.set);
    }

    #[test]
    fn block_size_and_rate_do_not_change_the_timing(
        notes in notes(),
        sizes in prop::collection::vec(1u32..16_384, 1..6),
        rate_hz in prop::sample::select(vec![8_000.0, 22_050.0, 44_100.0, 96_000.0, 192_000.0]),
        tempo_bpm in 20.0..400.0,
    ) {
        let schedule = schedule(&notes);
        let beats_per_frame = tempo_bpm / 60.0 / rate_hz;
        let (mut player, _publisher) = player_of(&notes);
        let mut recorder = Recorder::default();
        let mut sizes = sizes.into_iter().cycle();
        while recorder.frames as f64 * beats_per_frame < 20.0 {
            let transport = Transport {
                tempo_bpm: Some(tempo_bpm),
                ..rolling(recorder.frames as f64 * beats_per_frame)
            };
            let frames = sizes.next().unwrap();
            recorder.block(&mut player, &transport, Block { frames, rate_hz });
        }
        let ideal = |beats: f64| (beats / beats_per_frame - 1e-3).ceil() as u64;
        let begun: Vec<u64> = recorder.begun().iter().map(|&(frame, _)| frame).collect();
        let ended: Vec<u64> = recorder.ended().iter().map(|&(frame, _)| frame).collect();
        let starts: Vec<u64> = schedule.notes().iter().map(|n| ideal(n.start_beats)).collect();
        let ends: Vec<u64> = schedule.ends().iter().map(|end| ideal(end.beats)).collect();
        prop_assert_eq!(begun, starts);
        prop_assert_eq!(ended, ends);
    }
}
