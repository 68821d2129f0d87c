//! The settings that are seldom changed, in one fold.

use egui::{CollapsingHeader, DragValue, RichText, Ui};

use super::{shape, switch_row};
use crate::diffusion::device::DeviceKind;
use crate::editor::contents::Scene;
use crate::editor::controls::{choice, field, switch};
use crate::editor::slider::param_slider;
use crate::editor::theme::{self, NOTE};
use crate::evaluate::parts::MAX_CANDIDATES;
use crate::instance::params::ParamId;
use crate::instance::{DraftShape, MAX_STEPS, State};
use crate::music::score::MAX_BARS;
use crate::time::Bars;

/// The step of a dragged share.
const SHARE_STEP: f64 = 0.01;

/// Shows the fold, with `theme` beside the form. Its name says how many of its settings are not the usual ones.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, theme: impl FnOnce(&mut Ui)) {
    let name = match changed(scene.state) {
        0 => "More settings".to_owned(),
        changed => format!("More settings ({changed} changed)"),
    };
    CollapsingHeader::new(RichText::new(name).font(theme::font(12.0)))
        .id_salt("more")
        .show_unindented(ui, |ui| {
            shape::show_music(ui, scene);
            theme(ui);
            shape::show_cuts(ui, scene);
            length(ui, scene);
            candidates(ui, scene);
            share(
                ui,
                scene,
                "Repetition",
                "How much the next draft repeats its bars, from 0 to 1; empty for the model's usual",
                |shape| &mut shape.repetition,
            );
            share(
                ui,
                scene,
                "Consonance",
                "How much the next draft avoids clashing semitones, from 0 to 1; empty for the model's usual",
                |shape| &mut shape.consonance,
            );
            for id in [ParamId::Guidance, ParamId::Variation] {
                param_slider(ui, scene.params, id, NOTE);
            }
            steps(ui, scene);
            device(ui, scene);
            switch_row(ui, scene, ParamId::Pedal);
            switch_row(ui, scene, ParamId::Expression);
            chord_markers(ui, scene);
        });
}

/// Returns how many settings of the state in the fold are not those of a new instance.
fn changed(state: &State) -> usize {
    let usual = State::default();
    let shape = &state.shape;
    [
        state.style != usual.style,
        state.form != usual.form,
        state.theme != usual.theme,
        state.shot_finder != usual.shot_finder,
        state.cut_weight != usual.cut_weight,
        state.follow != usual.follow,
        shape.bars.is_some(),
        state.candidates != usual.candidates,
        shape.repetition.is_some(),
        shape.consonance.is_some(),
        state.steps != usual.steps,
        state.device != usual.device,
        state.chord_markers != usual.chord_markers,
    ]
    .into_iter()
    .filter(|is_changed| *is_changed)
    .count()
}

fn length(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    field(ui, "Length in bars", |ui| {
        let mut bars = state.shape.bars.map_or(0, |bars| bars.0);
        let value = DragValue::new(&mut bars)
            .range(0..=MAX_BARS)
            .speed(0.1)
            .update_while_editing(false)
            .custom_formatter(|bars, _| match bars as u32 {
                0 => "as clip".to_owned(),
                bars => bars.to_string(),
            })
            .custom_parser(|text| match text.trim() {
                "" | "as clip" => Some(0.0),
                number => number.parse().ok(),
            });
        if ui.add(value).changed() {
            let bars = (bars > 0).then_some(Bars(bars));
            desk.session.edit(|state| state.shape.bars = bars);
        }
    })
    .on_hover_text("The length of the next draft; 0 for that of the clip");
}

fn candidates(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    field(ui, "Candidates", |ui| {
        let mut candidates = state.candidates;
        let value = DragValue::new(&mut candidates).range(1..=MAX_CANDIDATES);
        if ui.add(value).changed() {
            desk.session.edit(|state| state.candidates = candidates);
        }
    })
    .on_hover_text(
        "Drafts that Generate makes, each with the next seed. The best three become takes, and the best one plays.",
    );
}

/// Shows a share from 0 to 1 that may be left to the model.
fn share(
    ui: &mut Ui,
    Scene { desk, state, .. }: Scene<'_>,
    name: &str,
    hint: &str,
    of: impl Fn(&mut DraftShape) -> &mut Option<f32>,
) {
    field(ui, name, |ui| {
        // Below 0 stands for the usual.
        let set = *of(&mut { state.shape });
        let mut value = set.map_or(-SHARE_STEP, f64::from);
        let drag = DragValue::new(&mut value)
            .range(-SHARE_STEP..=1.0)
            .speed(SHARE_STEP)
            .update_while_editing(false)
            .custom_formatter(|value, _| {
                if value < 0.0 {
                    "usual".to_owned()
                } else {
                    format!("{value:.2}")
                }
            })
            .custom_parser(|text| match text.trim() {
                "" | "usual" => Some(-SHARE_STEP),
                number => number
                    .parse()
                    .ok()
                    .filter(|share| (0.0..=1.0).contains(share)),
            });
        if ui.add(drag).changed() {
            let share = (value >= 0.0).then_some(value as f32);
            desk.session.edit(|state| *of(&mut state.shape) = share);
        }
    })
    .on_hover_text(hint);
}

fn steps(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    field(ui, "Steps", |ui| {
        let mut steps = state.steps;
        let value = DragValue::new(&mut steps).range(1..=MAX_STEPS);
        if ui.add(value).changed() {
            desk.session.edit(|state| state.steps = steps);
        }
    })
    .on_hover_text("Sampling steps per segment of the next draft. More steps take longer.");
}

/// Shows the device that the next draft is computed on, if this build has several.
fn device(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    let kinds = DeviceKind::ALL.into_iter();
    let kinds: Vec<DeviceKind> = kinds.filter(|kind| kind.is_compiled_in()).collect();
    if kinds.len() < 2 {
        return;
    }
    field(ui, "Device", |ui| {
        if let Some(kind) = choice(ui, "device", &state.device, kinds, |kind| kind.name()) {
            desk.session.edit(|state| state.device = kind);
        }
    });
}

fn chord_markers(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    let name = "Chord markers";
    field(ui, name, |ui| {
        if switch(ui, state.chord_markers, name) {
            desk.session
                .edit(|state| state.chord_markers = !state.chord_markers);
        }
    })
    .on_hover_text(
        "Whether files that are exported or dragged have the chords as markers, which more programs show than texts",
    );
}

#[cfg(test)]
mod tests {
    use egui::{Key, Modifiers};

    use super::*;
    use crate::editor::HeadlessEditor;

    /// Types into the value that is `shown`, and enters it.
    fn enter(editor: &mut HeadlessEditor, shown: &str, typed: &str) {
        assert!(editor.click(shown), "{shown}");
        editor.press(Modifiers::COMMAND, Key::A, 0);
        editor.type_text(typed);
        editor.press(Modifiers::NONE, Key::Enter, 0);
    }

    #[test]
    fn the_fold_is_closed_until_it_is_asked_for_and_says_what_was_changed() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 1100));
        assert_eq!(editor.middle_of("Variation"), None);
        assert!(editor.click("More settings"));
        assert!(editor.middle_of("Variation").is_some());
        enter(&mut editor, "as clip", "24");
        assert_eq!(editor.state().shape.bars, Some(Bars(24)));
        assert!(editor.click("More settings (1 changed)"));
        assert_eq!(editor.middle_of("Variation"), None);
    }

    #[test]
    fn chords_become_markers_of_files_by_a_switch() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 1600));
        editor.click("More settings");
        assert!(editor.click("Chord markers"));
        assert!(editor.state().chord_markers);
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert!(!editor.state().chord_markers);
    }

    #[test]
    fn a_share_is_typed_undone_and_left_to_the_model_again() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 1600));
        editor.click("More settings");
        let set = |editor: &HeadlessEditor| {
            let shape = editor.state().shape;
            shape.repetition.xor(shape.consonance)
        };
        enter(&mut editor, "usual", "0.25");
        assert_eq!(set(&editor), Some(0.25));
        enter(&mut editor, "0.25", "1.5");
        assert_eq!(set(&editor), Some(0.25));
        enter(&mut editor, "0.25", "usual");
        assert!(editor.state().shape.is_usual());
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(set(&editor), Some(0.25));
    }
}
