//! Dragging files on Windows by OLE, on the thread of the window.
//!
//! `DoDragDrop` returns when the drag has ended. Until then it handles the messages of all windows of the thread, so that they go
//! on as usual. It is called from a message of its own, because the window draws while it asks for the drag.

mod files;
mod hold;
mod later;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use baseview::WindowContext;
use windows::Win32::Foundation::{DRAGDROP_S_CANCEL, DRAGDROP_S_DROP};
use windows::Win32::System::Ole::{
    DROPEFFECT_COPY, DROPEFFECT_NONE, DoDragDrop, IDropSource, OleInitialize, OleUninitialize,
};
use windows::Win32::UI::Input::KeyboardAndMouse::{GetKeyState, ReleaseCapture, VK_LBUTTON};
use windows::core::ComObject;

use super::DragState;
use files::Files;
use hold::Hold;

/// A drag. It is cancelled when this is dropped.
pub(super) struct Drag(Rc<Shared>);

/// What the window and the drag tell each other.
struct Shared {
    state: RefCell<DragState>,
    /// Whether the window wants the drag to end.
    is_stopped: Cell<bool>,
}

impl Drag {
    /// Begins to drag files while the primary button is held.
    pub(super) fn start(_window: &WindowContext, files: &[PathBuf]) -> Self {
        Self::of(files)
    }

    /// Begins to drag files out of a window of this thread, which handles messages.
    fn of(files: &[PathBuf]) -> Self {
        let shared = Rc::new(Shared {
            state: RefCell::new(DragState::Dragging),
            is_stopped: Cell::new(false),
        });
        let (drag, files) = (Rc::clone(&shared), Files::new(files));
        let begun = later::call_later(move || {
            let outcome = run(&drag, files);
            drag.state.replace(outcome);
        });
        if let Err(error) = begun {
            shared.state.replace(refused(&error));
        }
        Self(shared)
    }

    /// Returns how the drag stands.
    pub(super) fn state(&self) -> DragState {
        self.0.state.borrow().clone()
    }
}

impl Drop for Drag {
    fn drop(&mut self) {
        self.0.is_stopped.set(true);
    }
}

/// Drags files until the user lets go of them.
fn run(shared: &Rc<Shared>, files: Files) -> DragState {
    // SAFETY: the call reads a state.
    let is_held = unsafe { GetKeyState(VK_LBUTTON.0.into()) } < 0;
    if !is_held || shared.is_stopped.get() {
        return DragState::Cancelled;
    }
    // SAFETY: there is no reserved argument.
    if let Err(error) = unsafe { OleInitialize(None) } {
        return refused(&error);
    }
    // The window took the pointer when the button was pressed. It lets go of it whenever another window takes it, so that the
    // drag would lose it at once.
    // SAFETY: the call has no arguments. It fails if the pointer is free already.
    let _ = unsafe { ReleaseCapture() };
    let hold = ComObject::new(Hold::new(Rc::clone(shared)));
    let mut effect = DROPEFFECT_NONE;
    // SAFETY: both objects and the effect outlive the call.
    let result = unsafe {
        DoDragDrop(
            &files.into_object(),
            &hold.to_interface::<IDropSource>(),
            DROPEFFECT_COPY,
            &mut effect,
        )
    };
    let is_welcome = hold.is_welcome();
    // SAFETY: OLE was started above.
    unsafe { OleUninitialize() };
    match result {
        DRAGDROP_S_DROP if effect != DROPEFFECT_NONE => DragState::Dropped,
        DRAGDROP_S_DROP if is_welcome => {
            DragState::Refused("the other program did not take it".to_owned())
        }
        DRAGDROP_S_DROP | DRAGDROP_S_CANCEL => DragState::Cancelled,
        error => refused(&error.into()),
    }
}

/// Returns the state of a drag that Windows did not let happen.
fn refused(error: &windows::core::Error) -> DragState {
    DragState::Refused(format!("Windows says “{}”", error.message()))
}

#[cfg(test)]
mod tests;
