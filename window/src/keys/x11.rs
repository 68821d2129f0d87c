//! Keys on X11. A window in a host's window gets keys while the pointer is over it, whoever has the focus. So it does not ask
//! for keys, which then go to the host, but grabs those that it uses; only while text is typed does it ask for all, and takes
//! the focus.

use std::cell::Cell;

use baseview::WindowContext;
use keyboard_types::{Key, NamedKey};
use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Grab, GrabMode, InputFocus, ModMask,
};

use crate::translate::translate_virtual_key;
use crate::x11_window::X11Window;

use super::{Need, Shortcut, WIDGET_KEYS, WIDGET_SIGNS};

/// Caps Lock and Num Lock in all combinations; they do not change what a shortcut means.
const LOCKS: [u16; 4] = [0, 1 << 1, 1 << 4, 1 << 1 | 1 << 4];
/// The keysym of Tab with Shift.
const LEFT_TAB: u32 = 0xfe20;
/// The keysym of Enter on the number pad.
const PAD_ENTER: u32 = 0xff8d;

/// Returns the keysym of a shortcut's key: a named one, or that of the character on it.
fn keysym(key: egui::Key) -> u32 {
    let is_it = |named: NamedKey| translate_virtual_key(&Key::Named(named)) == Some(key);
    let named = WIDGET_KEYS.iter().find(|(named, _)| is_it(*named));
    let character = || {
        key.name()
            .chars()
            .next()
            .map(|first| first.to_ascii_lowercase())
    };
    named.map_or_else(|| character().map_or(0, u32::from), |(_, keysym)| *keysym)
}

/// The keys that a window has grabbed, and the focus while it has it.
pub(super) struct Grabs {
    window: X11Window,
    /// The key codes of the keys of widgets.
    widget_codes: Vec<u8>,
    /// The key codes of the shortcuts, and the modifiers held with them.
    shortcut_codes: Vec<(u8, u16)>,
    /// Which events the window asks for, without keys.
    events: EventMask,
    /// The window that had the focus before.
    focus_before: Cell<Option<u32>>,
}

impl Grabs {
    /// Prepares grabs for a window. Returns `None` if the server cannot be asked.
    pub(super) fn new(window: &WindowContext, shortcuts: &[Shortcut]) -> Option<Self> {
        Self::with(X11Window::of(window)?, shortcuts).ok()
    }

    fn with(window: X11Window, shortcuts: &[Shortcut]) -> Result<Self, ReplyError> {
        let connection = &window.connection;
        let attributes = connection.get_window_attributes(window.id)?.reply()?;
        let setup = connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let mapping = connection
            .get_keyboard_mapping(first, last - first + 1)?
            .reply()?;
        let keysyms_each = usize::from(mapping.keysyms_per_keycode).max(1);
        let codes = |keysym: u32| {
            let rows = mapping.keysyms.chunks(keysyms_each).zip(first..=last);
            rows.filter(move |(row, _)| row.contains(&keysym))
                .map(|(_, code)| code)
        };
        let named = WIDGET_KEYS.iter().map(|(_, keysym)| *keysym);
        let signs = WIDGET_SIGNS.iter().map(|sign| u32::from(*sign));
        let mut widget_codes: Vec<u8> = named
            .chain(signs)
            .chain([LEFT_TAB, PAD_ENTER])
            .flat_map(codes)
            .collect();
        widget_codes.sort_unstable();
        widget_codes.dedup();
        let shortcut_codes = shortcuts
            .iter()
            .flat_map(|shortcut| {
                let control = u16::from(ModMask::CONTROL);
                let held = if shortcut.with_command {
                    vec![control, control | u16::from(ModMask::SHIFT)]
                } else {
                    vec![0]
                };
                codes(keysym(shortcut.key))
                    .flat_map(move |code| held.clone().into_iter().map(move |held| (code, held)))
            })
            .collect();
        Ok(Self {
            events: attributes
                .your_event_mask
                .remove(EventMask::KEY_PRESS | EventMask::KEY_RELEASE),
            widget_codes,
            shortcut_codes,
            window,
            focus_before: Cell::new(None),
        })
    }

    /// Returns whether the window has the focus.
    pub(super) fn has_focus(&self) -> bool {
        self.focus().is_ok_and(|focus| focus == self.window.id)
    }

    /// Takes the keys that are needed, and gives back those that were.
    pub(super) fn apply(&self, before: Need, need: Need) {
        // A window that is closing loses its keys anyway.
        let _ = self.try_apply(before, need);
    }

    fn try_apply(&self, before: Need, need: Need) -> Result<(), ReplyError> {
        self.window
            .connection
            .ungrab_key(Grab::ANY, self.window.id, ModMask::ANY)?;
        if before == Need::Typing && need != Need::Typing {
            self.give_focus_back()?;
        }
        let asked = if need == Need::Typing {
            self.events | EventMask::KEY_PRESS | EventMask::KEY_RELEASE
        } else {
            self.events
        };
        let attributes = ChangeWindowAttributesAux::new().event_mask(asked);
        self.window
            .connection
            .change_window_attributes(self.window.id, &attributes)?;
        if need == Need::Typing {
            self.take_focus()?;
        }
        if need == Need::Widget {
            for &code in &self.widget_codes {
                self.grab(code, ModMask::ANY)?;
            }
        }
        if matches!(need, Need::Widget | Need::Shortcuts) {
            for &(code, held) in &self.shortcut_codes {
                for lock in LOCKS {
                    self.grab(code, ModMask::from(held | lock))?;
                }
            }
        }
        Ok(self.window.connection.flush()?)
    }

    fn grab(&self, code: u8, held: ModMask) -> Result<(), ConnectionError> {
        self.window
            .connection
            .grab_key(
                false,
                self.window.id,
                held,
                code,
                GrabMode::ASYNC,
                GrabMode::ASYNC,
            )?
            .ignore_error();
        Ok(())
    }

    fn focus(&self) -> Result<u32, ReplyError> {
        Ok(self.window.connection.get_input_focus()?.reply()?.focus)
    }

    fn take_focus(&self) -> Result<(), ReplyError> {
        let focus = self.focus()?;
        if focus != self.window.id {
            self.focus_before.set(Some(focus));
            self.set_focus(self.window.id)?;
        }
        Ok(())
    }

    /// Gives the focus back, unless another window has taken it.
    fn give_focus_back(&self) -> Result<(), ReplyError> {
        let before = self.focus_before.take();
        match before {
            Some(before) if self.focus()? == self.window.id => self.set_focus(before),
            _ => Ok(()),
        }
    }

    fn set_focus(&self, window: u32) -> Result<(), ReplyError> {
        self.window
            .connection
            .set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)?
            .check()
    }
}
