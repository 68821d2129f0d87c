//! Keys of a PC keyboard with the US layout.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, ModMask};
use x11rb::rust_connection::RustConnection;

/// A key, by its code on a PC keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `=`, or `+` with Shift.
    Equals = 21,
    /// Enter.
    Enter = 36,
    /// Home.
    Home = 110,
    /// The up arrow.
    Up = 111,
    /// The left arrow.
    Left = 113,
    /// The right arrow.
    Right = 114,
    /// Delete.
    Delete = 119,
    /// The space bar.
    Space = 65,
    /// The letter L.
    L = 46,
    /// The letter R.
    R = 27,
    /// The letter Z.
    Z = 52,
    /// Escape.
    Escape = 9,
    /// Shift.
    Shift = 50,
    /// `1`.
    One = 10,
    /// `a`.
    A = 38,
    /// `b`.
    B = 56,
    /// `t`.
    T = 28,
    /// `x`.
    X = 53,
    /// Ctrl.
    Control = 37,
}

pub(super) const LEFT_SHIFT: u8 = 50;

/// Returns the key code of a character on a US keyboard, and whether Shift is held.
pub(super) fn key_of(character: char) -> (u8, bool) {
    const ROWS: [(u8, &str, &str); 4] = [
        (10, "1234567890-=", "!@#$%^&*()_+"),
        (24, "qwertyuiop[]", "QWERTYUIOP{}"),
        (38, "asdfghjkl;'", "ASDFGHJKL:\""),
        (51, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    ];
    if character == ' ' {
        return (65, false);
    }
    for (first, plain, shifted) in ROWS {
        for (row, is_shifted) in [(plain, false), (shifted, true)] {
            if let Some(place) = row.find(character) {
                return (first + place as u8, is_shifted);
            }
        }
    }
    panic!("{character:?} is not on the keyboard")
}

/// A key with Alt that a window manager holds for itself until this is dropped.
pub struct Shortcut {
    _connection: RustConnection,
}

impl Shortcut {
    /// Takes the key with Alt from all programs.
    ///
    /// # Panics
    /// Panics if there is no X server, or if another program has the key.
    #[must_use]
    pub fn with_alt(key: Key) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let root = connection.setup().roots[screen].root;
        let mode = GrabMode::ASYNC;
        connection
            .grab_key(false, root, ModMask::M1, key as u8, mode, mode)
            .expect("a connection")
            .check()
            .expect("no other program has the key");
        Self {
            _connection: connection,
        }
    }
}
