//! Parts on other channels and in other octaves.

use proptest::prelude::*;

use super::any_host::{notes, outputs};
use super::controls::with_controls_through;
use super::*;
use crate::music::outputs::Output;

fn player_through(notes: &[Note], outputs: &Outputs) -> (Player, SchedulePublisher) {
    let (player, publisher) = Player::new();
    publisher.publish(through(notes, outputs));
    (player, publisher)
}

fn through(notes: &[Note], outputs: &Outputs) -> NoteSchedule {
    NoteSchedule::through(&score(notes), &Controls::default(), outputs)
}

/// Lead and chords on channel 1.
fn shared() -> Outputs {
    let mut outputs = Outputs::default();
    outputs.chords.channel = 1;
    outputs
}

#[test]
fn parts_play_on_their_channels_and_in_their_octaves() {
    let notes = [
        in_part(Part::Lead, note(0.0, 0.5, 72)),
        in_part(Part::Bass, note(0.5, 0.5, 40)),
    ];
    let outputs = Outputs {
        lead: Output {
            channel: 16,
            octaves: 1,
        },
        bass: Output {
            channel: 10,
            octaves: -2,
        },
        ..Outputs::default()
    };
    let (mut player, _publisher) = player_through(&notes, &outputs);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(2000));
    let expected = [
        (0, on_channel(15, 84)),
        (500, off_channel(15, 84)),
        (500, on_channel(9, 16)),
        (1000, off_channel(9, 16)),
    ];
    assert_eq!(recorder.events, expected);
}

#[test]
fn a_change_of_channel_ends_what_sounds_on_the_old_one() {
    let notes = [
        in_part(Part::Chords, note(0.0, 4.0, 60)),
        in_part(Part::Chords, note(1.5, 1.0, 64)),
    ];
    let (mut player, publisher) = player_through(&notes, &Outputs::default());
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    let mut outputs = Outputs::default();
    outputs.chords.channel = 9;
    publisher.publish(through(&notes, &outputs));
    recorder.block(&mut player, &rolling(1.0), block(1000));
    let expected = [
        (0, on_channel(1, 60)),
        (1000, off_channel(1, 60)),
        (1500, on_channel(8, 64)),
    ];
    assert_eq!(recorder.events, expected);
}

#[test]
fn a_change_of_channel_lifts_the_pedal_of_the_old_one_and_presses_that_of_the_new_one() {
    let notes = [0.0, 4.0].map(|bar| in_part(Part::Chords, note(bar, 4.0, 60)));
    let (mut player, publisher) = Player::new();
    publisher.publish(with_controls_through(&notes, &Outputs::default()));
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(1.0), block(1000));
    let pedal = Controller::Pedal.number();
    assert_eq!(recorder.set[&(1, pedal)], 127);
    let mut outputs = Outputs::default();
    outputs.chords.channel = 9;
    publisher.publish(with_controls_through(&notes, &outputs));
    recorder.block(&mut player, &rolling(2.0), block(1000));
    assert_eq!(recorder.set[&(1, pedal)], 0);
    assert_eq!(recorder.set[&(8, pedal)], 127);
}

#[test]
fn on_a_shared_channel_and_pitch_a_later_note_takes_over() {
    let notes = [
        in_part(Part::Lead, note(0.0, 2.0, 60)),
        in_part(Part::Chords, note(0.5, 0.25, 60)),
    ];
    let (mut player, _publisher) = player_through(&notes, &shared());
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(3000));
    let expected = [(0, on(60)), (500, off(60)), (500, on(60)), (750, off(60))];
    assert_eq!(recorder.events, expected);
}

#[test]
fn a_muted_part_takes_nothing_from_the_one_that_shares_its_channel() {
    let notes = [
        in_part(Part::Lead, note(0.0, 2.0, 60)),
        in_part(Part::Chords, note(0.0, 3.0, 60)),
        in_part(Part::Chords, note(0.5, 0.25, 64)),
        in_part(Part::Lead, note(0.25, 1.0, 64)),
    ];
    let (mut player, _publisher) = player_through(&notes, &shared());
    player.set_muted([false, true, false]);
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(3000));
    let expected = [(0, on(60)), (250, on(64)), (1250, off(64)), (2000, off(60))];
    assert_eq!(recorder.events, expected);
}

#[test]
fn muting_one_of_two_parts_on_a_channel_ends_only_its_notes() {
    let notes = [
        in_part(Part::Lead, note(0.0, 2.0, 72)),
        in_part(Part::Chords, note(0.0, 2.0, 60)),
    ];
    let (mut player, _publisher) = player_through(&notes, &shared());
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    player.set_muted([true, false, false]);
    recorder.block(&mut player, &rolling(1.0), block(500));
    assert_eq!(recorder.ended(), [(1000, 72)]);
}

proptest! {
    #[test]
    fn what_is_heard_is_what_a_midi_file_has(notes in notes(), outputs in outputs()) {
        let (mut player, _publisher) = player_through(&notes, &outputs);
        let mut recorder = Recorder::default();
        for beat in 0..20 {
            recorder.block(&mut player, &rolling(f64::from(beat)), block(1000));
        }
        let whole = score(&notes);
        let leaving = outputs.leaving(&whole);
        // At 1000 frames a beat, quarters of a beat are whole frames.
        let frame = |beats: Beats| (beats.0 * 1000.0) as u64;
        let mut expected = Vec::new();
        for note in leaving.notes() {
            let (channel, pitch) = (outputs.channel(note.part), note.pitch);
            expected.push((frame(note.start), 1, channel, pitch));
            expected.push((frame(note.end()), 0, channel, pitch));
        }
        let heard = recorder.events.iter().map(|&(frame, event)| match event {
            NoteEvent::On { channel, pitch, .. } => (frame, 1, channel, pitch),
            NoteEvent::Off { channel, pitch } => (frame, 0, channel, pitch),
            NoteEvent::Control { .. } => unreachable!("there are no controls"),
        });
        let mut heard: Vec<_> = heard.collect();
        prop_assert!(heard.is_sorted_by_key(|&(frame, is_on, ..)| (frame, is_on)));
        expected.sort_unstable();
        heard.sort_unstable();
        prop_assert_eq!(heard, expected);
    }
}
