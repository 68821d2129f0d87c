//! A tempo found in the window.

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
    let button = place(&window, &state, "Find tempo…");
    window.click(button);
    let panel = shot(&window, "tempo");
    // The rows lie below the heading, the range, the times of the cuts and what is now.
    let (x, y) = (button.0, button.1 + 148);
    window.point((x, y));
    let previewed = shot(&window, "tempo-preview");
    assert!(previewed.pixels != panel.pixels);
    window.click((x, y));
    let taken = wait_for(&mut instance, |taken| taken.tempo != state.tempo);
    let bpm = taken.tempo.map_or(0.0, Tempo::bpm);
    assert!(
        (96.0 * 0.85..96.0 * 1.15).contains(&bpm) && (4.0 * bpm).fract() == 0.0,
        "{bpm}"
    );
    assert!(shot(&window, "tempo-taken").contains(ACCENT));
    window.close(&mut instance);
}
