use egui::{Key, Modifiers};

use super::*;
use crate::editor::HeadlessEditor;

const ROW: &str = "Picture";

fn mark(editor: &mut HeadlessEditor, from: f64, to: f64) {
    let [from, to] = [from, to].map(|at| editor.place_in_row(ROW, at, 0.5));
    editor.drag(Modifiers::NONE, from, to);
}

fn near(quiet: &[Quiet], expected: &[(f64, f64, QuietKind)]) -> bool {
    let is_near = |(quiet, &(from, to, kind)): (&Quiet, &(f64, f64, QuietKind))| {
        (quiet.from.0 - from).abs() < 0.05 && (quiet.to.0 - to).abs() < 0.05 && quiet.kind == kind
    };
    quiet.len() == expected.len() && quiet.iter().zip(expected).all(is_near)
}

#[test]
fn a_drag_over_the_picture_asks_what_is_left_of_the_music() {
    let mut editor = HeadlessEditor::with_clip(&[10.0], |_| {});
    let before = editor.state();
    mark(&mut editor, 12.0, 15.0);
    assert_eq!(editor.state(), before);
    assert_eq!(editor.rect_of("Music as usual"), None);
    assert!(editor.click("No music"));
    let first = (12.0, 15.0, QuietKind::NoMusic);
    assert!(near(&editor.state().quiet, &[first]));
    mark(&mut editor, 24.0, 20.0);
    assert!(editor.click("Dialogue: thin, no lead"));
    let second = (20.0, 24.0, QuietKind::Thin);
    let state = editor.state();
    assert!(near(&state.quiet, &[first, second]), "{:?}", state.quiet);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert!(near(&editor.state().quiet, &[first]));
}

#[test]
fn a_click_on_a_stretch_changes_or_removes_it() {
    let mut editor = HeadlessEditor::with_clip(&[], |_| {});
    mark(&mut editor, 12.0, 15.0);
    editor.click("No music");
    let inside = editor.place_in_row(ROW, 13.0, 0.5);
    editor.click_at(inside, 1);
    assert!(editor.click("Dialogue: thin, no lead"));
    let thin = (12.0, 15.0, QuietKind::Thin);
    assert!(near(&editor.state().quiet, &[thin]));
    editor.click_at(inside, 1);
    assert!(editor.click("Music as usual"));
    assert_eq!(editor.state().quiet, []);
}

#[test]
fn escape_leaves_the_menu_without_a_mark() {
    let mut editor = HeadlessEditor::with_clip(&[], |_| {});
    mark(&mut editor, 12.0, 15.0);
    assert!(editor.rect_of("No music").is_some());
    editor.press(Modifiers::NONE, Key::Escape, 0);
    assert_eq!(editor.rect_of("No music"), None);
    assert_eq!(editor.state().quiet, []);
}

#[test]
fn an_edge_near_a_cut_lies_on_it() {
    let mut editor = HeadlessEditor::with_clip(&[10.0], |_| {});
    let width = editor.rect_of(ROW).unwrap().width();
    let three_points = f64::from(3.0 * 30.0 / width);
    mark(&mut editor, 10.0 + three_points, 14.0);
    assert!(editor.click("No music"));
    assert_eq!(editor.state().quiet[0].from, Seconds(10.0));
}
