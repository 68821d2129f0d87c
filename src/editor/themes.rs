//! Themes: writing the tune of a take for other cues, and opening one for the next draft.

mod field;

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use super::contents::Scene;
use super::file_dialog::{FileDialog, Purpose};
use super::takes::{default_folder, free_path};
use crate::generator::Theme;
use crate::instance::{Desk, Notice, State, Take, file_name};

/// Writes the theme of the selected bars, or of the first section.
const USE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::T);
/// What a menu calls that.
pub(super) const USE_WORDS: &str = "Use as theme… (T)";

/// A theme that is asked for: of which take, and of which bars, the first and the last, counted from 0, or of its first section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ThemeRequest {
    pub(super) take: usize,
    pub(super) bars: Option<(u32, u32)>,
}

/// What is kept between frames.
#[derive(Default)]
pub(super) struct Themes {
    /// The theme for which a dialog asks where to write it.
    to_write: Option<Theme>,
    /// The typed path of one to open.
    path: String,
}

impl ThemeRequest {
    /// Asks for the theme of the take at `index`: of the selected bars, if it has them.
    pub(super) fn of(scene: Scene<'_>, index: usize, take: &Take) -> Self {
        let has = |(_, last): &(u32, u32)| *last < take.draft.score.bars().0;
        Self {
            take: index,
            bars: scene.selection.get().bars.filter(has),
        }
    }
}

impl Themes {
    /// Asks where to write the theme that is asked for, or says why there is none.
    pub(super) fn ask(
        &mut self,
        desk: &Desk,
        dialog: &mut FileDialog,
        state: &State,
        request: ThemeRequest,
    ) {
        let Some(take) = state.takes.get(request.take) else {
            return;
        };
        desk.session.clear_notices();
        match take.theme(request.bars) {
            Ok(theme) => {
                let name = format!("{}.mid", file_name(theme.name()));
                if dialog.ask(Purpose::ThemeToWrite, name, state) {
                    self.to_write = Some(theme);
                }
            }
            Err(error) => desk.session.notify(Notice::problem(&error)),
        }
    }

    /// Writes the theme that was asked for to `path`, or, if the system has no dialog, into the folder of exports.
    pub(super) fn write(&mut self, desk: &Desk, path: Option<PathBuf>) {
        if let Some(theme) = self.to_write.take() {
            let path = path.unwrap_or_else(|| free_path(&default_folder(), theme.name()));
            desk.write_theme(theme, path);
        }
    }
}

/// Asks for a theme of the current take if its key is pressed, unless text is typed or another one is asked for already.
pub(super) fn follow_keys(ui: &Ui, scene: Scene<'_>) {
    if ui.ctx().text_edit_focused() || scene.asked_theme.get().is_some() {
        return;
    }
    let current =
        (scene.state.current).and_then(|index| Some((index, scene.state.takes.get(index)?)));
    if let Some((index, take)) = current
        && ui.input_mut(|input| input.consume_shortcut(&USE))
    {
        let request = ThemeRequest::of(scene, index, take);
        scene.asked_theme.set(Some(request));
    }
}

#[cfg(test)]
mod tests;
