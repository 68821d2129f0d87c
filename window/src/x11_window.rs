//! The window's own connection to the X server, for what baseview does not ask of it.

use baseview::{PlatformHandle, WindowContext};
use raw_window_handle::{HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle};
use x11rb::xcb_ffi::XCBConnection;

/// A window on an X server.
pub(crate) struct X11Window {
    /// The connection that baseview reads the window's events from.
    pub(crate) connection: XCBConnection,
    /// Keeps the connection open.
    _handle: PlatformHandle,
    /// The window's number.
    pub(crate) id: u32,
}

impl X11Window {
    /// Returns the window of `context`, or `None` if it is on no X server.
    pub(crate) fn of(context: &WindowContext) -> Option<Self> {
        let handle = context.platform_handle();
        let RawDisplayHandle::Xcb(display) = handle.display_handle().ok()?.as_raw() else {
            return None;
        };
        let RawWindowHandle::Xcb(id) = handle.window_handle().ok()?.as_raw() else {
            return None;
        };
        let pointer = display.connection?.as_ptr();
        // SAFETY: the connection is open as long as the handle exists, which is kept beside it. It is not closed here.
        let connection = unsafe { XCBConnection::from_raw_xcb_connection(pointer, false) }.ok()?;
        Some(Self {
            connection,
            id: id.window.get(),
            _handle: handle,
        })
    }
}
