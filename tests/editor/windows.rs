//! Windows that are opened, hidden and closed, again and again.

use std::time::Duration;
use std::{fs, thread};

use plugin_hosts::desktop::Window;

use super::{ACCENT, empty, saved_state, screen, shot, with_clip};

#[test]
fn a_project_loaded_while_the_editor_opens_is_shown_in_the_end() {
    let Some(_turn) = screen() else { return };
    let [mut full, mut instance] = [with_clip(6), empty()];
    let nothing = instance.save();
    let clip = full.save();
    let window = Window::open(&mut instance);
    for _ in 0..100 {
        assert!(instance.load(&nothing));
        assert!(instance.load(&clip));
    }
    assert!(saved_state(&mut instance).clip.is_some());
    let picture = shot(&window, "loaded");
    assert!(picture.contains(ACCENT), "no button to generate");
    window.close(&mut instance);
}

#[test]
fn a_window_that_is_shown_long_after_it_was_made_is_drawn_although_nothing_happens_in_it() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(4);
    // Longer than a frame, and longer than the window waits between looks at the plugin.
    for pause_ms in [50, 300, 2500] {
        let window = Window::open_after(&mut instance, Duration::from_millis(pause_ms));
        let picture = shot(&window, "shown-late");
        assert!(picture.contains(ACCENT), "blank after {pause_ms} ms");
        window.close(&mut instance);
    }
}

#[test]
fn a_window_that_is_hidden_under_clicks_goes_on_and_opens_again() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(4);
    let window = Window::open(&mut instance);
    for round in 0..8 {
        window.click_and_hide((300 + 10 * round, 400));
    }
    let picture = shot(&window, "hidden-under-clicks");
    assert!(picture.contains(ACCENT), "blank after it was hidden");
    window.close(&mut instance);
    let window = Window::open(&mut instance);
    let picture = shot(&window, "opened-again");
    assert!(picture.contains(ACCENT), "blank when opened again");
    window.close(&mut instance);
}

#[test]
fn opening_and_closing_leaks_neither_descriptors_nor_keyboard_maps() {
    const TIMES: usize = 6;
    // A keyboard map takes about 75 kB. Mesa keeps a few kB of its own.
    const MEMORY_EACH: usize = 40 * 1024;
    let Some(_turn) = screen() else { return };
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    let mut instance = empty();
    let mut once = || {
        let window = Window::open(&mut instance);
        window.close(&mut instance);
    };
    // The first windows load what all share. A window's thread closes its descriptors a little after the window.
    (0..2).for_each(|_| once());
    thread::sleep(Duration::from_secs(1));
    let (before, memory_before) = (open(), heap_in_use());
    (0..TIMES).for_each(|_| once());
    let closed = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        open() <= before
    });
    assert!(closed, "{} descriptors instead of {before}", open());
    let grown = heap_in_use().saturating_sub(memory_before);
    assert!(
        grown < TIMES * MEMORY_EACH,
        "{grown} bytes for {TIMES} times"
    );
}

/// Returns the bytes that this process has allocated, or 0 if its allocator does not tell.
#[cfg(target_env = "gnu")]
fn heap_in_use() -> usize {
    // SAFETY: the function only reads counters.
    let heap = unsafe { libc::mallinfo2() };
    heap.uordblks + heap.hblkhd
}

#[cfg(not(target_env = "gnu"))]
fn heap_in_use() -> usize {
    0
}
