use egui::Modifiers;

use super::*;
use crate::editor::HeadlessEditor;
use crate::music::cues::Cue;
use crate::player::HostTransport;

const DENSITY: CurveId = CurveId::Cue(Cue::Density);
const ROW: &str = "Density curve";

fn values(editor: &HeadlessEditor, id: CurveId) -> Vec<Option<f32>> {
    editor.state().curves[id].values().to_vec()
}

/// Drags in a row from one time of the clip to another, each with a share of the row's height. There are two beats a second.
fn draw(
    editor: &mut HeadlessEditor,
    modifiers: Modifiers,
    row: &str,
    from: (f64, f32),
    to: (f64, f32),
) {
    let [from, to] = [from, to].map(|(at, down)| editor.place_in_row(row, at, down));
    editor.drag(modifiers, from, to);
}

/// An editor in which the density rises from beat 8 to beat 16.
fn drawn() -> HeadlessEditor {
    let mut editor = HeadlessEditor::with_clip(&[], |_| {});
    draw(&mut editor, Modifiers::NONE, ROW, (4.25, 0.9), (8.25, 0.1));
    editor
}

#[test]
fn a_drag_draws_the_curve_of_its_lane_and_is_one_change() {
    let mut editor = HeadlessEditor::with_clip(&[], |_| {});
    let before = editor.state();
    draw(&mut editor, Modifiers::NONE, ROW, (4.25, 0.9), (8.25, 0.1));
    let density = values(&editor, DENSITY);
    assert_eq!(density.len(), 17);
    assert_eq!(density[..8], [None; 8]);
    let line: Vec<f32> = density[8..].iter().map(|value| value.unwrap()).collect();
    assert!(
        line.is_sorted() && line[0] == -1.0 && line[8] == 1.0,
        "{line:?}"
    );
    assert!(line[4].abs() < 0.1, "{line:?}");
    assert!(editor.rect_of("drawn").is_some());
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state(), before);
    editor.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z, 0);
    assert_eq!(values(&editor, DENSITY), density);
}

#[test]
fn with_alt_the_beats_follow_the_clip_again() {
    let mut editor = drawn();
    let before = values(&editor, DENSITY);
    draw(&mut editor, Modifiers::ALT, ROW, (5.25, 0.5), (6.25, 0.5));
    let after = values(&editor, DENSITY);
    assert_eq!(after[10..13], [None; 3]);
    assert_eq!(after[..10], before[..10]);
    assert_eq!(after[13..], before[13..]);
}

#[test]
fn a_double_click_or_delete_takes_the_curve_away() {
    for deletes in [false, true] {
        let mut editor = drawn();
        let place = editor.place_in_row(ROW, 20.0, 0.5);
        if deletes {
            editor.click_at(place, 1);
            assert!(!values(&editor, DENSITY).is_empty());
            editor.press(Modifiers::NONE, Key::Delete, 0);
        } else {
            editor.click_at(place, 2);
        }
        assert_eq!(values(&editor, DENSITY), []);
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(values(&editor, DENSITY).len(), 17);
    }
}

#[test]
fn the_other_curves_are_opened_and_one_that_is_drawn_stays() {
    let mut editor = HeadlessEditor::with_clip(&[], |_| {});
    for shown in [ROW, "Register curve", "Mode curve"] {
        assert!(editor.rect_of(shown).is_some(), "{shown}");
    }
    for other in ["Polyphony curve", "Accent curve", "Lead curve"] {
        assert_eq!(editor.rect_of(other), None, "{other}");
    }
    assert!(editor.click("More curves"));
    draw(
        &mut editor,
        Modifiers::NONE,
        "Lead curve",
        (2.25, 0.9),
        (5.25, 0.9),
    );
    assert_eq!(values(&editor, CurveId::Lead)[4..], [Some(-1.0); 7]);
    assert!(editor.click("Fewer curves"));
    assert!(editor.rect_of("Lead curve").is_some());
    assert_eq!(editor.rect_of("Accent curve"), None);
}

#[test]
fn an_armed_slider_is_recorded_while_the_host_plays() {
    let mut editor = HeadlessEditor::with_clip(&[], |_| {});
    assert!(editor.click("Record density"));
    assert!(editor.rect_of("automation").is_some());
    let play = |editor: &mut HeadlessEditor, beat: f64, playing| {
        editor.session().live.set_transport(&HostTransport {
            playing,
            position_beats: Some(beat),
            ..HostTransport::default()
        });
        editor.frame();
    };
    let armed = editor.state();
    for beat in [4.1, 4.6, 5.1, 6.1] {
        play(&mut editor, beat, true);
    }
    assert_eq!(editor.state(), armed);
    play(&mut editor, 6.1, false);
    let recorded = [None, None, None, None, Some(0.0), Some(0.0), Some(0.0)];
    assert_eq!(values(&editor, DENSITY), recorded);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state(), armed);
    editor.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z, 0);
    assert!(editor.click("Record density"));
    assert!(!editor.state().curves[DENSITY].armed);
    assert_eq!(values(&editor, DENSITY), recorded);
    assert!(editor.rect_of("drawn").is_some());
}
