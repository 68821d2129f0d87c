use egui::{Modifiers, pos2};

use super::super::HeadlessEditor;
use super::*;
use crate::instance::State;
use crate::music::score::{RawScore, Score};
use crate::time::Bars;

const FIRST: Note = Note {
    start: Beats(1.0),
    length: Beats(2.0),
    pitch: 60,
    velocity: 80,
    part: Part::Lead,
};
const SECOND: Note = Note {
    start: Beats(4.0),
    pitch: 48,
    part: Part::Bass,
    ..FIRST
};

/// Two bars of 4/4, all of them visible.
struct TwoBars {
    editor: HeadlessEditor,
}

impl TwoBars {
    fn new() -> Self {
        let draft = Draft {
            score: Score::repaired(RawScore {
                notes: vec![FIRST, SECOND],
                bars: Bars(2),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        let mut state = State::default();
        state.add_take(draft, 0);
        Self {
            editor: HeadlessEditor::new(&state, (1040, 768)),
        }
    }

    /// Returns the place of a beat and a pitch.
    fn place(&self, beat: f32, pitch: u8) -> Pos2 {
        let place = self.editor.place_in_roll(Beats(beat.into()), pitch);
        let (x, y) = place.unwrap();
        pos2(x.into(), y.into())
    }

    fn drag(&mut self, modifiers: Modifiers, from: (f32, u8), to: (f32, u8)) {
        let (from, to) = (self.place(from.0, from.1), self.place(to.0, to.1));
        self.editor.drag(modifiers, from, to);
    }

    fn notes(&self) -> Vec<Note> {
        let state = self.editor.state();
        state.current_take().unwrap().draft.score.notes().to_vec()
    }
}

#[test]
fn a_note_is_dragged_to_another_place_by_sixteenths_and_undone_in_one_step() {
    let mut roll = TwoBars::new();
    let before = roll.editor.state();
    roll.drag(Modifiers::NONE, (2.0, 60), (2.55, 63));
    let moved = Note {
        start: Beats(1.5),
        pitch: 63,
        ..FIRST
    };
    assert_eq!(roll.notes(), [moved, SECOND]);
    let state = roll.editor.state();
    assert_eq!(state.current_take().unwrap().edited, [moved]);
    roll.editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(roll.editor.state(), before);
}

#[test]
fn the_end_of_a_note_is_dragged_alone() {
    let mut roll = TwoBars::new();
    roll.drag(Modifiers::NONE, (2.98, 60), (3.5, 66));
    let longer = Note {
        length: Beats(2.5),
        ..FIRST
    };
    assert_eq!(roll.notes(), [longer, SECOND]);
}

#[test]
fn with_alt_a_note_moves_off_the_grid() {
    let mut roll = TwoBars::new();
    roll.drag(Modifiers::ALT, (2.0, 60), (2.1, 60));
    let start = roll.notes()[0].start.0;
    assert!((start - 1.1).abs() < 0.02, "{start}");
}

#[test]
fn a_double_click_draws_a_note_like_those_around_it_and_deletes_the_one_it_is_on() {
    let mut roll = TwoBars::new();
    roll.editor.click_at(roll.place(6.3, 50), 2);
    let drawn = Note {
        start: Beats(6.25),
        length: LENGTH,
        pitch: 50,
        velocity: VELOCITY,
        part: Part::Bass,
    };
    assert_eq!(roll.notes(), [FIRST, SECOND, drawn]);
    roll.editor.click_at(roll.place(2.0, 60), 2);
    assert_eq!(roll.notes(), [SECOND, drawn]);
}

#[test]
fn delete_removes_the_selected_note_and_only_that() {
    let mut roll = TwoBars::new();
    roll.editor.click_at(roll.place(5.0, 48), 1);
    roll.editor.press(Modifiers::NONE, Key::Delete, 5);
    assert_eq!(roll.notes(), [FIRST]);
    assert_eq!(roll.editor.state().takes.len(), 1);
}

#[test]
fn a_note_is_heard_when_it_is_pressed_and_when_a_drag_changes_its_pitch() {
    let mut roll = TwoBars::new();
    let (from, to) = (roll.place(2.0, 60), roll.place(2.0, 64));
    let mut heard = Vec::new();
    roll.editor.drag_in_steps(from, to, 40, |session| {
        heard.extend(session.live.take_audition());
    });
    let pitches: Vec<u8> = heard.iter().map(|&(pitch, _)| pitch).collect();
    assert_eq!(pitches, [60, 61, 62, 63, 64]);
    assert!(heard.iter().all(|&(_, velocity)| velocity == 80));
}

#[test]
fn a_click_lets_a_note_be_heard_once_in_the_octave_of_its_part() {
    let mut roll = TwoBars::new();
    let heard = |roll: &TwoBars| roll.editor.session().live.take_audition();
    let (bass, nothing) = (roll.place(5.0, 48), roll.place(5.0, 70));
    roll.editor.click_at(bass, 1);
    assert_eq!(heard(&roll), Some((48, 80)));
    roll.editor.click_at(nothing, 1);
    assert_eq!(heard(&roll), None);
    (roll.editor.session()).edit(|state| state.outputs.bass.octaves = -1);
    roll.editor.click_at(bass, 1);
    assert_eq!(heard(&roll), Some((36, 80)));
}
