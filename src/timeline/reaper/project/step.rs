//! One step that REAPER can undo.

use std::ffi::{CString, c_int};

use super::{Project, c_text};

/// What a step changes: tracks, items, markers and texts of the project, and the tempo. Not the plugins: undo must not set
/// them back.
const CHANGES: c_int = 1 | 4 | 8 | 32;

/// A step. Until it is dropped, everything that is changed belongs to it, and REAPER draws nothing.
pub(in crate::timeline::reaper) struct Step<'p> {
    project: &'p Project,
    name: CString,
}

impl Project {
    /// Begins a step that REAPER's list of undo steps calls `name`.
    pub(in crate::timeline::reaper) fn begin_step(&self, name: &str) -> Step<'_> {
        // SAFETY: by the promise of `Project::new`.
        unsafe {
            (self.functions.Undo_BeginBlock2)(self.project);
            (self.functions.PreventUIRefresh)(1);
        }
        Step {
            project: self,
            name: c_text(name),
        }
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        let (functions, project) = (&self.project.functions, self.project.project);
        // SAFETY: by the promise of `Project::new`; the name outlives the call.
        unsafe {
            (functions.PreventUIRefresh)(-1);
            (functions.UpdateArrange)();
            (functions.UpdateTimeline)();
            (functions.Undo_EndBlock2)(project, self.name.as_ptr(), CHANGES);
        }
    }
}
