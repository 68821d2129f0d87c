//! The editor in the window of a host on Windows. These tests run only there.
#![cfg(windows)]

mod drag;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::State;
use plugin_hosts::clap::{INSTRUMENT, Instance, Library};
use plugin_hosts::win32::Window;
use plugin_hosts::{is_loaded, library_of_this_test};

/// Codes of keys.
const SPACE: u16 = 0x20;
const LEFT: u16 = 0x25;
const DIGIT_1: u16 = 0x31;
/// The window's size, in points.
const SIZE: (u16, u16) = (1040, 768);
const MOMENT: Duration = Duration::from_millis(500);

/// A host has one thread for its windows.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn instance() -> Instance {
    Library::open(&library_of_this_test()).instance(INSTRUMENT)
}

fn opened() -> (Instance, Window) {
    let mut instance = instance();
    let window = Window::open(&mut instance);
    (instance, window)
}

/// Returns the middle of the widget that is labelled `label` in a new instance.
fn place_of(label: &str) -> (i16, i16) {
    let editor = HeadlessEditor::new(&State::default(), SIZE);
    editor.middle_of(label).expect("there is such a widget")
}

#[test]
fn a_click_takes_the_focus_whatever_error_an_earlier_call_has_left() {
    let _turn = turn();
    let (mut instance, window) = opened();
    for _ in 0..5 {
        window.click(place_of("Chords: Am | F G"));
        assert!(window.has_focus());
    }
    assert!(window.is_open());
    window.close(&mut instance);
}

#[test]
fn the_host_gets_the_keys_that_the_editor_does_not_use() {
    let _turn = turn();
    let (mut instance, window) = opened();
    // Nothing that keys are for.
    window.click((4, 4));
    assert!(window.has_focus());
    for key in [SPACE, LEFT, DIGIT_1] {
        window.press(key);
    }
    assert_eq!(window.run(MOMENT).keys, [SPACE, LEFT]);
    window.click(place_of("Chords: Am | F G"));
    window.press(SPACE);
    assert!(window.run(MOMENT).keys.is_empty());
    window.close(&mut instance);
}

#[test]
fn an_editor_in_which_nothing_moves_is_painted_seldom_and_does_not_stop() {
    let _turn = turn();
    let (mut instance, window) = opened();
    window.run(Duration::from_secs(1));
    // Five times a second are asked for.
    let paints = window.run(Duration::from_secs(4)).paints;
    assert!((2..=40).contains(&paints), "{paints}");
    window.close(&mut instance);
}

#[test]
fn a_file_dialog_belongs_to_the_hosts_window() {
    let _turn = turn();
    let (mut instance, window) = opened();
    window.click(place_of("Choose a clip…"));
    let belongs = window.close_dialog("Diff-BGM", Duration::from_secs(120));
    assert_eq!(belongs, Some(true));
    window.close(&mut instance);
}

#[test]
fn the_library_stays_in_memory_once_there_was_an_instance() {
    let _turn = turn();
    let path = library_of_this_test();
    for _ in 0..3 {
        drop(instance());
        assert!(is_loaded(&path));
    }
}
