//! Which keys the window takes from the host: all while text is typed, otherwise only those that it uses.

#[cfg(windows)]
mod win32;
#[cfg(target_os = "linux")]
mod x11;

use std::cell::Cell;

use baseview::WindowContext;
use keyboard_types::{Key, KeyboardEvent, Modifiers, NamedKey};

/// A key that the app acts on whichever widget has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// The key.
    pub key: egui::Key,
    /// Whether Ctrl is held, or Command on macOS.
    pub with_command: bool,
}

/// Keys by which a widget that has the focus is worked, and their X11 keysyms. Not the space bar, which starts the host.
const WIDGET_KEYS: [(NamedKey, u32); 13] = [
    (NamedKey::ArrowUp, 0xff52),
    (NamedKey::ArrowDown, 0xff54),
    (NamedKey::ArrowLeft, 0xff51),
    (NamedKey::ArrowRight, 0xff53),
    (NamedKey::Home, 0xff50),
    (NamedKey::End, 0xff57),
    (NamedKey::PageUp, 0xff55),
    (NamedKey::PageDown, 0xff56),
    (NamedKey::Delete, 0xffff),
    (NamedKey::Backspace, 0xff08),
    (NamedKey::Enter, 0xff0d),
    (NamedKey::Tab, 0xff09),
    (NamedKey::Escape, 0xff1b),
];
/// Characters that widgets zoom by.
const WIDGET_SIGNS: [char; 5] = ['+', '-', '=', '_', '*'];

/// What the window needs keys for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Nothing: all keys are the host's.
    Nothing,
    /// The shortcuts, since the user has pressed something in the window and the pointer is still there.
    Shortcuts,
    /// The keys of a widget that has the focus, and the shortcuts.
    Widget,
    /// Text. All keys are the window's.
    Typing,
}

/// The window's claim to keys.
pub(crate) struct Keys {
    need: Cell<Need>,
    /// Whether the user has pressed a button since the pointer entered the window.
    is_pressed_in: Cell<bool>,
    shortcuts: Vec<Shortcut>,
    #[cfg(target_os = "linux")]
    grabs: Option<x11::Grabs>,
    #[cfg(windows)]
    turned: Option<win32::Turned>,
}

impl Keys {
    /// Claims no key yet.
    pub(crate) fn new(window: &WindowContext, shortcuts: Vec<Shortcut>) -> Self {
        #[cfg(not(any(target_os = "linux", windows)))]
        let _ = window;
        let keys = Self {
            need: Cell::new(Need::Nothing),
            is_pressed_in: Cell::new(false),
            #[cfg(target_os = "linux")]
            grabs: x11::Grabs::new(window, &shortcuts),
            #[cfg(windows)]
            turned: win32::Turned::new(window, &shortcuts),
            shortcuts,
        };
        keys.apply(Need::Nothing);
        keys
    }

    /// Notes that a button of the mouse was pressed. Where keys are not taken one by one, the window needs the focus for any.
    pub(crate) fn note_press(&self, window: &WindowContext) {
        self.is_pressed_in.set(true);
        #[cfg(target_os = "linux")]
        if self.grabs.is_some() {
            return;
        }
        if !window.has_focus() {
            // A window that the host is closing cannot take the focus any more, and does not need it.
            let _ = window.focus();
        }
    }

    /// Notes that the pointer has left the window.
    pub(crate) fn note_leave(&self) {
        self.is_pressed_in.set(false);
    }

    /// Ends typing if another window has taken the focus. Returns whether one has; each grabbed key looks like it.
    pub(crate) fn note_unfocused(&self, egui: &egui::Context) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(grabs) = &self.grabs
            && (self.need.get() != Need::Typing || grabs.has_focus())
        {
            return false;
        }
        if egui.text_edit_focused() {
            egui.memory_mut(|memory| memory.stop_text_input());
        }
        true
    }

    /// Claims what `egui` needs after a frame.
    pub(crate) fn update(&self, egui: &egui::Context) {
        let need = if egui.text_edit_focused() {
            Need::Typing
        } else if egui.memory(|memory| memory.focused().is_some()) {
            Need::Widget
        } else if self.is_pressed_in.get() {
            Need::Shortcuts
        } else {
            Need::Nothing
        };
        if need != self.need.get() {
            self.apply(need);
        }
    }

    /// Returns whether an event is for the window rather than for the host.
    pub(crate) fn takes(&self, event: &KeyboardEvent) -> bool {
        takes(self.need.get(), &self.shortcuts, event)
    }

    fn apply(&self, need: Need) {
        let before = self.need.replace(need);
        #[cfg(target_os = "linux")]
        if let Some(grabs) = &self.grabs {
            grabs.apply(before, need);
        }
        #[cfg(windows)]
        if let Some(turned) = &self.turned {
            turned.apply(need);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = before;
    }
}

fn takes(need: Need, shortcuts: &[Shortcut], event: &KeyboardEvent) -> bool {
    let command = if cfg!(target_os = "macos") {
        Modifiers::META
    } else {
        Modifiers::CONTROL
    };
    let of_widget = || match &event.key {
        Key::Named(named) => WIDGET_KEYS.iter().any(|(key, _)| key == named),
        Key::Character(text) => text.chars().all(|sign| WIDGET_SIGNS.contains(&sign)),
    };
    let is_shortcut = || {
        let key = crate::translate::translate_virtual_key(&event.key);
        let is_meant = |shortcut: &Shortcut| {
            key == Some(shortcut.key) && event.modifiers.contains(command) == shortcut.with_command
        };
        shortcuts.iter().any(is_meant)
    };
    match need {
        Need::Nothing => false,
        Need::Shortcuts => is_shortcut(),
        Need::Widget => of_widget() || is_shortcut(),
        Need::Typing => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNDO: Shortcut = Shortcut {
        key: egui::Key::Z,
        with_command: true,
    };

    fn event(key: Key, modifiers: Modifiers) -> KeyboardEvent {
        KeyboardEvent {
            key,
            modifiers,
            ..KeyboardEvent::default()
        }
    }

    fn typed(text: &str) -> KeyboardEvent {
        event(Key::Character(text.to_owned()), Modifiers::empty())
    }

    #[test]
    fn the_space_bar_and_letters_are_the_hosts_unless_text_is_typed() {
        for key in [" ", "r", "z"] {
            for need in [Need::Nothing, Need::Shortcuts, Need::Widget] {
                assert!(!takes(need, &[UNDO], &typed(key)), "{key} {need:?}");
            }
            assert!(takes(Need::Typing, &[UNDO], &typed(key)));
        }
    }

    #[test]
    fn a_focused_widget_has_its_keys_and_a_window_that_was_pressed_its_shortcuts() {
        let left = event(Key::Named(NamedKey::ArrowLeft), Modifiers::empty());
        let command = if cfg!(target_os = "macos") {
            Modifiers::META
        } else {
            Modifiers::CONTROL
        };
        let undo = event(Key::Character("Z".to_owned()), command | Modifiers::SHIFT);
        for (need, has_left, has_undo) in [
            (Need::Nothing, false, false),
            (Need::Shortcuts, false, true),
            (Need::Widget, true, true),
        ] {
            assert_eq!(takes(need, &[UNDO], &left), has_left, "{need:?}");
            assert_eq!(takes(need, &[UNDO], &undo), has_undo, "{need:?}");
        }
        assert!(takes(Need::Widget, &[], &typed("+")));
    }
}
