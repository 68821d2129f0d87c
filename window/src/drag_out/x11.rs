//! Dragging files on X11 by the protocol XDND, versions 3 to 5, on a connection and a thread of its own.
//!
//! The protocol is described at <https://www.freedesktop.org/wiki/Specifications/XDND/>.

mod atoms;
mod grab;
mod offer;
mod pursuit;
mod running;
mod source;
mod target;

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use baseview::WindowContext;
use x11rb::protocol::xproto::ConnectionExt as _;

use super::DragState;
use crate::x11_window::X11Window;
use offer::Offer;
use source::Source;

/// Why a drag cannot begin.
const NO_SERVER: &str = "the X server could not be asked";

/// A drag. Its thread ends when this is dropped.
pub(super) struct Drag {
    state: Arc<Mutex<DragState>>,
    /// The thread, and the end of a stream whose closing stops it.
    thread: Option<(UnixStream, JoinHandle<()>)>,
}

impl Drag {
    /// Begins to drag files while the primary button is held in `window`.
    pub(super) fn start(window: &WindowContext, files: &[PathBuf]) -> Self {
        let state = Arc::new(Mutex::new(DragState::Dragging));
        let thread = begin(window, files, Arc::clone(&state));
        if thread.is_none() {
            set(&state, DragState::Refused(NO_SERVER.to_owned()));
        }
        Self { state, thread }
    }

    /// Returns how the drag stands.
    pub(super) fn state(&self) -> DragState {
        let state = self.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Drag {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// Starts the thread of a drag, or returns `None` if the system or the server refuses.
fn begin(
    window: &WindowContext,
    files: &[PathBuf],
    state: Arc<Mutex<DragState>>,
) -> Option<(UnixStream, JoinHandle<()>)> {
    let window = X11Window::of(window)?;
    // The pressed button has given the pointer to the window, whose own connection alone can let it go.
    let connection = &window.connection;
    (connection.ungrab_pointer(x11rb::CURRENT_TIME)).ok()?;
    (connection.get_input_focus()).ok()?.reply().ok()?;
    let (stop, stopped) = UnixStream::pair().ok()?;
    let (from, offer) = (window.id, Offer::of(files));
    let drag = move || {
        // Whatever happens, the drag has an end.
        let mut ended = Ended {
            state,
            outcome: DragState::Refused(NO_SERVER.to_owned()),
        };
        if let Ok(outcome) = Source::connect(from, offer).and_then(|source| source.run(&stopped)) {
            ended.outcome = outcome;
        }
    };
    let thread = thread::Builder::new()
        .name("drag".to_owned())
        .spawn(drag)
        .ok()?;
    Some((stop, thread))
}

/// Says how a drag ended when its thread does.
struct Ended {
    state: Arc<Mutex<DragState>>,
    outcome: DragState,
}

impl Drop for Ended {
    fn drop(&mut self) {
        set(&self.state, self.outcome.clone());
    }
}

fn set(state: &Mutex<DragState>, now: DragState) {
    *state.lock().unwrap_or_else(PoisonError::into_inner) = now;
}
