//! Keys of a PC keyboard with the US layout.

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
