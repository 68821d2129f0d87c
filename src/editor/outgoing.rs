//! Dragging music out of the window: the file is written first, then the window's system takes over.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, TryRecvError};

use egui::Context;
use nice_plug_egui::{DragState, Frame};

use super::FRAME_INTERVAL;
use crate::error::Result;
use crate::instance::{Desk, Notice, Selection};

/// A window that files can be dragged out of.
pub(super) trait DragWindow {
    /// Begins to drag files while the primary button is held.
    fn drag_out(&mut self, files: &[PathBuf]);
    /// Returns how the drag stands, or `None` if there is none. Its end is told once.
    fn drag_state(&mut self) -> Option<DragState>;
}

impl DragWindow for Frame {
    fn drag_out(&mut self, files: &[PathBuf]) {
        Frame::drag_out(self, files);
    }

    fn drag_state(&mut self) -> Option<DragState> {
        Frame::drag_state(self)
    }
}

/// What is being dragged out of the window.
#[derive(Default)]
pub(super) struct Outgoing {
    /// The file that is being written.
    written: Option<Receiver<Result<PathBuf>>>,
    /// The file that is being dragged.
    dragged: Option<PathBuf>,
}

impl Outgoing {
    /// Begins what the user asked for, goes on with what was begun, and says how it ended. `first_bar` is the number that the
    /// window shows on the draft's first bar.
    pub(super) fn follow(
        &mut self,
        egui: &Context,
        desk: &Desk,
        asked: Option<(Selection, u32)>,
        window: &mut dyn DragWindow,
    ) {
        if let Some((selection, first_bar)) = asked {
            let (sender, receiver) = mpsc::sync_channel(1);
            desk.write_for_drag(selection, first_bar, move |written| {
                // The window may be closed by now.
                let _ = sender.send(written);
            });
            self.written = Some(receiver);
        }
        if let Some(written) = self.take_written() {
            let is_held = egui.input(|input| input.pointer.primary_down());
            match written {
                Ok(path) if is_held => {
                    window.drag_out(std::slice::from_ref(&path));
                    self.dragged = Some(path);
                }
                Ok(path) => remove(&path),
                Err(error) => desk.session.notify(Notice::problem(&error)),
            }
        }
        if let Some(state) = window
            .drag_state()
            .filter(|state| *state != DragState::Dragging)
        {
            let path = self.dragged.take().unwrap_or_default();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            match state {
                DragState::Dropped => desk.session.notify(Notice::Done(format!("Dropped {name}."))),
                DragState::Refused(reason) => desk.session.notify(Notice::Problem(format!(
                    "{name} was not taken: {reason}. Export MIDI writes a file to be opened from there."
                ))),
                DragState::Cancelled => remove(&path),
                DragState::Dragging => {}
            }
        }
        if self.written.is_some() || self.dragged.is_some() {
            egui.request_repaint_after(FRAME_INTERVAL);
        }
    }

    /// Returns the file that was being written, once it is.
    fn take_written(&mut self) -> Option<Result<PathBuf>> {
        let written = self.written.as_ref()?.try_recv();
        if !matches!(written, Err(TryRecvError::Empty)) {
            self.written = None;
        }
        written.ok()
    }
}

/// Removes a file that no other program has got.
fn remove(path: &Path) {
    // It would go later.
    let _ = fs::remove_file(path);
}
