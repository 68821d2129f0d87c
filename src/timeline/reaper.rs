//! REAPER's project, through the functions that REAPER gives to plugins.
//!
//! [`ReaperTimeline`] connects through a [`ReaperHost`], which the plugin formats implement. `functions` declares REAPER's
//! functions, `project` calls them, and the rest is safe code above it. The names, types and meanings are those of REAPER's
//! `reaper_plugin_functions.h`, as of version 7.78.

mod functions;
mod insert;
mod items;
mod markers;
mod owned;
mod pieces;
mod project;
mod read;
mod tempo;

use std::ffi::{CStr, c_void};

pub use functions::DECLARATIONS;

use super::{HostProject, HostTimeline, Inserted, Insertion};
use crate::error::{Error, Result};
use functions::Functions;
use project::Project;

/// What REAPER says a plugin belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The track that the plugin is on; null for a plugin of an item.
    Track = 1,
    /// The project.
    Project = 3,
}

/// REAPER as it shows itself to one instance of a plugin.
///
/// # Safety
/// [`ReaperHost::function`] returns null, or REAPER's function of that name; [`ReaperHost::parent`] returns null, or a
/// `MediaTrack` or `ReaProject` that lives as long as the instance stays where it is. Both are called on REAPER's main thread
/// only.
pub unsafe trait ReaperHost {
    /// Returns the function of a name, or null if this REAPER has none.
    fn function(&self, name: &CStr) -> *mut c_void;

    /// Returns what the instance belongs to, or null; `None` if this REAPER is too old to tell.
    fn parent(&self, which: Parent) -> Option<*mut c_void>;
}

/// The project of an instance, for as long as one task on REAPER's main thread takes. It cannot be sent to another thread.
pub struct ReaperTimeline {
    project: Project,
}

impl ReaperTimeline {
    /// Connects to the project that the instance of `host` is in.
    ///
    /// # Errors
    /// Returns an error if this REAPER lacks a function, is too old to tell the project, or does not tell it, as for a plugin
    /// in another process.
    ///
    /// # Safety
    /// The current thread is REAPER's main thread, and the result is dropped before the current task on it ends.
    pub unsafe fn connect(host: &dyn ReaperHost) -> Result<Self> {
        let functions = Functions::of(host)?;
        let too_old = || {
            Error::Usage(
                "This REAPER does not tell plugins which project they are in; REAPER 6.80 does. Update REAPER, or use \
                 the VST3 plugin."
                    .to_owned(),
            )
        };
        let project = host.parent(Parent::Project).ok_or_else(too_old)?;
        if project.is_null() {
            return Err(Error::Usage(
                "REAPER runs this plugin apart from the project, so it cannot reach it. Let REAPER run it as a native plugin \
                 (right-click it in the list of FX, Run as), or save the take as a file."
                    .to_owned(),
            ));
        }
        let track = host.parent(Parent::Track).ok_or_else(too_old)?;
        // SAFETY: the pointers are REAPER's own by the promise of `ReaperHost`, and the caller's promise is that of `new`.
        let project = unsafe { Project::new(functions, project.cast(), track.cast()) };
        Ok(Self { project })
    }
}

impl HostTimeline for ReaperTimeline {
    fn insert(&self, insertion: &Insertion<'_>) -> Result<Inserted> {
        insert::insert(&self.project, insertion)
    }

    fn read(&self) -> Result<HostProject> {
        read::read(&self.project)
    }
}

/// Returns an error that REAPER refused to do something, as in `would not insert a track`.
fn refused(what: &str) -> Error {
    Error::Program {
        program: "REAPER".to_owned(),
        message: format!("it {what}. Undo in REAPER takes back what was inserted until then."),
    }
}
