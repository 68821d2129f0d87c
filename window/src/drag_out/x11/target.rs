//! The window under the pointer that may take files.

use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, EventMask,
    Window,
};
use x11rb::rust_connection::RustConnection;

use super::atoms::Atoms;

/// The versions of the protocol that are spoken.
const VERSIONS: std::ops::RangeInclusive<u32> = 3..=5;

/// A window that takes files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The window.
    pub(super) window: Window,
    /// The window that its messages are sent to, which may be another.
    pub(super) receiver: Window,
    /// The version that both speak.
    pub(super) version: u32,
}

impl Target {
    /// Finds the outermost window at a place of the screen that takes files. There is none over the window `own`.
    pub(super) fn find(
        connection: &RustConnection,
        atoms: &Atoms,
        root: Window,
        own: Window,
        (x, y): (i16, i16),
    ) -> Result<Option<Self>, ConnectionError> {
        let mut found = None;
        let mut window = root;
        loop {
            let below = connection.translate_coordinates(root, window, x, y)?;
            let Some(below) = known(below.reply())? else {
                return Ok(None);
            };
            if below.child == x11rb::NONE {
                break;
            }
            window = below.child;
            if window == own {
                return Ok(None);
            }
            if found.is_none() {
                found = Self::of(connection, atoms, window)?;
            }
        }
        match found {
            Some(target) => Ok(Some(target)),
            // A desktop takes files for the screen through a proxy.
            None => Self::of(connection, atoms, root),
        }
    }

    /// Returns what a window says of itself, if it takes files.
    fn of(
        connection: &RustConnection,
        atoms: &Atoms,
        window: Window,
    ) -> Result<Option<Self>, ConnectionError> {
        let property = |window, name, kind: AtomEnum| {
            let asked = connection.get_property(false, window, name, kind, 0, 1)?;
            let answer = known(asked.reply())?;
            Ok::<_, ConnectionError>(answer.and_then(|answer| answer.value32()?.next()))
        };
        let proxy_of = |window| property(window, atoms.XdndProxy, AtomEnum::WINDOW);
        // A proxy that does not name itself was left behind by a program that is gone.
        let proxy = match proxy_of(window)? {
            Some(proxy) => Some(proxy).filter(|_| proxy_of(proxy).ok().flatten() == Some(proxy)),
            None => None,
        };
        let receiver = proxy.unwrap_or(window);
        let spoken = property(receiver, atoms.XdndAware, AtomEnum::ATOM)?;
        let spoken = spoken.filter(|version| version >= VERSIONS.start());
        Ok(spoken.map(|version| Self {
            window,
            receiver,
            version: version.min(*VERSIONS.end()),
        }))
    }

    /// Sends a message.
    pub(super) fn send(
        &self,
        connection: &RustConnection,
        kind: Atom,
        data: [u32; 5],
    ) -> Result<(), ConnectionError> {
        let message = ClientMessageEvent::new(32, self.window, kind, data);
        let sent = connection.send_event(false, self.receiver, EventMask::NO_EVENT, message)?;
        sent.ignore_error();
        Ok(())
    }

    /// Asks the server to tell when the receiver is gone, or no longer.
    pub(super) fn watch(
        &self,
        connection: &RustConnection,
        is_watched: bool,
    ) -> Result<(), ConnectionError> {
        let events = if is_watched {
            EventMask::STRUCTURE_NOTIFY
        } else {
            EventMask::NO_EVENT
        };
        let asked = ChangeWindowAttributesAux::new().event_mask(events);
        let changed = connection.change_window_attributes(self.receiver, &asked)?;
        changed.ignore_error();
        Ok(())
    }
}

/// Returns an answer, or `None` if the window is gone.
fn known<T>(answer: Result<T, ReplyError>) -> Result<Option<T>, ConnectionError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ReplyError::X11Error(_)) => Ok(None),
        Err(ReplyError::ConnectionError(error)) => Err(error),
    }
}
