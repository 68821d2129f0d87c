//! Takes in the window: renamed, deleted and brought back.

use diff_bgm::generator::Draft;
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
