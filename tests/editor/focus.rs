//! Keys that are the host's, and the focus, which the window has only while text is typed.

use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::instance::State;
use plugin_hosts::desktop::{Key, Window};

use super::{draft_state, empty, place, saved_state, screen, shot, wait_for, with, with_draft};

const SPACE: u8 = Key::Space as u8;
const R: u8 = Key::R as u8;

#[test]
fn the_space_bar_reaches_the_host_after_any_click() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let state = draft_state();
    for label in [
        "Density",
        "Timeline",
        "1 seed 1",
        "Follow host tempo",
        "Undo",
        "Takes",
    ] {
        window.click(place(&window, &state, label));
        let _ = window.keys_heard();
        window.press_key(Key::Space);
        assert_eq!(window.keys_heard(), [SPACE], "after a click on {label}");
        assert!(window.has_focus(), "after a click on {label}");
    }
    assert_eq!(saved_state(&mut instance).takes.len(), 1);
    window.close(&mut instance);
}

#[test]
fn keys_of_a_widget_do_not_reach_the_host() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    window.click(place(&window, &draft_state(), "1 seed 1"));
    let _ = window.keys_heard();
    window.press_key(Key::Delete);
    wait_for(&mut instance, |state| state.takes.is_empty());
    window.press_with(&[Key::Control], Key::Z);
    wait_for(&mut instance, |state| state.takes.len() == 1);
    window.press_with(&[Key::Control, Key::Shift], Key::Z);
    wait_for(&mut instance, |state| state.takes.is_empty());
    // The host hears of Ctrl and Shift, which it may hold for anything.
    let mut heard = window.keys_heard();
    heard.retain(|&key| key != Key::Control as u8 && key != Key::Shift as u8);
    assert_eq!(heard, [0u8; 0]);
    window.close(&mut instance);
}

#[test]
fn shortcuts_work_after_a_press_anywhere_in_the_window_and_not_before() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let bars = place(&window, &draft_state(), "Bars");
    window.point(bars);
    let _ = window.keys_heard();
    window.press_key(Key::L);
    assert_eq!(window.keys_heard(), [Key::L as u8]);
    window.click(bars);
    window.press_key(Key::L);
    wait_for(&mut instance, |state| !state.locks.is_empty());
    assert_eq!(window.keys_heard(), [0u8; 0]);
    window.close(&mut instance);
}

#[test]
fn typed_letters_are_the_windows_until_the_text_is_entered() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let field = place(&window, &State::default(), "Chords: Am | F G");
    window.click(field);
    assert!(!window.has_focus());
    // The pointer is not where the typing is.
    window.point((400, 400));
    let _ = window.keys_heard();
    window.type_line("F G | Am");
    assert_eq!(window.keys_heard(), [0u8; 0]);
    let chords = Harmony::Chords("F G | Am".parse().unwrap());
    wait_for(&mut instance, |state| state.harmony == chords);
    assert!(window.has_focus());
    window.press_key(Key::R);
    window.press_key(Key::Space);
    assert_eq!(window.keys_heard(), [R, SPACE]);
    window.close(&mut instance);
}

#[test]
fn a_host_that_takes_the_focus_ends_typing_and_keeps_it() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&State::default());
    let window = Window::open(&mut instance);
    window.click(place(&window, &State::default(), "Chords: Am | F G"));
    window.press_key(Key::R);
    shot(&window, "typing");
    window.focus();
    window.press_key(Key::Space);
    let _ = shot(&window, "typing-ended");
    assert!(window.has_focus());
    window.press_key(Key::R);
    assert_eq!(window.keys_heard().last(), Some(&R));
    window.close(&mut instance);
}
