use egui::{Key, Modifiers};

use super::*;
use crate::editor::headless::HeadlessEditor;
use crate::instance::State;
use crate::music::outputs::Output;

fn editor() -> HeadlessEditor {
    HeadlessEditor::new(&State::default(), (1040, 768))
}

/// Switches that can be moved.
#[derive(Default)]
struct Mutes(parking_lot::Mutex<[bool; 3]>);

impl Mutes {
    fn place(id: ParamId) -> usize {
        let mutes = PartSet::PARTS.map(mute);
        mutes.into_iter().position(|mute| mute == id).unwrap()
    }

    fn all(&self) -> [bool; 3] {
        *self.0.lock()
    }
}

impl ParamAccess for Mutes {
    fn values(&self) -> crate::instance::params::ParamValues {
        crate::instance::params::ParamValues::default()
    }

    fn normalized(&self, id: ParamId) -> f32 {
        f32::from(u8::from(self.0.lock()[Self::place(id)]))
    }

    fn default_normalized(&self, _id: ParamId) -> f32 {
        0.0
    }

    fn text(&self, _id: ParamId) -> String {
        String::new()
    }

    fn normalized_of_text(&self, _id: ParamId, _text: &str) -> Option<f32> {
        None
    }

    fn begin(&self, _id: ParamId) {}

    fn set_normalized(&self, id: ParamId, normalized: f32) {
        self.0.lock()[Self::place(id)] = normalized >= 0.5;
    }

    fn end(&self, _id: ParamId) {}

    fn mark_unsaved(&self) {}
}

#[test]
fn solo_mutes_the_others_and_a_second_press_lets_them_sound() {
    let mutes = Mutes::default();
    mutes.set_once(ParamId::MuteChords, 1.0);
    assert!(!is_solo(&mutes, Part::Chords));
    solo(&mutes, Part::Chords);
    assert_eq!(mutes.all(), [true, false, true]);
    assert!(is_solo(&mutes, Part::Chords) && !is_solo(&mutes, Part::Lead));
    solo(&mutes, Part::Bass);
    assert_eq!(mutes.all(), [true, true, false]);
    solo(&mutes, Part::Bass);
    assert_eq!(mutes.all(), [false; 3]);
}

#[test]
fn a_click_on_m_mutes_the_part_and_one_on_s_the_others() {
    let mut editor = editor();
    assert!(editor.click("Mute chords"));
    assert_eq!(editor.set_params(), [(ParamId::MuteChords, 1.0)]);
    assert!(editor.click("Solo chords"));
    let set = editor.set_params();
    assert_eq!(
        set[1..],
        [(ParamId::MuteLead, 1.0), (ParamId::MuteBass, 1.0)]
    );
}

#[test]
fn a_click_on_l_locks_the_part_and_can_be_undone() {
    let mut editor = editor();
    assert!(editor.click("Lock bass") && editor.click("Lock lead"));
    assert_eq!(editor.state().locks.parts.to_string(), "lead and bass");
    assert!(editor.click("Lock lead"));
    assert_eq!(editor.state().locks.parts.to_string(), "bass");
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state().locks.parts.to_string(), "lead and bass");
}

#[test]
fn a_click_on_names_selects_parts() {
    let mut editor = editor();
    assert!(editor.click("Select chords") && editor.click("Select bass"));
    assert_eq!(editor.selected_parts().to_string(), "accompaniment");
    assert!(editor.click("Select bass"));
    assert_eq!(editor.selected_parts().to_string(), "chords");
}

#[test]
fn channel_and_octave_are_chosen_from_a_list_and_can_be_undone() {
    let mut editor = editor();
    assert_eq!(editor.middle_of("Channel 10"), None);
    assert!(editor.click("Channel and octave of bass"));
    assert!(editor.click("Channel 10") && editor.click("Octave −1"));
    let expected = Output {
        channel: 10,
        octaves: -1,
    };
    assert_eq!(editor.state().outputs.bass, expected);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state().outputs.bass.octaves, 0);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(*editor.state(), State::default());
}

#[test]
fn every_control_of_a_part_lies_in_the_panel_and_on_no_other() {
    let editor = editor();
    for part in ["lead", "chords", "bass"] {
        let labels = ["Select", "Mute", "Solo", "Lock", "Channel and octave of"];
        let rects = labels.map(|label| editor.rect_of(&format!("{label} {part}")).unwrap());
        assert!(
            rects.is_sorted_by(|a, b| a.right() <= b.left()),
            "{rects:?}"
        );
        assert!(rects[4].right() <= 1040.0);
    }
}
