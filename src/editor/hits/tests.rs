use egui::{Key, Modifiers};

use super::*;
use crate::conditioning::hits::Side;
use crate::editor::HeadlessEditor;

const ROW: &str = "Hits";

fn editor(cut_weight: u8) -> HeadlessEditor {
    HeadlessEditor::with_clip(&[10.0, 20.0], |state| state.cut_weight = cut_weight)
}

fn click(editor: &mut HeadlessEditor, seconds: f64, times: usize) {
    let place = editor.place_in_row(ROW, seconds, 0.5);
    editor.click_at(place, times);
}

fn hits(editor: &HeadlessEditor) -> Vec<(f64, u8)> {
    let state = editor.state();
    let hits = state.hits.iter().map(|marked| marked.hit);
    hits.map(|hit| (hit.at.0, hit.weight)).collect()
}

#[test]
fn clicks_on_a_cut_make_it_a_hit_of_more_and_more_weight_and_then_none() {
    let mut editor = editor(0);
    for weight in 1..=3 {
        click(&mut editor, 10.0, 1);
        assert_eq!(hits(&editor), [(10.0, weight)]);
    }
    click(&mut editor, 10.0, 1);
    assert_eq!(hits(&editor), []);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(hits(&editor), [(10.0, 3)]);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(hits(&editor), [(10.0, 2)]);
}

#[test]
fn of_cuts_that_are_all_met_one_can_be_left_out() {
    let mut editor = editor(2);
    (0..4).for_each(|_| click(&mut editor, 20.0, 1));
    assert_eq!(hits(&editor), [(20.0, 0)]);
    let state = editor.state();
    let met = state.hits_met(&state.clip.as_ref().unwrap().shots);
    let met: Vec<_> = met.iter().map(|hit| (hit.at.0, hit.weight)).collect();
    assert_eq!(met, [(10.0, 2)]);
    click(&mut editor, 20.0, 1);
    assert_eq!(hits(&editor), [(20.0, 1)]);
}

#[test]
fn a_double_click_adds_a_hit_on_a_frame_and_a_drag_moves_it() {
    let mut editor = editor(0);
    click(&mut editor, 5.0, 1);
    assert_eq!(hits(&editor), []);
    click(&mut editor, 5.0, 2);
    let [(at, 1)] = hits(&editor)[..] else {
        panic!("{:?}", hits(&editor));
    };
    assert!(
        (at - 5.0).abs() < 0.05 && (at * 24.0).fract() == 0.0,
        "{at}"
    );
    let [from, to] = [5.0, 7.5].map(|at| editor.place_in_row(ROW, at, 0.5));
    editor.drag(Modifiers::NONE, from, to);
    let [(at, 1)] = hits(&editor)[..] else {
        panic!("{:?}", hits(&editor));
    };
    assert!((at - 7.5).abs() < 0.05, "{at}");
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert!((hits(&editor)[0].0 - 5.0).abs() < 0.05);
}

#[test]
fn the_menu_of_a_hit_sets_weight_side_and_name_and_deletes_it() {
    let mut editor = editor(0);
    let open = |editor: &mut HeadlessEditor| {
        let place = editor.place_in_row(ROW, 10.0, 0.5);
        editor.right_click_at(place);
    };
    open(&mut editor);
    assert!(editor.click("Weight 2"));
    assert_eq!(editor.rect_of("Weight 2"), None);
    open(&mut editor);
    assert!(editor.click("Rather early"));
    open(&mut editor);
    assert!(editor.click("Name"));
    editor.type_text("door");
    editor.press(Modifiers::NONE, Key::Enter, 0);
    let named = MarkedHit {
        hit: Hit {
            at: Seconds(10.0),
            weight: 2,
            side: Side::Early,
        },
        name: "door".to_owned(),
    };
    assert_eq!(editor.state().hits, [named]);
    open(&mut editor);
    assert!(editor.click("Delete hit"));
    assert_eq!(editor.state().hits, []);
}
