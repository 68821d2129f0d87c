//! Notes that are clicked in the window are heard through the built-in instrument, and sent nowhere.

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::time::Beats;
use plugin_hosts::clap::{Library, NOTE_EFFECT, Playing, Sent};
use plugin_hosts::desktop::Window;
use plugin_hosts::{Roll, library_of_this_test, project};

use super::{draft_state, screen, with_draft};

/// Clicks the first note of the draft.
fn click_note(window: &Window) {
    let editor = HeadlessEditor::new(&draft_state(), window.size);
    let note = editor.place_in_roll(Beats(0.5), 60);
    window.click(note.expect("the first note is visible"));
}

/// Plays without moving, and returns the highest absolute sample value.
fn peak_of(playing: &mut Playing, frames: u32) -> f32 {
    playing.peak = 0.0;
    playing.block(Some(Roll::stopped(0.0)), frames);
    playing.peak
}

#[test]
fn a_clicked_note_is_heard_for_a_moment_and_not_sent() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    assert_eq!(peak_of(&mut playing, 4800), 0.0);
    // A window that is still opening may miss a click.
    let is_heard = |_| {
        click_note(&window);
        peak_of(&mut playing, 4800) > 0.01
    };
    assert!((0..10).any(is_heard), "no note is heard");
    // It is held for half a second, and fades within three more.
    for _ in 0..12 {
        peak_of(&mut playing, 16_000);
    }
    assert_eq!(peak_of(&mut playing, 4800), 0.0);
    assert_eq!((playing.heard.len(), playing.midi.len()), (0, 0));

    let preview = playing.instance.parameter("Preview");
    let off = [Sent::Value(0, preview, 0.0)];
    playing.block_with(Some(Roll::stopped(0.0)), 4800, &off);
    click_note(&window);
    assert_eq!(peak_of(&mut playing, 16_000), 0.0);
    // What was clicked while Preview was off is not heard later.
    let on = [Sent::Value(0, preview, 1.0)];
    playing.block_with(Some(Roll::stopped(0.0)), 4800, &on);
    assert_eq!(peak_of(&mut playing, 16_000), 0.0);
    window.close(&mut playing.instance);
}

#[test]
fn a_key_beside_the_roll_is_heard_while_the_draft_plays_and_is_not_sent() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    let editor = HeadlessEditor::new(&draft_state(), window.size);
    let (x, _) = editor.middle_of("Keyboard").expect("keys");
    let (_, y) = (editor.place_in_roll(Beats(0.0), 60)).expect("middle C is visible");
    window.click((x, y));
    // After the last note of the draft, only the key sounds.
    playing.block(Some(Roll::from(16.5)), 4800);
    assert!(playing.peak > 0.01, "{}", playing.peak);
    assert_eq!((playing.heard.len(), playing.midi.len()), (0, 0));
    window.close(&mut playing.instance);
}

#[test]
fn the_note_effect_stays_silent_when_a_note_is_clicked() {
    let Some(_turn) = screen() else { return };
    let mut instance = Library::open(&library_of_this_test()).instance(NOTE_EFFECT);
    let state = project::saved(&draft_state().to_text().unwrap());
    assert!(instance.load(&project::for_clap(&state)));
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 0);
    click_note(&window);
    for _ in 0..10 {
        playing.block(Some(Roll::stopped(0.0)), 4800);
    }
    assert_eq!((playing.heard.len(), playing.midi.len()), (0, 0));
    window.close(&mut playing.instance);
}
