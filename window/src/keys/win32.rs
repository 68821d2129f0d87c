//! Keys on Windows: those that the window does not use go to the host.
//!
//! The window has the focus after a click, and baseview 0.4.2 then takes every key out of the host's queue, used or not. A hook
//! of our own, which is asked before baseview's, turns the other keys to the host's window.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use baseview::WindowContext;
use keyboard_types::{Key, KeyboardEvent, Modifiers, NamedKey};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use windows::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::UI::Input::KeyboardAndMouse::{
    GetKeyState, VIRTUAL_KEY, VK_0, VK_9, VK_A, VK_ADD, VK_BACK, VK_CONTROL, VK_DELETE, VK_DOWN,
    VK_END, VK_ESCAPE, VK_HOME, VK_LEFT, VK_MULTIPLY, VK_NEXT, VK_NUMPAD0, VK_NUMPAD9,
    VK_OEM_MINUS, VK_OEM_PLUS, VK_PRIOR, VK_RETURN, VK_RIGHT, VK_SUBTRACT, VK_TAB, VK_UP, VK_Z,
};
use windows::Win32::UI::WindowsAndMessaging::{
    CallNextHookEx, GA_ROOT, GetAncestor, GetWindowThreadProcessId, HC_ACTION, HHOOK, MSG,
    PM_REMOVE, PostMessageW, SetWindowsHookExW, UnhookWindowsHookEx, WH_GETMESSAGE, WM_KEYDOWN,
    WM_KEYUP, WM_NULL, WM_SYSKEYDOWN, WM_SYSKEYUP,
};

use super::{Need, Shortcut, takes};

thread_local! {
    /// The windows of this thread that are open.
    static WINDOWS: RefCell<Vec<Weak<Claim>>> = const { RefCell::new(Vec::new()) };
}

/// What a window takes.
struct Claim {
    window: HWND,
    need: Cell<Need>,
    shortcuts: Vec<Shortcut>,
}

impl Claim {
    fn takes(&self, key: VIRTUAL_KEY, with_command: bool) -> bool {
        if self.need.get() == Need::Typing {
            return true;
        }
        let Some(key) = meaning(key) else {
            return false;
        };
        let event = KeyboardEvent {
            key,
            modifiers: if with_command {
                Modifiers::CONTROL
            } else {
                Modifiers::empty()
            },
            ..KeyboardEvent::default()
        };
        takes(self.need.get(), &self.shortcuts, &event)
    }
}

/// Turns keys to the host while it exists.
pub(super) struct Turned {
    claim: Rc<Claim>,
    hook: HHOOK,
}

impl Turned {
    /// Turns all keys to the host. Returns `None` if the system does not allow it.
    pub(super) fn new(window: &WindowContext, shortcuts: &[Shortcut]) -> Option<Self> {
        match window.window_handle().ok()?.as_raw() {
            RawWindowHandle::Win32(handle) => Self::of(HWND(handle.hwnd.get() as _), shortcuts),
            _ => None,
        }
    }

    fn of(window: HWND, shortcuts: &[Shortcut]) -> Option<Self> {
        // SAFETY: the hook's function has the form that the system asks for, and it is removed before the library is unloaded.
        let hook = unsafe {
            let thread = GetWindowThreadProcessId(window, None);
            SetWindowsHookExW(WH_GETMESSAGE, Some(turn), None, thread)
        };
        let claim = Rc::new(Claim {
            window,
            need: Cell::new(Need::Nothing),
            shortcuts: shortcuts.to_vec(),
        });
        WINDOWS.with_borrow_mut(|windows| windows.push(Rc::downgrade(&claim)));
        Some(Self {
            claim,
            hook: hook.ok()?,
        })
    }

    /// Takes what the window needs now.
    pub(super) fn apply(&self, need: Need) {
        self.claim.need.set(need);
    }
}

impl Drop for Turned {
    fn drop(&mut self) {
        // SAFETY: the hook is ours. It fails only if it is gone already.
        let _ = unsafe { UnhookWindowsHookEx(self.hook) };
        WINDOWS.with_borrow_mut(|windows| {
            windows.retain(|claim| !std::ptr::eq(claim.as_ptr(), &*self.claim));
        });
    }
}

/// What the system calls for each message that the host takes from its queue.
unsafe extern "system" fn turn(code: i32, removal: WPARAM, message: LPARAM) -> LRESULT {
    if code == HC_ACTION as i32 && removal.0 == PM_REMOVE.0 as usize {
        // SAFETY: the system passes a message that may be changed.
        turn_to_host(unsafe { &mut *(message.0 as *mut MSG) });
    }
    // SAFETY: the arguments are those that the system passed.
    unsafe { CallNextHookEx(None, code, removal, message) }
}

fn turn_to_host(message: &mut MSG) {
    let is_key = [WM_KEYDOWN, WM_KEYUP, WM_SYSKEYDOWN, WM_SYSKEYUP].contains(&message.message);
    if !is_key {
        return;
    }
    // A hook must not panic in the host.
    let claim = WINDOWS.with(|windows| {
        let windows = windows.try_borrow().ok()?;
        let mut open = windows.iter().filter_map(Weak::upgrade);
        open.find(|claim| claim.window == message.hwnd)
    });
    let Some(claim) = claim else {
        return;
    };
    // SAFETY: the functions only read.
    let (host, is_ours, with_command) = unsafe {
        let host = GetAncestor(claim.window, GA_ROOT);
        let threads = [host, claim.window].map(|window| GetWindowThreadProcessId(window, None));
        let with_command = GetKeyState(VK_CONTROL.0.into()) < 0;
        (host, threads[0] == threads[1], with_command)
    };
    let key = VIRTUAL_KEY(message.wParam.0 as u16);
    if host.is_invalid() || host == claim.window || claim.takes(key, with_command) {
        return;
    }
    if is_ours {
        message.hwnd = host;
        return;
    }
    // A host whose plugins run in another process: this one's queue does not lead to its window.
    // SAFETY: the message is one that the system made.
    let sent = unsafe { PostMessageW(Some(host), message.message, message.wParam, message.lParam) };
    if sent.is_ok() {
        message.message = WM_NULL;
    }
}

/// Returns what a key means to the window if it may mean something while no text is typed.
fn meaning(key: VIRTUAL_KEY) -> Option<Key> {
    let named = match key {
        VK_UP => NamedKey::ArrowUp,
        VK_DOWN => NamedKey::ArrowDown,
        VK_LEFT => NamedKey::ArrowLeft,
        VK_RIGHT => NamedKey::ArrowRight,
        VK_HOME => NamedKey::Home,
        VK_END => NamedKey::End,
        VK_PRIOR => NamedKey::PageUp,
        VK_NEXT => NamedKey::PageDown,
        VK_DELETE => NamedKey::Delete,
        VK_BACK => NamedKey::Backspace,
        VK_RETURN => NamedKey::Enter,
        VK_TAB => NamedKey::Tab,
        VK_ESCAPE => NamedKey::Escape,
        _ => return sign(key).map(|sign| Key::Character(sign.to_string())),
    };
    Some(Key::Named(named))
}

fn sign(key: VIRTUAL_KEY) -> Option<char> {
    let after = |first: VIRTUAL_KEY, sign: u8| char::from(sign + (key.0 - first.0) as u8);
    match key.0 {
        code if (VK_A.0..=VK_Z.0).contains(&code) => Some(after(VK_A, b'a')),
        code if (VK_0.0..=VK_9.0).contains(&code) => Some(after(VK_0, b'0')),
        code if (VK_NUMPAD0.0..=VK_NUMPAD9.0).contains(&code) => Some(after(VK_NUMPAD0, b'0')),
        _ => match key {
            VK_ADD | VK_OEM_PLUS => Some('+'),
            VK_SUBTRACT | VK_OEM_MINUS => Some('-'),
            VK_MULTIPLY => Some('*'),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use windows::Win32::UI::Input::KeyboardAndMouse::{VK_L, VK_SPACE};
    use windows::Win32::UI::WindowsAndMessaging::{
        CreateWindowExW, DestroyWindow, PeekMessageW, WS_CHILD, WS_POPUP,
    };
    use windows::core::w;

    use super::*;

    const LOCK: Shortcut = Shortcut {
        key: egui::Key::L,
        with_command: false,
    };

    /// Opens a host's window and one in it.
    fn windows() -> (HWND, HWND) {
        let open = |style, parent| {
            // SAFETY: the class is the system's.
            let window = unsafe {
                CreateWindowExW(
                    Default::default(),
                    w!("STATIC"),
                    w!(""),
                    style,
                    0,
                    0,
                    10,
                    10,
                    parent,
                    None,
                    None,
                    None,
                )
            };
            window.unwrap()
        };
        let host = open(WS_POPUP, None);
        (host, open(WS_CHILD, Some(host)))
    }

    /// Presses a key in `window` and returns the window that the host's loop is told to pass it to.
    fn pressed(window: HWND, key: VIRTUAL_KEY) -> HWND {
        let mut message = MSG::default();
        // SAFETY: the window is ours, and there is a place for the message.
        unsafe {
            PostMessageW(Some(window), WM_KEYDOWN, WPARAM(key.0.into()), LPARAM(1)).unwrap();
            let found = PeekMessageW(&mut message, None, WM_KEYDOWN, WM_KEYDOWN, PM_REMOVE);
            assert!(found.as_bool());
        }
        message.hwnd
    }

    #[test]
    fn the_host_gets_the_keys_that_the_window_does_not_use() {
        let (host, window) = windows();
        let turned = Turned::of(window, &[LOCK]).unwrap();
        for (need, [space, lock, left]) in [
            (Need::Nothing, [host, host, host]),
            (Need::Shortcuts, [host, window, host]),
            (Need::Widget, [host, window, window]),
            (Need::Typing, [window, window, window]),
        ] {
            turned.apply(need);
            assert_eq!(pressed(window, VK_SPACE), space, "{need:?}");
            assert_eq!(pressed(window, VK_L), lock, "{need:?}");
            assert_eq!(pressed(window, VK_LEFT), left, "{need:?}");
        }
        drop(turned);
        assert_eq!(pressed(window, VK_SPACE), window);
        // SAFETY: the window is ours; the one in it goes with it.
        unsafe { DestroyWindow(host) }.unwrap();
    }
}
