//! Writing files of the current take.

use std::path::PathBuf;

use super::{Desk, excerpt_job, export_job};
use crate::error::Result;
use crate::instance::drag_folder::DragFolder;
use crate::instance::locks::Selection;
use crate::instance::notice::Notice;
use crate::instance::state::State;
use crate::worker::{JobKind, Reporter};

impl Desk {
    /// Writes the current take, as it is played, without waiting for a running draft: as a DAWproject or a REAPER project if the
    /// name ends like one, otherwise as a MIDI file.
    pub fn export(&self, path: PathBuf) {
        let state = self.session.state();
        let job = move |_: &Reporter| export_job::write(&state, path);
        self.submit(&self.writer, JobKind::Export, job);
    }

    /// Writes what is selected of the current take as a MIDI file. Bars move to the file's start.
    pub fn export_excerpt(&self, selection: Selection, path: PathBuf) {
        let state = self.session.state();
        let job = move |_: &Reporter| excerpt_job::write(&state, selection, path);
        self.submit(&self.writer, JobKind::Export, job);
    }

    /// Writes what is selected of the current take into a new MIDI file of the user's cache folder, or else of that for temporary
    /// files, to be dragged out of the window, and gives its path to `on_written` on the worker's thread. `first_bar` is the number
    /// of the draft's first bar in its name.
    pub fn write_for_drag(
        &self,
        selection: Selection,
        first_bar: u32,
        on_written: impl FnOnce(Result<PathBuf>) + Send + 'static,
    ) {
        self.session.clear_notices();
        let state = self.session.state();
        let job = move |_: &Reporter| {
            let folders = DragFolder::of_user();
            on_written(excerpt_job::write_for_drag(
                &state, selection, first_bar, &folders,
            ));
        };
        if let Err(error) = self.writer.submit(JobKind::Drag, job) {
            self.session.notify(Notice::problem(&error));
        }
    }

    /// Returns the name of what is selected of the current take, for a file, or `None` if there is no take.
    pub fn excerpt_name(state: &State, selection: Selection, first_bar: u32) -> Option<String> {
        let take = state.current_take()?;
        Some(excerpt_job::name(take, selection, first_bar))
    }
}
