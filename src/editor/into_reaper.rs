//! The way into REAPER's project. In other hosts there is none, and nothing of this is shown.

use egui::{Popup, PopupCloseBehavior, Response, RichText, Stroke, Ui, Vec2};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::param_access::ParamAccess;
use super::theme::{self, MUTED};
use crate::instance::params::ParamId;
use crate::instance::{Desk, TimelineTask};
use crate::timeline::InsertChoices;

/// The size of the rows of the menu that are pressed.
const ROW: Vec2 = Vec2::new(228.0, 26.0);

/// The menu, and what the user chose last.
#[derive(Default)]
pub(super) struct IntoReaper {
    choices: InsertChoices,
}

impl IntoReaper {
    /// Shows the button that opens the menu.
    pub(super) fn show(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        if !scene.desk.timeline.is_there() {
            return;
        }
        let opener = button(ui, "Into REAPER", Vec2::new(98.0, 26.0), Weight::Plain);
        Popup::menu(&opener)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| self.menu(ui, scene));
        opener.on_hover_text("Inserts the take into the project, or takes the project's picture");
    }

    fn menu(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        let Scene { desk, state, .. } = scene;
        ui.spacing_mut().item_spacing = Vec2::splat(6.0);
        if state.current_take().is_some() {
            let choices = &mut self.choices;
            let insert = button(ui, "Insert the take", ROW, Weight::Primary);
            choice(
                ui,
                &mut choices.markers,
                "Sections, cuts and hits as markers",
            );
            if choices.markers {
                choice(ui, &mut choices.chord_markers, "Chords as markers too");
            }
            choice(ui, &mut choices.tempo_map, "The tempo map too").on_hover_text(
                "The project takes the draft's tempo and metre, as long as it lasts",
            );
            if choices.tempo_map {
                choice(ui, &mut choices.replaces_tempo, "Replace the project's tempo markers")
                    .on_hover_text(
                        "Without this, nothing is inserted where the project has tempo markers of its own",
                    );
            }
            choice(ui, &mut choices.stays_with_picture, "Stay with the picture").on_hover_text(
                "If the tempo is changed later, the notes stay where they are in time",
            );
            let note = "Undo in REAPER takes it back.";
            ui.label(RichText::new(note).font(theme::font(11.0)).color(MUTED));
            if insert.clicked() {
                desk.ask_timeline(TimelineTask::Insert(scene.params.values(), *choices));
                // Leave to replace what is the user's is given each time.
                choices.replaces_tempo = false;
                ui.close();
            }
            ui.separator();
        }
        if picture_button(ui, desk, ROW) {
            ui.close();
        }
    }
}

/// Shows a choice of the menu, whose box is seen on it also while it is empty.
fn choice(ui: &mut Ui, is_chosen: &mut bool, label: &str) -> Response {
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, MUTED);
        ui.checkbox(is_chosen, label)
    })
    .inner
}

/// Shows the button that takes the project's picture. Returns whether it was pressed.
fn picture_button(ui: &mut Ui, desk: &Desk, size: Vec2) -> bool {
    let pressed = button(ui, "Use the project's video", size, Weight::Plain)
        .on_hover_text(
            "Opens the video on REAPER's timeline where it lies, with the markers over it as hits",
        )
        .clicked();
    if pressed {
        desk.ask_timeline(TimelineTask::FindPicture);
    }
    pressed
}

/// Shows the button that takes the project's picture, in REAPER.
pub(super) fn show_picture(ui: &mut Ui, scene: Scene<'_>, size: Vec2) {
    if scene.desk.timeline.is_there() {
        picture_button(ui, scene.desk, size);
    }
}

/// Opens the picture that was found in the project since the last frame.
pub(super) fn open_found(desk: &Desk, params: &dyn ParamAccess) {
    if let Some(found) = desk.timeline.take_found() {
        params.set_count(ParamId::ClipStart, found.start_beats);
        desk.open_found(found);
    }
}

#[cfg(test)]
mod tests;
