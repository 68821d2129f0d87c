//! Bars selected and locked on the ruler, painted again, and notes edited in the roll.

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::generator::Draft;
use diff_bgm::instance::State;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use plugin_hosts::desktop::{Key, Window};

use super::{ACCENT, clip_and_steps, place, saved_state, screen, shot, wait_for, with, with_clip};

/// Returns the middle of a bar of `count` visible ones on the ruler, counted from 1.
fn on_ruler(window: &Window, state: &State, bar: u32, count: u32) -> (i16, i16) {
    let editor = HeadlessEditor::new(state, window.size);
    let ruler = editor.rect_of("Bars").expect("there is a draft");
    let share = (bar as f32 - 0.5) / count as f32;
    let x = ruler.left() + share * ruler.width();
    (x as i16, ruler.center().y as i16)
}

#[test]
fn bars_dragged_over_on_the_ruler_are_painted_again_and_locked_ones_stay() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(1);
    let window = Window::open(&mut instance);
    window.click(place(&window, &clip_and_steps(1), "Generate"));
    let first = wait_for(&mut instance, |state| state.takes.len() == 1);
    let bars = first.takes[0].draft.score.bars().0;
    let at = |bar| on_ruler(&window, &first, bar, bars);
    window.drag(at(1), at(4), || ());
    window.press_key(Key::L);
    let locked = wait_for(&mut instance, |state| !state.locks.is_empty());
    assert!(locked.locks.bars.iter().eq(&[0, 1, 2, 3]));
    window.drag(at(3), at(6), || ());
    let picture = shot(&window, "selected");
    assert!(picture.contains(ACCENT));
    window.click(place(&window, &first, "Generate"));
    let painted = wait_for(&mut instance, |state| state.takes.len() == 2);
    let take = &painted.takes[1];
    assert_eq!(take.painted.as_deref(), Some("bars 3–6 of 1"));
    let changed = |bars: std::ops::Range<f64>| {
        let notes = |state: &State, take: usize| -> Vec<Note> {
            let notes = state.takes[take].draft.score.notes().iter();
            let notes = notes.filter(|note| bars.contains(&(note.start.0 / 4.0)));
            notes.copied().collect()
        };
        notes(&painted, 0) != notes(&painted, 1)
    };
    assert!(!changed(0.0..4.0) && !changed(6.0..f64::from(bars)));
    assert!(changed(4.0..6.0));
    shot(&window, "repainted");
    window.close(&mut instance);
}

#[test]
fn a_note_dragged_in_the_roll_is_saved_where_it_was_dropped() {
    let Some(_turn) = screen() else { return };
    let note = |start: f64, pitch, part| Note {
        start: Beats(start),
        length: Beats(4.0),
        pitch,
        velocity: 90,
        part,
    };
    let mut state = State::default();
    let draft = Draft {
        score: Score::repaired(RawScore {
            notes: vec![note(4.0, 60, Part::Lead), note(8.0, 48, Part::Bass)],
            bars: Bars(4),
            ..RawScore::default()
        }),
        ..Draft::default()
    };
    state.add_take(draft, 0);
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let editor = HeadlessEditor::new(&state, window.size);
    let place = |beat: f32, pitch: u8| {
        let at = editor.place_in_roll(Beats(beat.into()), pitch);
        at.expect("there is a draft")
    };
    window.drag(place(6.0, 60), place(7.0, 64), || ());
    let moved = wait_for(&mut instance, |state| !state.takes[0].edited.is_empty());
    let expected = [note(5.0, 64, Part::Lead), note(8.0, 48, Part::Bass)];
    assert_eq!(moved.takes[0].draft.score.notes(), expected);
    shot(&window, "edited");
    assert_eq!(saved_state(&mut instance).takes[0].edited, expected[..1]);
    window.close(&mut instance);
}
