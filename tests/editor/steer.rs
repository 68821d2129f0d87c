//! What is steered at the right of the window: sliders, chords, and what is typed when Generate is pressed.

use diff_bgm::conditioning::harmony::Harmony;
use plugin_hosts::clap::{FRAMES_PER_BEAT, Instance, Playing};
use plugin_hosts::desktop::{Key, Window};
use plugin_hosts::{Roll, expected};
use serde_json::Value;

use super::{
    ACCENT, clip_and_steps, empty, is_red, saved_state, screen, shot, wait_for, with, with_clip,
    with_draft,
};

const BACKGROUND: [u8; 3] = [0x14, 0x16, 0x1b];
/// The slider for density, in the middle of its track.
const DENSITY: (i16, i16) = (926, 114);
/// The field for chords.
const CHORDS: (i16, i16) = (926, 357);

fn saved_density(instance: &mut Instance) -> f64 {
    let saved: Value = serde_json::from_slice(&instance.save()[8..]).unwrap();
    saved["params"]["density"]["f32"].as_f64().unwrap()
}

fn chords(text: &str) -> Harmony {
    Harmony::Chords(text.parse().unwrap())
}

fn click_generate(window: &Window) {
    let button = window.picture().middle_of(ACCENT);
    window.click(button.expect("a button to generate"));
}

#[test]
fn arrow_keys_move_the_slider_that_was_clicked_and_stay_on_it() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    window.click(DENSITY);
    for _ in 0..3 {
        window.press_key(Key::Left);
        playing.block(None, 512);
    }
    shot(&window, "slider");
    let density = saved_density(&mut playing.instance);
    assert!((density + 0.12).abs() < 1e-3, "{density}");
    window.close(&mut playing.instance);
}

#[test]
fn home_and_delete_put_a_slider_back() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    window.click(DENSITY);
    let mut press = |key| {
        window.press_key(key);
        playing.block(None, 512);
        saved_density(&mut playing.instance)
    };
    for back in [Key::Home, Key::Delete] {
        assert!(press(Key::Right) > 0.01);
        assert_eq!(press(back), 0.0, "{back:?}");
    }
    window.close(&mut playing.instance);
}

#[test]
fn a_slider_that_is_dragged_while_notes_flow_moves_without_disturbing_them() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let density = instance.parameter("Density");
    let mut playing = Playing::start(instance, 2);
    let mut values = Vec::new();
    window.drag(DENSITY, (986, 114), || {
        let position = playing.frames as f64 / FRAMES_PER_BEAT;
        playing.block(Some(Roll::from(position)), 12_000);
        values.push(playing.instance.value(density));
    });
    playing.roll_until(17.0, 512);
    values.dedup();
    assert!(values.len() > 5 && values.is_sorted(), "{values:?}");
    let notes = (0..16).map(|start: u8| (start.into(), f64::from(start) + 1.0, 60 + start, 90));
    assert_eq!(playing.heard, expected(notes, FRAMES_PER_BEAT));
    window.close(&mut playing.instance);
}

#[test]
fn chords_that_are_typed_without_enter_are_in_the_draft() {
    let Some(_turn) = screen() else { return };
    let mut state = clip_and_steps(2);
    state.harmony = chords("C | G");
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    window.click(CHORDS);
    window.press_key(Key::Home);
    window.press_key(Key::Delete);
    shot(&window, "typed-chords");
    click_generate(&window);
    let state = wait_for(&mut instance, |state| state.takes.len() == 1);
    let drafted = &state.takes[0].draft.recipe.settings.harmony;
    assert_eq!((drafted, &state.harmony), (&chords("| G"), &chords("| G")));
    window.close(&mut instance);
}

#[test]
fn nothing_is_drafted_while_the_typed_chords_cannot_be_read() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(2);
    let window = Window::open(&mut instance);
    window.click(CHORDS);
    window.press_key(Key::Equals);
    let generate = (window.picture().middle_of(ACCENT)).expect("a button to generate");
    for name in ["unread-chords", "unread-chords-again"] {
        window.click(generate);
        let picture = shot(&window, name);
        assert!(picture.count(is_red) > 50, "{}", picture.count(is_red));
        let cancel = picture.pixels[695 * picture.width + 216];
        assert_eq!(cancel, BACKGROUND, "a button to cancel");
    }
    assert!(saved_state(&mut instance).takes.is_empty());
    window.close(&mut instance);
}

#[test]
fn a_path_that_is_typed_without_enter_is_opened_before_a_draft_is_made() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(2);
    let window = Window::open(&mut instance);
    window.click((220, 24));
    window.press_key(Key::Home);
    window.press_key(Key::Equals);
    click_generate(&window);
    let picture = shot(&window, "typed-path");
    assert!(picture.count(is_red) > 50, "{}", picture.count(is_red));
    assert!(saved_state(&mut instance).takes.is_empty());
    window.close(&mut instance);
}

#[test]
fn the_path_of_a_model_can_be_typed_in_the_menu() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    window.click((929, 24));
    shot(&window, "models");
    window.click((890, 125));
    window.type_line("/no/such/model");
    let state = saved_state(&mut instance);
    assert_eq!(state.model, Some("/no/such/model".into()));
    shot(&window, "model");
    window.close(&mut instance);
}
