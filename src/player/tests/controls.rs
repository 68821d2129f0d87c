//! Pedals and expression.

use super::*;

/// Returns the schedule of notes with all the controllers that they can have.
pub(super) fn with_controls(notes: &[Note]) -> NoteSchedule {
    with_controls_through(notes, &Outputs::default())
}

/// Returns the schedule of notes that leave through `outputs`, with all the controllers that they can have.
pub(super) fn with_controls_through(notes: &[Note], outputs: &Outputs) -> NoteSchedule {
    let score = score(notes);
    let request = ControlRequest {
        pedal: true,
        expression: true,
        energy: &[],
    };
    NoteSchedule::through(&score, &Controls::of(&score, &request), outputs)
}

impl Recorder {
    pub(super) fn pedals_are_up(&self) -> bool {
        let mut pedals = (self.set.iter())
            .filter(|((_, controller), _)| *controller == Controller::Pedal.number());
        pedals.all(|(_, value)| *value == 0)
    }

    /// Returns the frames and values of a channel's pedal.
    fn pedal(&self, wanted: u8) -> Vec<(u64, u8)> {
        self.values(wanted, Controller::Pedal)
    }

    fn values(&self, wanted: u8, of: Controller) -> Vec<(u64, u8)> {
        let value = |&(frame, event): &(u64, NoteEvent)| match event {
            NoteEvent::Control {
                channel,
                controller,
                value,
            } if (channel, controller) == (wanted, of.number()) => Some((frame, value)),
            _ => None,
        };
        self.events.iter().filter_map(value).collect()
    }
}

/// Whole notes of the chords, with pedal and expression.
fn chords() -> (Player, SchedulePublisher) {
    let notes = [0.0, 4.0, 8.0, 12.0].map(|bar| in_part(Part::Chords, note(bar, 4.0, 60)));
    let (player, publisher) = Player::new();
    publisher.publish(with_controls(&notes));
    (player, publisher)
}

const CHORDS: u8 = Part::Chords.channel();

#[test]
fn the_pedal_changes_at_the_bar_lines() {
    let (mut player, _publisher) = chords();
    let mut recorder = Recorder::default();
    for beat in 0..8 {
        recorder.block(&mut player, &rolling(f64::from(beat)), block(1000));
    }
    let expected = [(0, 0), (63, 127), (3938, 0), (4063, 127), (7938, 0)];
    assert_eq!(recorder.pedal(CHORDS), expected);
}

#[test]
fn playing_from_the_middle_begins_with_the_values_that_hold_there() {
    let (mut player, _publisher) = chords();
    let mut whole = Recorder::default();
    for beat in 0..16 {
        whole.block(&mut player, &rolling(f64::from(beat)), block(1000));
    }
    let mut from_the_middle = Recorder::default();
    let (mut player, _publisher) = chords();
    from_the_middle.block(&mut player, &rolling(10.3), block(100));
    assert_eq!(from_the_middle.pedal(CHORDS), [(0, 127)]);
    let expression = whole.values(CHORDS, Controller::Expression);
    let held = expression.iter().rfind(|(frame, _)| *frame < 10_300);
    let chased = from_the_middle.values(CHORDS, Controller::Expression);
    assert_eq!(chased, [(0, held.unwrap().1)]);
}

#[test]
fn a_stop_lifts_the_pedal_and_a_start_presses_it_again() {
    let (mut player, _publisher) = chords();
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    let stopped = Transport {
        playing: false,
        ..rolling(1.0)
    };
    recorder.block(&mut player, &stopped, block(1000));
    assert!(recorder.pedals_are_up());
    recorder.block(&mut player, &rolling(1.0), block(1000));
    let expected = [(0, 0), (63, 127), (1000, 0), (2000, 127)];
    assert_eq!(recorder.pedal(CHORDS), expected);
}

#[test]
fn a_jump_lifts_the_pedal_before_it_holds_the_new_place() {
    let (mut player, _publisher) = chords();
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(1.0), block(1000));
    recorder.block(&mut player, &rolling(9.0), block(1000));
    let expected = [(0, 127), (1000, 0), (1000, 127)];
    assert_eq!(recorder.pedal(CHORDS), expected);
}

#[test]
fn a_draft_without_controllers_brings_those_of_the_one_before_to_rest() {
    let (mut player, publisher) = chords();
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(1.0), block(1000));
    publisher.publish(schedule(&[note(2.5, 1.0, 60)]));
    recorder.block(&mut player, &rolling(2.0), block(1000));
    assert!(recorder.pedals_are_up());
    let expression = (CHORDS, Controller::Expression.number());
    assert_eq!(recorder.set[&expression], 127);
    let sent = recorder.events.len();
    recorder.block(&mut player, &rolling(3.0), block(400));
    recorder.block(&mut player, &rolling(0.0), block(400));
    assert_eq!(recorder.events[sent..], [(2400, off(60))]);
}

#[test]
fn refused_control_changes_are_sent_in_the_next_block() {
    let (mut player, _publisher) = chords();
    let mut recorder = Recorder {
        room: Some(1),
        ..Recorder::default()
    };
    recorder.block(&mut player, &rolling(1.0), block(1000));
    assert!(recorder.values(CHORDS, Controller::Expression).is_empty());
    recorder.room = None;
    recorder.block(&mut player, &rolling(2.0), block(1000));
    assert_eq!(recorder.pedal(CHORDS), [(0, 127)]);
    let expression = recorder.values(CHORDS, Controller::Expression);
    assert_eq!(expression[0].0, 1000);
}
