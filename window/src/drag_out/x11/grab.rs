//! The pointer and the Escape key while files are held.

use std::thread;
use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::cursor::Handle as Cursors;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{
    ConnectionExt as _, Cursor, EventMask, GrabMode, GrabStatus, ModMask, Window,
};
use x11rb::resource_manager::new_from_default;
use x11rb::rust_connection::RustConnection;

/// The keysym of Escape.
const ESCAPE: u32 = 0xff1b;
/// Caps Lock and Num Lock, as they may be on.
const LOCKS: [u16; 4] = [0, 1 << 1, 1 << 4, 1 << 1 | 1 << 4];
/// How often the pointer is asked for, while another program may have it for a moment.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// What the pointer is told to send.
fn events() -> EventMask {
    EventMask::BUTTON_RELEASE | EventMask::POINTER_MOTION
}

/// Holds the pointer, and Escape if no other program has it. Lets go when dropped.
pub(super) struct Grab<'a> {
    connection: &'a RustConnection,
    root: Window,
    escape: Option<u8>,
    welcome: Cursor,
    unwelcome: Cursor,
    shown: Cursor,
}

impl<'a> Grab<'a> {
    /// Takes the pointer. Returns `None` if another program keeps it.
    pub(super) fn take(
        connection: &'a RustConnection,
        screen: usize,
    ) -> Result<Option<Self>, ReplyError> {
        let root = connection.setup().roots[screen].root;
        let [welcome, unwelcome] = cursors(connection, screen);
        let is_taken = || -> Result<bool, ReplyError> {
            let grab = connection.grab_pointer(
                false,
                root,
                events(),
                GrabMode::ASYNC,
                GrabMode::ASYNC,
                x11rb::NONE,
                unwelcome,
                x11rb::CURRENT_TIME,
            )?;
            Ok(grab.reply()?.status == GrabStatus::SUCCESS)
        };
        let mut tries = 1;
        while !is_taken()? {
            if tries == TRIES {
                return Ok(None);
            }
            tries += 1;
            thread::sleep(BETWEEN_TRIES);
        }
        let mut grab = Self {
            connection,
            root,
            escape: None,
            welcome,
            unwelcome,
            shown: unwelcome,
        };
        grab.escape = grab.grab_escape()?;
        Ok(Some(grab))
    }

    /// Returns whether a key is the one that cancels.
    pub(super) fn is_escape(&self, code: u8) -> bool {
        self.escape == Some(code)
    }

    /// Shows by the pointer whether the files may be dropped where it is.
    pub(super) fn show(&mut self, is_welcome: bool) -> Result<(), ReplyError> {
        let cursor = if is_welcome {
            self.welcome
        } else {
            self.unwelcome
        };
        if cursor != self.shown {
            self.shown = cursor;
            let changed = self.connection.change_active_pointer_grab(
                cursor,
                x11rb::CURRENT_TIME,
                events(),
            )?;
            changed.ignore_error();
        }
        Ok(())
    }

    /// Takes the key alone. The other keys stay with the program that has them.
    fn grab_escape(&self) -> Result<Option<u8>, ReplyError> {
        let setup = self.connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let mapping = self
            .connection
            .get_keyboard_mapping(first, last - first + 1)?
            .reply()?;
        let keysyms_each = usize::from(mapping.keysyms_per_keycode).max(1);
        let mut rows = mapping.keysyms.chunks(keysyms_each).zip(first..=last);
        let Some((_, escape)) = rows.find(|(row, _)| row.contains(&ESCAPE)) else {
            return Ok(None);
        };
        // Not under every modifier at once: window managers hold Alt+Escape, and the server would then refuse them all.
        for locks in LOCKS.map(ModMask::from) {
            let mode = GrabMode::ASYNC;
            let grabbed =
                (self.connection).grab_key(false, self.root, locks, escape, mode, mode)?;
            grabbed.ignore_error();
        }
        Ok(Some(escape))
    }
}

impl Drop for Grab<'_> {
    fn drop(&mut self) {
        // Without a server nothing is held.
        if let Some(escape) = self.escape {
            for locks in LOCKS.map(ModMask::from) {
                let _ = (self.connection).ungrab_key(escape, self.root, locks);
            }
        }
        let _ = self.connection.ungrab_pointer(x11rb::CURRENT_TIME);
        for cursor in [self.welcome, self.unwelcome] {
            if cursor != x11rb::NONE {
                let _ = self.connection.free_cursor(cursor);
            }
        }
        let _ = self.connection.flush();
    }
}

/// Returns the pointers that say whether files may be dropped; the desktop's own if it has none that do.
fn cursors(connection: &RustConnection, screen: usize) -> [Cursor; 2] {
    const NAMES: [[&str; 3]; 2] = [
        ["dnd-copy", "copy", "plus"],
        ["dnd-no-drop", "no-drop", "circle"],
    ];
    let load = || {
        let settings = new_from_default(connection).ok()?;
        Cursors::new(connection, screen, &settings)
            .ok()?
            .reply()
            .ok()
    };
    let Some(known) = load() else {
        return [x11rb::NONE; 2];
    };
    NAMES.map(|names| {
        let mut cursors = names.iter().filter_map(|name| {
            let cursor = known.load_cursor(connection, name).ok()?;
            (cursor != x11rb::NONE).then_some(cursor)
        });
        cursors.next().unwrap_or(x11rb::NONE)
    })
}
