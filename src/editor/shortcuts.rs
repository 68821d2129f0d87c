//! The keys that work wherever the focus is, as long as no text is typed. All others are the host's.

use egui::Key;
use nice_plug_egui::Shortcut;

use super::takes::DIGITS;

/// Keys that work by themselves, besides [`DIGITS`].
const PLAIN: [Key; 7] = [Key::Escape, Key::L, Key::A, Key::B, Key::C, Key::T, Key::X];
/// Keys that work with Ctrl, or Command on macOS.
const WITH_COMMAND: [Key; 2] = [Key::Z, Key::R];

/// Returns the keys.
pub(super) fn all() -> Vec<Shortcut> {
    let plain = PLAIN.into_iter().chain(DIGITS).map(|key| (key, false));
    let with_command = WITH_COMMAND.into_iter().map(|key| (key, true));
    plain
        .chain(with_command)
        .map(|(key, with_command)| Shortcut { key, with_command })
        .collect()
}
