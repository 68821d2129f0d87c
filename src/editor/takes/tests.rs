use egui::Modifiers;

use super::*;
use crate::editor::HeadlessEditor;
use crate::generator::Draft;
use crate::instance::State;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::player::HostTransport;
use crate::time::{Bars, Beats};

fn with_takes(count: u64) -> HeadlessEditor {
    let mut state = State::default();
    for seed in 1..=count {
        let mut draft = Draft::default();
        draft.recipe.settings.seed = seed;
        state.add_take(draft, 0);
    }
    HeadlessEditor::new(&state, (1040, 768))
}

fn names(editor: &HeadlessEditor) -> Vec<String> {
    let state = editor.state();
    state.takes.iter().map(|take| take.name.clone()).collect()
}

#[test]
fn delete_held_down_deletes_one_take_and_ctrl_z_brings_it_back() {
    // Backspace is what the delete key of a Mac is called.
    let mut on_a_mac = with_takes(3);
    assert!(on_a_mac.click("1 seed 1"));
    on_a_mac.press(Modifiers::NONE, Key::Backspace, 20);
    let mut editor = with_takes(3);
    let all = editor.state();
    assert!(editor.click("1 seed 1"));
    let chosen = editor.state();
    editor.press(Modifiers::NONE, Key::Delete, 20);
    assert_eq!(names(&editor), ["2 seed 2", "3 seed 3"]);
    assert_eq!(names(&on_a_mac), names(&editor));
    let deleted = editor.state();
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state(), chosen);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state(), all);
    for _ in 0..2 {
        editor.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z, 0);
    }
    assert_eq!(editor.state(), deleted);
}

#[test]
fn number_keys_choose_takes_but_not_while_text_is_typed() {
    let mut editor = with_takes(3);
    editor.press(Modifiers::NONE, Key::Num1, 0);
    assert_eq!(editor.state().current, Some(0));
    editor.press(Modifiers::COMMAND, Key::Num2, 0);
    editor.press(Modifiers::NONE, Key::Num9, 0);
    assert_eq!(editor.state().current, Some(0));
    editor.click("Chords: Am | F G");
    editor.press(Modifiers::NONE, Key::Num2, 0);
    assert_eq!(editor.state().current, Some(0));
    editor.press(Modifiers::NONE, Key::Escape, 0);
    editor.press(Modifiers::NONE, Key::Num2, 0);
    assert_eq!(editor.state().current, Some(1));
}

#[test]
fn two_takes_are_pinned_and_one_key_switches_between_them() {
    let mut editor = with_takes(3);
    for (take, pin) in [("1 seed 1", Key::A), ("3 seed 3", Key::B)] {
        editor.click(take);
        editor.press(Modifiers::NONE, pin, 0);
    }
    let mut heard = Vec::new();
    for _ in 0..3 {
        editor.press(Modifiers::NONE, Key::X, 0);
        heard.extend(editor.state().current);
    }
    assert_eq!(heard, [0, 2, 0]);
    assert!(editor.click("A/B: A"));
    assert_eq!(editor.state().current, Some(2));
    let text = editor.state().to_text().unwrap();
    let saved = State::from_text(&text).unwrap();
    assert_eq!(saved.pins.other(Some(2)), Some(0));
    // The pins follow their takes, and there is nothing to switch once one is gone.
    editor.click("2 seed 2");
    editor.press(Modifiers::NONE, Key::Delete, 0);
    editor.press(Modifiers::NONE, Key::X, 0);
    assert_eq!(editor.state().current, Some(0));
    editor.click("1 seed 1");
    editor.press(Modifiers::NONE, Key::Delete, 0);
    editor.press(Modifiers::NONE, Key::X, 0);
    assert_eq!(editor.state().pins.other(None), None);
}

#[test]
fn selected_bars_of_another_take_are_taken_into_the_current_one() {
    let mut state = State::default();
    for seed in 1..=2 {
        let note = |bar: u8| Note {
            start: Beats(4.0 * f64::from(bar)),
            length: Beats(1.0),
            pitch: 60 + 12 * seed as u8,
            velocity: 80,
            part: Part::Lead,
        };
        let mut draft = Draft {
            score: Score::repaired(RawScore {
                notes: (0..4).map(note).collect(),
                bars: Bars(4),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        draft.recipe.settings.seed = seed;
        state.add_take(draft, 0);
    }
    let mut editor = HeadlessEditor::new(&state, (1040, 768));
    editor.open_menu("1 seed 1");
    assert!(!editor.click("Take bar 3 into take 2"));
    editor.press(Modifiers::NONE, Key::Escape, 0);
    // Just right of the middle of four bars lies the third.
    let ruler = editor.rect_of("Bars").unwrap();
    editor.click_at(ruler.center() + Vec2::new(20.0, 0.0), 1);
    editor.open_menu("1 seed 1");
    assert!(editor.click("Take bar 3 into take 2"));
    let made = editor.state();
    let take = made.current_take().unwrap();
    assert_eq!(take.summary(), "bar 3 of 1 in 2");
    let pitches: Vec<u8> = (take.draft.score.notes().iter())
        .map(|note| note.pitch)
        .collect();
    assert_eq!(pitches, [84, 84, 72, 84]);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state().takes.len(), 2);
}

#[test]
fn buttons_undo_and_redo_and_a_name_that_their_click_entered_is_undone() {
    let mut editor = with_takes(1);
    editor.click("1 seed 1");
    editor.press(Modifiers::NONE, Key::Enter, 0);
    editor.type_text(" slow");
    editor.click("Undo");
    assert_eq!(names(&editor), ["1 seed 1"]);
    editor.click("Redo");
    assert_eq!(names(&editor), ["1 seed 1 slow"]);
    // There is nothing more to redo.
    editor.click("Redo");
    assert_eq!(names(&editor), ["1 seed 1 slow"]);
}

#[test]
fn ctrl_z_in_a_text_field_does_not_undo_a_change_of_the_takes() {
    let mut editor = with_takes(2);
    editor.click("1 seed 1");
    let chosen = editor.state();
    editor.click("Chords: Am | F G");
    editor.type_text("C");
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state(), chosen);
}

#[test]
fn a_take_of_another_tempo_than_the_hosts_is_marked() {
    const MARK: &str =
        "Made at 120 BPM, the host is at 90 BPM: its accents miss the cuts. Draft again.";
    let mut editor = with_takes(1);
    assert_eq!(editor.middle_of(MARK), None);
    for (bpm, is_marked) in [(90.0, true), (120.0, false)] {
        editor.session().live.set_transport(&HostTransport {
            tempo_bpm: Some(bpm),
            ..HostTransport::default()
        });
        editor.click("Timeline");
        assert_eq!(editor.middle_of(MARK).is_some(), is_marked, "{bpm}");
    }
}

#[test]
fn a_take_says_what_it_was_made_with_while_the_pointer_is_on_it() {
    let mut editor = with_takes(1);
    assert_eq!(editor.middle_of("120 BPM, 4/4, 1 bar"), None);
    assert!(editor.hover("1 seed 1"));
    assert!(editor.middle_of("120 BPM, 4/4, 1 bar").is_some());
}
