use std::thread;
use std::time::Duration;

use egui::{Key, Modifiers};

use super::super::HeadlessEditor;
use super::*;
use crate::features::ClipFeatures;
use crate::instance::{SavedClip, State};
use crate::player::HostTransport;
use crate::time::Seconds;

/// An editor with a clip that is cut on beats 8, 13, 20, 32, 46 and 60 of 97.25 BPM, half a beat into the first one, whose
/// panel is open.
fn open() -> HeadlessEditor {
    let cut = |beat: f64| Seconds((beat - 0.5) * 60.0 / 97.25);
    let clip = ClipFeatures {
        duration: Seconds(40.0),
        shots: [8.0, 13.0, 20.0, 32.0, 46.0, 60.0].map(cut).into(),
        ..ClipFeatures::default()
    };
    let state = State {
        clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
        tempo: Tempo::new(100.0).ok(),
        ..State::default()
    };
    let mut editor = HeadlessEditor::new(&state, (1280, 800));
    assert!(editor.click("Find tempo…"));
    let is_found = |editor: &mut HeadlessEditor| {
        thread::sleep(Duration::from_millis(20));
        editor.hover("Timeline");
        editor.middle_of("97.25 BPM").is_some()
    };
    assert!((0..500).any(|_| is_found(&mut editor)));
    editor
}

/// Returns the tempo of the next draft.
fn tempo(editor: &HeadlessEditor, state: &State, follows_host: bool) -> f64 {
    let map = (editor.session()).tempo_map_for(state, follows_host, Beats(0.0));
    map.constant_tempo().map_or(0.0, Tempo::bpm)
}

#[test]
fn one_press_takes_a_tempo_and_the_place_of_the_picture() {
    let mut editor = open();
    let before = editor.state();
    assert!(editor.click("97.25 BPM"));
    let state = editor.state();
    assert_eq!(state.tempo.map(Tempo::bpm), Some(97.25));
    assert_eq!(state.picture_start.0.fract(), 0.5);
    assert_eq!(tempo(&editor, &state, true), 97.25);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state(), before);
}

#[test]
fn the_table_stays_while_a_row_is_tried_and_the_panel_closes_by_a_key() {
    let mut editor = open();
    editor.click("97.25 BPM");
    assert!(editor.middle_of("97.25 BPM").is_some());
    editor.press(Modifiers::NONE, Key::Escape, 0);
    assert_eq!(editor.middle_of("97.25 BPM"), None);
}

#[test]
fn the_hosts_tempo_comes_before_the_one_that_was_taken_unless_it_is_not_followed() {
    let mut editor = open();
    editor.click("97.25 BPM");
    editor.session().live.set_transport(&HostTransport {
        tempo_bpm: Some(120.0),
        ..HostTransport::default()
    });
    let state = editor.state();
    assert_eq!(tempo(&editor, &state, true), 120.0);
    assert_eq!(tempo(&editor, &state, false), 97.25);
    editor.hover("Timeline");
    assert!(editor.click("Keep own tempo"));
    assert_eq!(editor.set_params(), [(ParamId::FollowHost, 0.0)]);
}

#[test]
fn a_place_in_the_middle_of_a_bar_is_counted_from_its_bar_line() {
    let mut editor = open();
    editor
        .session()
        .edit(|state| state.picture_start = Beats(1.35));
    editor.hover("Timeline");
    assert!(editor.middle_of("+1.35").is_some());
    let text = editor.state().to_text().unwrap();
    assert_eq!(State::from_text(&text).unwrap().picture_start, Beats(1.35));
}
