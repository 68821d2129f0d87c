//! The row of takes: select, rename, delete and export.

use std::env;
use std::iter;
use std::path::{Path, PathBuf};

use egui::{Align, Key, Layout, RichText, ScrollArea, TextEdit, Ui, Vec2};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::file_dialog::{FileDialog, Purpose};
use super::history::{self, Step};
use super::theme;
use crate::instance::{Desk, Snapshot};

const TAKE_SIZE: Vec2 = Vec2::new(112.0, 26.0);

/// The take that is being renamed: its index and the typed name.
#[derive(Default)]
pub(super) struct Takes {
    renamed: Option<(usize, String)>,
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

    fn list(&mut self, ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
        if state.takes.is_empty() {
            ui.label(RichText::new("none yet").color(theme::MUTED));
        }
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
            let response = button(ui, &take.name, TAKE_SIZE, weight).on_hover_text(format!(
                "{}\nClick to play, Enter or double-click to rename, Delete to delete",
                take.name
            ));
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

/// Replaces characters that not every file system allows.
fn file_name(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    let name: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    name.trim_matches(['.', ' ']).to_owned()
}

/// Returns a path in `folder` without a file, named after a take.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let name = file_name(name);
    let numbered = (2..).map(|number| folder.join(format!("{name} ({number}).mid")));
    iter::once(folder.join(format!("{name}.mid")))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(format!("{name}.mid")))
}

/// Returns the folder that Export MIDI writes to.
fn default_folder() -> PathBuf {
    let home = env::home_dir().unwrap_or_else(env::temp_dir);
    let music = home.join("Music");
    let base = if music.is_dir() { music } else { home };
    base.join("Diff-BGM")
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::super::HeadlessEditor;
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;

    #[test]
    fn names_of_takes_become_names_of_files() {
        assert_eq!(file_name("2 seed 19"), "2 seed 19");
        assert_eq!(file_name("../a/b:c?"), "_a_b_c_");
    }

    #[test]
    fn an_exported_file_does_not_replace_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = free_path(folder.path(), "draft");
        std::fs::write(&first, b"").unwrap();
        assert_eq!(
            free_path(folder.path(), "draft"),
            folder.path().join("draft (2).mid")
        );
    }

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
}
