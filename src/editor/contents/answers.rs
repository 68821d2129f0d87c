//! What is done with the file that a dialog was answered with.

use super::Contents;
use crate::editor::file_dialog::{Answer, Purpose};
use crate::instance::{Desk, Notice};

impl Contents {
    /// Acts on the answer of a file dialog, if there is one.
    pub(super) fn take_answer(&mut self, desk: &Desk) {
        let Some((purpose, answer)) = self.dialog.take_answer() else {
            return;
        };
        let session = &desk.session;
        match (purpose, answer) {
            (Purpose::Clip, Answer::Chosen(path)) => desk.load_clip(path),
            (Purpose::Model, Answer::Chosen(path)) => {
                session.edit(|state| state.model = Some(path));
            }
            (Purpose::Export, Answer::Chosen(path)) => desk.export(path),
            (Purpose::Theme, Answer::Chosen(path)) => desk.open_theme(path),
            (Purpose::ThemeToWrite, Answer::Chosen(path)) => self.themes.write(desk, Some(path)),
            (purpose, Answer::NoDialog) => match purpose.without_dialog() {
                Some(problem) => session.notify(Notice::Problem(problem.to_owned())),
                None => self.themes.write(desk, None),
            },
        }
    }
}
