//! The connection that a drag has to itself, and its window, which offers the files.

use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use x11rb::connection::Connection;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, KeyButMask, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::atoms::Atoms;
use super::grab::Grab;
use super::offer::Offer;
use super::pursuit::AGAIN;
use super::running::Running;
use crate::drag_out::DragState;

/// Anything that ends the conversation with the server.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Reply(#[from] ReplyError),
    #[error(transparent)]
    Identifier(#[from] ReplyOrIdError),
    #[error(transparent)]
    Wait(#[from] Errno),
}

/// A connection of its own, whose window offers the files.
pub(super) struct Source {
    pub(super) connection: RustConnection,
    screen: usize,
    pub(super) atoms: Atoms,
    pub(super) window: Window,
    /// The window that the files are dragged out of.
    pub(super) from: Window,
    pub(super) offer: Offer,
}

impl Source {
    /// Connects to the server to offer files that are dragged out of the window `from`.
    pub(super) fn connect(from: Window, offer: Offer) -> Result<Self, Failure> {
        let (connection, screen) = x11rb::connect(None)?;
        let atoms = Atoms::new(&connection)?.reply()?;
        let window = connection.generate_id()?;
        let root = connection.setup().roots[screen].root;
        let hidden = CreateWindowAux::new().override_redirect(1);
        let (depth, visual) = (x11rb::COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
        let class = WindowClass::INPUT_ONLY;
        connection.create_window(depth, window, root, -9, -9, 1, 1, 0, class, visual, &hidden)?;
        Ok(Self {
            connection,
            screen,
            atoms,
            window,
            from,
            offer,
        })
    }

    /// Follows the pointer until the drag has ended, or until the other end of `stop` is closed.
    pub(super) fn run(self, stop: &UnixStream) -> Result<DragState, Failure> {
        let root = self.connection.setup().roots[self.screen].root;
        let begun = self.connection.query_pointer(root)?.reply()?;
        if !begun.mask.contains(KeyButMask::BUTTON1) {
            return Ok(DragState::Cancelled);
        }
        let Some(grab) = Grab::take(&self.connection, self.screen)? else {
            let reason = "another program holds the pointer".to_owned();
            return Ok(DragState::Refused(reason));
        };
        let selection = self.atoms.XdndSelection;
        self.connection
            .set_selection_owner(self.window, selection, x11rb::CURRENT_TIME)?;
        let place = (begun.root_x, begun.root_y);
        let mut drag = Running::begin(&self, grab, root, place);
        let outcome = loop {
            if let Some(outcome) = drag.step()? {
                break outcome;
            }
            self.connection.flush()?;
            if self.wait(stop)? {
                break DragState::Cancelled;
            }
        };
        drag.leave()?;
        drop(drag);
        self.connection.destroy_window(self.window)?;
        // A connection that closes with unread events may lose the last requests.
        self.connection.get_input_focus()?.reply()?;
        Ok(outcome)
    }

    /// Waits a moment, or until something happens. Returns whether the drag is to stop.
    fn wait(&self, stop: &UnixStream) -> Result<bool, Errno> {
        let moment = Timespec {
            tv_sec: 0,
            tv_nsec: AGAIN.subsec_nanos().into(),
        };
        let mut sources = [
            PollFd::new(self.connection.stream(), PollFlags::IN),
            PollFd::new(stop, PollFlags::IN),
        ];
        match poll(&mut sources, Some(&moment)) {
            Ok(_) | Err(Errno::INTR) => Ok(!sources[1].revents().is_empty()),
            Err(error) => Err(error),
        }
    }
}
