//! Files that the user drags out of the window into another program.
//!
//! A drag begins while a button of the pointer is held and goes on by itself until the button is let go; the window asks how it
//! stands. Dropping a [`DragOut`] ends it.

#[cfg(target_os = "macos")]
mod appkit;
#[cfg(windows)]
mod ole;
#[cfg(target_os = "linux")]
mod uris;
#[cfg(target_os = "linux")]
mod x11;

use std::path::PathBuf;

#[cfg(target_os = "macos")]
use appkit::Drag;
use baseview::WindowContext;
#[cfg(windows)]
use ole::Drag;
#[cfg(target_os = "linux")]
use x11::Drag;

/// How a drag stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DragState {
    /// The user holds the files, or the program that they were dropped on is taking them.
    Dragging,
    /// Another program took the files.
    Dropped,
    /// The user let go over nothing that takes files, or pressed Escape.
    Cancelled,
    /// The files were dropped, but not taken, for this reason: a part of a sentence.
    Refused(String),
}

/// A drag of files out of a window.
pub(crate) struct DragOut(Drag);

impl DragOut {
    /// Begins to drag `files`, which exist, while the primary button is held in `window`.
    pub(crate) fn start(window: &WindowContext, files: &[PathBuf]) -> Self {
        Self(Drag::start(window, files))
    }

    /// Returns how the drag stands.
    pub(crate) fn state(&self) -> DragState {
        self.0.state()
    }
}
