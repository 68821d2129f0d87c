//! Takes in the window: renamed, deleted and brought back.

use diff_bgm::generator::Draft;
use diff_bgm::instance::State;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use plugin_hosts::desktop::{Key, Window};

use super::{draft_state, place, saved_state, screen, shot, wait_for, with, with_draft};

#[test]
fn keys_rename_and_delete_a_take() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let take = place(&window, &draft_state(), "1 seed 1");
    window.click(take);
    shot(&window, "take");
    window.press_key(Key::Enter);
    window.type_line(" slow");
    wait_for(&mut instance, |state| {
        state.takes[0].name == "1 seed 1 slow"
    });
    window.click(take);
    window.press_key(Key::Delete);
    wait_for(&mut instance, |state| state.takes.is_empty());
    window.close(&mut instance);
}

#[test]
fn delete_held_down_deletes_one_take_and_the_button_brings_it_back() {
    let Some(_turn) = screen() else { return };
    let mut state = draft_state();
    let draft = Draft::clone(&state.takes[0].draft);
    state.add_take(draft, 0);
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    window.click(place(&window, &state, "1 seed 1"));
    for _ in 0..4 {
        window.press_key(Key::Delete);
    }
    wait_for(&mut instance, |state| state.takes.len() == 1);
    shot(&window, "deleted");
    assert_eq!(saved_state(&mut instance).takes.len(), 1);
    window.click(place(&window, &state, "Undo"));
    let restored = wait_for(&mut instance, |state| state.takes.len() == 2);
    assert_eq!(restored.takes, state.takes);
    shot(&window, "restored");
    window.close(&mut instance);
}

/// A state with takes of eight bars in three parts, each with another tune.
fn in_parts(takes: u64) -> State {
    let mut state = super::clip_and_steps(10);
    for seed in 1..=takes {
        let mut notes = Vec::new();
        for step in 0..32_u8 {
            let beat = f64::from(step);
            let mut add = |start: f64, length: f64, pitch: u64, part| {
                notes.push(Note {
                    start: Beats(start),
                    length: Beats(length),
                    pitch: pitch as u8,
                    velocity: 90,
                    part,
                });
            };
            let turn = (u64::from(step) * (2 * seed + 1)) % 12;
            add(beat, 0.9, 68 + turn, Part::Lead);
            if step % 2 == 0 {
                add(beat, 1.8, 55 + turn % 5, Part::Chords);
            }
            if step % 4 == 0 {
                add(beat, 3.9, 36 + turn % 7, Part::Bass);
            }
        }
        let mut draft = Draft {
            score: Score::repaired(RawScore {
                notes,
                bars: Bars(8),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        draft.recipe.model = "default".to_owned();
        draft.recipe.settings.seed = seed;
        draft.recipe.settings.sampler.steps = 10;
        state.add_take(draft, 0);
    }
    state
}

#[test]
fn number_keys_choose_takes_and_x_switches_between_the_two_that_are_pinned() {
    let Some(_turn) = screen() else { return };
    let state = in_parts(4);
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    shot(&window, "cards");
    window.click(place(&window, &state, "2 seed 2"));
    window.press_key(Key::A);
    window.click(place(&window, &state, "3 seed 3"));
    window.press_key(Key::B);
    let pinned = wait_for(&mut instance, |state| state.pins.other(Some(2)) == Some(1));
    assert_eq!(pinned.current, Some(2));
    window.press_key(Key::X);
    wait_for(&mut instance, |state| state.current == Some(1));
    window.press_key(Key::One);
    wait_for(&mut instance, |state| state.current == Some(0));
    shot(&window, "pinned");
    // While text is typed, digits are text.
    window.click(place(&window, &state, "Chords: Am | F G"));
    window.type_line("C6");
    let typed = wait_for(&mut instance, |typed| typed.harmony != state.harmony);
    assert_eq!(typed.current, Some(0));
    window.close(&mut instance);
}
