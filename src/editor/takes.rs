//! The row of takes: select, rename, delete and export.

mod files;
mod marks;

use egui::{
    Align, Key, Layout, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, Vec2, WidgetInfo,
};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::file_dialog::{FileDialog, Purpose};
use super::history::{self, Step};
use super::theme;
use crate::instance::{Desk, Snapshot, Take};
use files::{default_folder, file_name, free_path};
use marks::Marks;

const TAKE_SIZE: Vec2 = Vec2::new(112.0, 26.0);

/// What the row keeps between frames.
#[derive(Default)]
pub(super) struct Takes {
    /// The take that is being renamed: its index and the typed name.
    renamed: Option<(usize, String)>,
    marks: Marks,
}

impl Takes {
    /// Shows the row. Returns the step through the history that was asked for.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        scene: Scene<'_>,
        snapshot: &Snapshot,
        dialog: &mut FileDialog,
    ) -> Option<Step> {
        let Scene { desk, state, .. } = scene;
        let row = ui.horizontal_centered(|ui| {
            ui.label(RichText::new("Takes").color(theme::MUTED));
            let step = history::show(ui, snapshot);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (mut ask, mut export) = (false, false);
                if state.current_take().is_some() {
                    ask = button(ui, "Save as…", Vec2::new(84.0, 26.0), Weight::Plain).clicked();
                    export = button(ui, "Export MIDI", Vec2::new(104.0, 26.0), Weight::Plain)
                        .on_hover_text(
                            "Writes into the folder Diff-BGM in your music or home folder",
                        )
                        .clicked();
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ScrollArea::horizontal().show(ui, |ui| self.list(ui, scene));
                });
                if !ask && !export {
                    return;
                }
                // A name that this click entered is in the session's state, but not yet in the snapshot.
                if let Some(take) = desk.session.state().current_take() {
                    if ask {
                        let name = format!("{}.mid", file_name(&take.name));
                        dialog.ask(Purpose::Export, name, state);
                    } else {
                        desk.export_midi(free_path(&default_folder(), &take.name));
                    }
                }
            });
            step
        });
        row.inner
    }

    fn list(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        let Scene { desk, state, .. } = scene;
        if state.takes.is_empty() {
            ui.label(RichText::new("none yet").color(theme::MUTED));
        }
        self.marks.forget_deleted();
        for (index, take) in state.takes.iter().enumerate() {
            if self
                .renamed
                .as_ref()
                .is_some_and(|(renamed, _)| *renamed == index)
            {
                self.rename(ui, desk);
                continue;
            }
            let is_current = state.current == Some(index);
            let weight = if is_current {
                Weight::Chosen
            } else {
                Weight::Plain
            };
            let other_tempo = self.marks.of(take, scene);
            let response = button(ui, &take.name, TAKE_SIZE, weight);
            if let Some(host) = &other_tempo {
                mark(ui, response.rect, index, why_marked(take, host));
            }
            let response = response.on_hover_ui(|ui| hint(ui, take, other_tempo.as_deref()));
            if response.clicked() {
                response.request_focus();
                if !is_current {
                    desk.session.edit(|state| state.current = Some(index));
                }
            }
            let pressed = |key| response.has_focus() && ui.input(|input| input.key_pressed(key));
            let mut rename = response.double_clicked() || is_current && pressed(Key::Enter);
            let mut delete = pressed(Key::Delete);
            response.context_menu(|ui| {
                rename |= ui.button("Rename").clicked();
                delete |= ui.button("Delete").clicked();
            });
            if rename {
                self.renamed = Some((index, take.name.clone()));
            }
            if delete {
                desk.session.edit(|state| state.delete_take(index));
                // The next take moves to this place. With the focus, a key held down would delete it too: on X11 the window
                // cannot tell a repeated press from another.
                response.surrender_focus();
            }
        }
    }

    fn rename(&mut self, ui: &mut Ui, desk: &Desk) {
        let Some((index, name)) = &mut self.renamed else {
            return;
        };
        let edit = TextEdit::singleline(name).margin(Vec2::new(8.0, 5.0));
        let response = ui.add_sized(TAKE_SIZE, edit);
        if response.lost_focus() {
            let keep = !ui.input(|input| input.key_pressed(Key::Escape));
            let (index, name) = (*index, name.trim().to_owned());
            if keep && !name.is_empty() {
                desk.session.edit(|state| {
                    if let Some(take) = state.takes.get_mut(index) {
                        take.name = name;
                    }
                });
            }
            self.renamed = None;
        } else {
            response.request_focus();
        }
    }
}

/// Marks the button of the take at `index`, and says why to screen readers.
fn mark(ui: &Ui, button: Rect, index: usize, why: String) {
    let place = Rect::from_center_size(button.right_top() + Vec2::new(-7.0, 7.0), Vec2::splat(6.0));
    ui.painter()
        .circle_filled(place.center(), 3.0, theme::ACCENT);
    let id = ui.scope_id().with(("mark", index));
    ui.interact(place, id, Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, &why));
}

/// Says that a take was made under another tempo than `host`.
fn why_marked(take: &Take, host: &str) -> String {
    let own = take.tempo();
    let what = if own == host {
        format!("Made for other changes of tempo than the host's between {host}")
    } else {
        format!("Made at {own}, the host is at {host}")
    };
    format!("{what}: its accents miss the cuts. Draft again.")
}

/// Shows what a take was made with and what can be done with it.
fn hint(ui: &mut Ui, take: &Take, host_of_other_tempo: Option<&str>) {
    ui.label(RichText::new(&take.name).font(theme::strong(13.0)));
    for line in take.made_with() {
        ui.label(line);
    }
    if let Some(host) = host_of_other_tempo {
        ui.label(RichText::new(why_marked(take, host)).color(theme::ACCENT));
    }
    let keys = "Click to play, Enter or double-click to rename, Delete to delete";
    ui.label(RichText::new(keys).color(theme::MUTED));
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::super::HeadlessEditor;
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;
    use crate::player::HostTransport;

    fn with_takes(count: u64) -> HeadlessEditor {
        let mut state = State::default();
        for seed in 1..=count {
            let mut draft = Draft::default();
            draft.recipe.settings.seed = seed;
            state.add_take(draft, 0);
        }
        HeadlessEditor::new(&state, (1040, 768))
    }

    fn names(editor: &HeadlessEditor) -> Vec<String> {
        let state = editor.state();
        state.takes.iter().map(|take| take.name.clone()).collect()
    }

    #[test]
    fn delete_held_down_deletes_one_take_and_ctrl_z_brings_it_back() {
        let mut editor = with_takes(3);
        let all = editor.state();
        assert!(editor.click("1 seed 1"));
        let chosen = editor.state();
        editor.press(Modifiers::NONE, Key::Delete, 20);
        assert_eq!(names(&editor), ["2 seed 2", "3 seed 3"]);
        let deleted = editor.state();
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), chosen);
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), all);
        for _ in 0..2 {
            editor.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z, 0);
        }
        assert_eq!(editor.state(), deleted);
    }

    #[test]
    fn buttons_undo_and_redo_and_a_name_that_their_click_entered_is_undone() {
        let mut editor = with_takes(1);
        editor.click("1 seed 1");
        editor.press(Modifiers::NONE, Key::Enter, 0);
        editor.type_text(" slow");
        editor.click("Undo");
        assert_eq!(names(&editor), ["1 seed 1"]);
        editor.click("Redo");
        assert_eq!(names(&editor), ["1 seed 1 slow"]);
        // There is nothing more to redo.
        editor.click("Redo");
        assert_eq!(names(&editor), ["1 seed 1 slow"]);
    }

    #[test]
    fn ctrl_z_in_a_text_field_does_not_undo_a_change_of_the_takes() {
        let mut editor = with_takes(2);
        editor.click("1 seed 1");
        let chosen = editor.state();
        editor.click("Chords: Am | F G");
        editor.type_text("C");
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), chosen);
    }

    #[test]
    fn a_take_of_another_tempo_than_the_hosts_is_marked() {
        const MARK: &str =
            "Made at 120 BPM, the host is at 90 BPM: its accents miss the cuts. Draft again.";
        let mut editor = with_takes(1);
        assert_eq!(editor.middle_of(MARK), None);
        for (bpm, is_marked) in [(90.0, true), (120.0, false)] {
            editor.session().live.set_transport(&HostTransport {
                tempo_bpm: Some(bpm),
                ..HostTransport::default()
            });
            editor.click("Timeline");
            assert_eq!(editor.middle_of(MARK).is_some(), is_marked, "{bpm}");
        }
    }

    #[test]
    fn a_take_says_what_it_was_made_with_while_the_pointer_is_on_it() {
        let mut editor = with_takes(1);
        assert_eq!(editor.middle_of("120 BPM, 4/4, 1 bar"), None);
        assert!(editor.hover("1 seed 1"));
        assert!(editor.middle_of("120 BPM, 4/4, 1 bar").is_some());
    }
}
