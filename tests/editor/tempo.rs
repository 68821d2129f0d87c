//! A tempo found in the window.

use std::thread;
use std::time::Duration;

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::State;
use diff_bgm::time::Tempo;
use plugin_hosts::desktop::Window;

use super::{ACCENT, clip_and_steps, place, screen, shot, wait_for, with};

#[test]
fn a_row_of_the_table_is_taken_by_one_press() {
    let Some(_turn) = screen() else { return };
    let state = State {
        tempo: Tempo::new(96.0).ok(),
        ..clip_and_steps(10)
    };
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    window.click(place(&window, &state, "Find tempo…"));
    let panel = shot(&window, "tempo");
    let mut editor = HeadlessEditor::new(&state, window.size);
    editor.click("Find tempo…");
    let row = (0..500).find_map(|_| {
        thread::sleep(Duration::from_millis(20));
        editor.frame();
        editor.middle_of("107.5 BPM")
    });
    let row = row.expect("cuts of the built-in clip fall on beats of 107.5 BPM");
    window.point(row);
    let previewed = shot(&window, "tempo-preview");
    assert!(previewed.pixels != panel.pixels);
    window.click(row);
    let taken = wait_for(&mut instance, |taken| taken.tempo != state.tempo);
    assert_eq!(taken.tempo.map(Tempo::bpm), Some(107.5));
    assert!(shot(&window, "tempo-taken").contains(ACCENT));
    window.close(&mut instance);
}
