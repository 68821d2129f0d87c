//! The panel at the right of the window, and fields that are still being typed into when Generate is clicked.

use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::State;
use plugin_hosts::clap::{FRAMES_PER_BEAT, Instance, Playing};
use plugin_hosts::desktop::{Key, Window};
use plugin_hosts::{Roll, expected};
use serde_json::Value;

use super::{
    clip_and_steps, draft_state, empty, is_red, place, saved_state, screen, shot, wait_for, with,
    with_clip, with_draft,
};

const BACKGROUND: [u8; 3] = [0x14, 0x16, 0x1b];
const CHORDS: &str = "Chords: Am | F G";

fn saved_density(instance: &mut Instance) -> f64 {
    let saved: Value = serde_json::from_slice(&instance.save()[8..]).unwrap();
    saved["params"]["density"]["f32"].as_f64().unwrap()
}

fn chords(text: &str) -> Harmony {
    Harmony::Chords(text.parse().unwrap())
}

fn click(window: &Window, state: &State, label: &str) {
    window.click(place(window, state, label));
}

#[test]
fn arrow_keys_move_the_slider_that_was_clicked_and_stay_on_it() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    click(&window, &State::default(), "Density");
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
fn home_and_delete_reset_a_slider() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let mut playing = Playing::start(instance, 2);
    click(&window, &State::default(), "Density");
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
fn dragging_a_slider_while_notes_play_does_not_disturb_them() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let density = instance.parameter("Density");
    let mut playing = Playing::start(instance, 2);
    let mut values = Vec::new();
    let from = place(&window, &draft_state(), "Density");
    window.drag(from, (from.0 + 60, from.1), || {
        let position = playing.frames as f64 / FRAMES_PER_BEAT;
        playing.block(Some(Roll::from(position)), 12_000);
        values.push(playing.instance.value(density));
    });
    playing.roll_until(17.0, 512);
    values.dedup();
    assert!(values.len() > 5 && values.is_sorted(), "{values:?}");
    let notes = (0..16).map(|start: u8| (start.into(), f64::from(start) + 1.0, 0, 60 + start, 90));
    assert_eq!(playing.heard, expected(notes, FRAMES_PER_BEAT));
    window.close(&mut playing.instance);
}

#[test]
fn chords_typed_without_enter_are_in_the_draft() {
    let Some(_turn) = screen() else { return };
    let mut state = clip_and_steps(2);
    state.harmony = chords("C | G");
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    click(&window, &state, CHORDS);
    window.press_key(Key::Home);
    window.press_key(Key::Delete);
    shot(&window, "typed-chords");
    click(&window, &state, "Generate");
    let state = wait_for(&mut instance, |state| state.takes.len() == 1);
    let drafted = &state.takes[0].draft.recipe.settings.harmony;
    assert_eq!((drafted, &state.harmony), (&chords("| G"), &chords("| G")));
    window.close(&mut instance);
}

#[test]
fn chords_that_cannot_be_read_keep_a_draft_from_being_made() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(2);
    let window = Window::open(&mut instance);
    let state = clip_and_steps(2);
    click(&window, &state, CHORDS);
    window.press_key(Key::Equals);
    let working = HeadlessEditor::new(&state, window.size).generating();
    let (x, y) = working.middle_of("Cancel").expect("a button to cancel");
    for name in ["unread-chords", "unread-chords-again"] {
        click(&window, &state, "Generate");
        let picture = shot(&window, name);
        assert!(picture.count(is_red) > 50, "{}", picture.count(is_red));
        let cancel = picture.pixels[y as usize * picture.width + x as usize];
        assert_eq!(cancel, BACKGROUND, "a button to cancel");
    }
    assert!(saved_state(&mut instance).takes.is_empty());
    window.close(&mut instance);
}

#[test]
fn a_path_typed_without_enter_is_opened_before_a_draft_is_made() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(2);
    let window = Window::open(&mut instance);
    let state = clip_and_steps(2);
    click(&window, &state, "Path of a clip");
    window.press_key(Key::Home);
    window.press_key(Key::Equals);
    click(&window, &state, "Generate");
    let picture = shot(&window, "typed-path");
    assert!(picture.count(is_red) > 50, "{}", picture.count(is_red));
    assert!(saved_state(&mut instance).takes.is_empty());
    window.close(&mut instance);
}

#[test]
fn the_path_of_a_model_can_be_typed_into_the_list_of_models() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let mut editor = HeadlessEditor::new(&State::default(), window.size);
    let models = editor.middle_of("Model: built-in");
    window.click(models.expect("a list of models"));
    shot(&window, "models");
    editor.click("Model: built-in");
    let path = editor.middle_of("or the path of a model file");
    window.click(path.expect("a field in the list"));
    window.type_line("/no/such/model");
    let state = saved_state(&mut instance);
    assert_eq!(state.model, Some("/no/such/model".into()));
    shot(&window, "model");
    window.close(&mut instance);
}
