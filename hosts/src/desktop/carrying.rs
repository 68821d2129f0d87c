//! Dragging from one program to another, move by move, and what it leaves behind.

use std::time::Duration;
use std::{fs, thread};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt, EventMask, GrabMode, GrabStatus,
    MOTION_NOTIFY_EVENT,
};

use super::HostWindow;

/// The moves of a drag.
const MOVES: i16 = 6;

impl HostWindow {
    /// Presses the left button at a place in the window, and carries what is there to another place of the screen. The button
    /// stays pressed. `frame` is the time that the window needs for a frame.
    pub fn carry(&self, from: (i16, i16), to: (i16, i16), frame: Duration) {
        self.fake(MOTION_NOTIFY_EVENT, 0, from);
        // What is pressed is found only in a frame of its own.
        thread::sleep(frame);
        self.fake(BUTTON_PRESS_EVENT, 1, (0, 0));
        thread::sleep(frame);
        for step in 1..=MOVES {
            let between = |from: i16, to: i16| from + (to - from) * step / MOVES;
            self.move_on((between(from.0, to.0), between(from.1, to.1)));
        }
    }

    /// Moves the pointer to a place of the screen, with whatever it carries.
    pub fn move_on(&self, to: (i16, i16)) {
        self.fake(MOTION_NOTIFY_EVENT, 0, to);
    }

    /// Returns whether any program offers what it drags.
    ///
    /// # Panics
    /// Panics if the X server is gone.
    #[must_use]
    pub fn is_dragging(&self) -> bool {
        let name = self.connection.intern_atom(false, b"XdndSelection");
        let name = name.expect("a connection").reply().expect("a name").atom;
        let owner = self.connection.get_selection_owner(name);
        let owner = owner.expect("a connection").reply();
        owner.expect("the server answers").owner != x11rb::NONE
    }

    /// Lets go of the left button.
    pub fn let_go(&self) {
        self.fake(BUTTON_RELEASE_EVENT, 1, (0, 0));
    }
}

/// What a process and its X server have open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The windows on the screen, shown or not.
    pub windows: usize,
    /// The threads of this process.
    pub threads: usize,
    /// The files, sockets and pipes that it has open.
    pub descriptors: usize,
    /// Whether the pointer and the keyboard are free.
    pub is_free: bool,
}

impl Tally {
    /// Counts.
    ///
    /// # Panics
    /// Panics if there is no X server, or the system does not tell.
    #[must_use]
    pub fn count() -> Self {
        let entries = |folder: &str| fs::read_dir(folder).expect("the system tells").count();
        let (threads, descriptors) = (entries("/proc/self/task"), entries("/proc/self/fd"));
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let root = connection.setup().roots[screen].root;
        let tree = connection.query_tree(root).expect("a connection");
        let windows = tree.reply().expect("the server answers").children.len();
        let (now, mode) = (x11rb::CURRENT_TIME, GrabMode::ASYNC);
        let events = EventMask::BUTTON_PRESS;
        let none = x11rb::NONE;
        let pointer = connection
            .grab_pointer(false, root, events, mode, mode, none, none, now)
            .expect("a connection")
            .reply()
            .expect("the server answers");
        let keyboard = connection
            .grab_keyboard(false, root, now, mode, mode)
            .expect("a connection")
            .reply()
            .expect("the server answers");
        // Both are let go as the connection closes.
        Self {
            windows,
            threads,
            descriptors,
            is_free: [pointer.status, keyboard.status] == [GrabStatus::SUCCESS; 2],
        }
    }
}
