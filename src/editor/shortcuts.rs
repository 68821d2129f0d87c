//! The keys that work whichever widget has the focus, and that the window therefore takes from the host.

use nice_plug_egui::Shortcut;

/// Keys that are pressed with Ctrl, or Command on macOS: undo and redo, and Generate again.
const WITH_COMMAND: &str = "zr";
/// Keys that are pressed alone: lock, choose a take, pin it as A or B, and switch between the two.
const ALONE: &str = "l123456789abx";

/// Returns all of them.
pub(super) fn all() -> Vec<Shortcut> {
    let shortcuts = |keys: &'static str, with_command| {
        keys.chars().map(move |character| Shortcut {
            character,
            with_command,
        })
    };
    shortcuts(WITH_COMMAND, true)
        .chain(shortcuts(ALONE, false))
        .collect()
}
