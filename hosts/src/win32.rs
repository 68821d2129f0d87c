//! A host's window on Windows with a plugin's editor in it, a pointer and a keyboard.

pub mod drop_window;
pub mod pointer;

use std::ptr::{null, null_mut};
use std::thread;
use std::time::{Duration, Instant};

use clack_extensions::gui::{GuiApiType, GuiConfiguration, PluginGui, Window as GuiWindow};
use windows_sys::Win32::Foundation::{HWND, LPARAM, POINT, SetLastError, WPARAM};
use windows_sys::Win32::Graphics::Gdi::ClientToScreen;
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{GetFocus, SetFocus};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DestroyWindow, DispatchMessageW, EnumWindows, GW_CHILD, GW_OWNER, GetWindow,
    GetWindowTextW, GetWindowThreadProcessId, HWND_TOPMOST, IsWindow, IsWindowVisible, MSG,
    PM_REMOVE, PeekMessageW, PostMessageW, SW_SHOW, SWP_NOSIZE, SendMessageW, SetCursorPos,
    SetWindowPos, ShowWindow, TranslateMessage, WM_CLOSE, WM_KEYDOWN, WM_LBUTTONDOWN, WM_LBUTTONUP,
    WM_MOUSEMOVE, WM_PAINT, WS_CHILD, WS_CLIPCHILDREN, WS_OVERLAPPEDWINDOW, WS_POPUP, WS_VISIBLE,
};

use crate::clap::Instance;

/// The time between looks at the queue.
const LOOK: Duration = Duration::from_millis(2);
/// The time that an editor is given to paint itself.
const PATIENCE: Duration = Duration::from_secs(60);
/// An error that some earlier call has left behind, as calls do.
const STALE_ERROR: u32 = 5;

/// What a host's loop has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The codes of the keys that were pressed and reached the host.
    pub keys: Vec<u16>,
    /// How often the editor was painted.
    pub paints: usize,
}

/// A host's window with a plugin's editor in it.
pub struct Window {
    host: HWND,
    /// The window in the host's that the plugin was given.
    place: HWND,
    gui: PluginGui,
}

impl Window {
    /// Opens the editor of `instance`.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    pub fn open(instance: &mut Instance) -> Self {
        let handle = &mut instance.0.plugin_handle();
        let gui: PluginGui = handle.get_extension().expect("an editor");
        let configuration = GuiConfiguration {
            api_type: GuiApiType::WIN32,
            is_floating: false,
        };
        (gui.create(handle, configuration)).expect("an editor for Windows");
        let size = gui.get_size(handle).expect("the editor has a size");
        let size = (size.width as i32, size.height as i32);
        let host = create(WS_OVERLAPPEDWINDOW | WS_CLIPCHILDREN, size, null_mut());
        let place = create(WS_CHILD | WS_VISIBLE | WS_CLIPCHILDREN, size, host);
        // SAFETY: the window is ours, and is destroyed only after the editor.
        unsafe {
            ShowWindow(host, SW_SHOW);
            gui.set_parent(handle, GuiWindow::from_win32_hwnd(place))
        }
        .expect("the editor can be put into a window");
        gui.show(handle).expect("it can be shown");
        let window = Self { host, place, gui };
        window.settle();
        window
    }

    /// Runs the host's loop until the editor has been painted twice.
    ///
    /// # Panics
    /// Panics if it is not painted.
    fn settle(&self) {
        let end = Instant::now() + PATIENCE;
        let mut paints = 0;
        while paints < 2 {
            assert!(Instant::now() < end, "the editor is not painted");
            paints += self.run(Duration::from_millis(50)).paints;
        }
    }

    /// Returns whether the editor is open.
    pub fn is_open(&self) -> bool {
        // SAFETY: any number may be asked about.
        unsafe { IsWindow(self.editor()) != 0 }
    }

    fn editor(&self) -> HWND {
        // SAFETY: the window is ours.
        unsafe { GetWindow(self.place, GW_CHILD) }
    }

    /// Runs the host's loop for so long.
    pub fn run(&self, time: Duration) -> Seen {
        let end = Instant::now() + time;
        let mut seen = Seen::default();
        while Instant::now() < end {
            handle_messages(|message| {
                if message.message == WM_KEYDOWN && message.hwnd == self.host {
                    seen.keys.push(message.wParam as u16);
                }
                let is_paint = message.message == WM_PAINT && message.hwnd == self.editor();
                seen.paints += usize::from(is_paint);
            });
            thread::sleep(LOOK);
        }
        seen
    }

    /// Clicks a place in the editor, in pixels. No window has the focus, and the system's last error is not that of the click.
    pub fn click(&self, (x, y): (i16, i16)) {
        let place = (LPARAM::from(y) << 16) | LPARAM::from(x);
        let point = self.on_screen((x, y));
        // The system tells the editor that the pointer has left it unless the pointer is there.
        // SAFETY: the calls have no pointers.
        unsafe {
            SetCursorPos(point.0, point.1);
            SetFocus(null_mut());
        }
        self.run(Duration::from_millis(100));
        for (message, buttons) in [(WM_MOUSEMOVE, 0), (WM_LBUTTONDOWN, 1), (WM_LBUTTONUP, 0)] {
            // SAFETY: the messages are those of a pointer.
            unsafe {
                SetLastError(STALE_ERROR);
                SendMessageW(self.editor(), message, buttons, place);
            }
            self.settle();
        }
    }

    /// Returns where on the screen a place in the editor is, in pixels.
    pub fn on_screen(&self, (x, y): (i16, i16)) -> pointer::Place {
        let mut point = POINT {
            x: x.into(),
            y: y.into(),
        };
        // SAFETY: there is a place for the point.
        unsafe { ClientToScreen(self.editor(), &mut point) };
        (point.x, point.y)
    }

    /// Presses a key, which goes to the window that has the focus.
    ///
    /// # Panics
    /// Panics if the key cannot be pressed.
    pub fn press(&self, key: u16) {
        // SAFETY: the message is that of a key.
        let posted = unsafe { PostMessageW(GetFocus(), WM_KEYDOWN, WPARAM::from(key), 1) };
        assert_ne!(posted, 0, "the key is not in the queue");
    }

    /// Returns whether the editor has the focus.
    pub fn has_focus(&self) -> bool {
        // SAFETY: the call only asks.
        unsafe { GetFocus() == self.editor() }
    }

    /// Runs the host's loop until a dialog of this name is open, then closes the dialog. Returns whether it belonged to the host's
    /// window, or `None` if none was opened in that time.
    pub fn close_dialog(&self, name: &str, time: Duration) -> Option<bool> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.run(Duration::from_millis(100));
            let dialog = windows()
                .into_iter()
                .find(|&window| window != self.host && title(window) == name && is_visible(window));
            if let Some(dialog) = dialog {
                // SAFETY: the window was found just now.
                let owner = unsafe { GetWindow(dialog, GW_OWNER) };
                // SAFETY: as above.
                unsafe { PostMessageW(dialog, WM_CLOSE, 0, 0) };
                self.run(Duration::from_secs(2));
                return Some(owner == self.host);
            }
        }
        None
    }

    /// Returns a call that closes the host's window, with the editor in it, as a user may at any time.
    pub fn closer(&self) -> impl FnOnce() + Send + 'static {
        let host = self.host as usize;
        move || {
            // SAFETY: the message has no pointers.
            unsafe { PostMessageW(host as HWND, WM_CLOSE, 0, 0) };
        }
    }

    /// Closes the editor and its window.
    pub fn close(self, instance: &mut Instance) {
        self.gui.destroy(&instance.0.plugin_handle());
        // SAFETY: the window is ours.
        unsafe { DestroyWindow(self.host) };
    }
}

/// Opens a window without a frame, above all others, with a corner at `place`.
///
/// # Panics
/// Panics if it cannot be opened.
pub fn popup(place: pointer::Place, size: (i32, i32)) -> HWND {
    let window = create(WS_POPUP | WS_VISIBLE, size, null_mut());
    // SAFETY: the window is ours.
    unsafe { SetWindowPos(window, HWND_TOPMOST, place.0, place.1, 0, 0, SWP_NOSIZE) };
    window
}

/// Handles the messages that wait.
pub fn pump() {
    handle_messages(|_| ());
}

/// Handles the messages that wait, after `see` has seen each.
fn handle_messages(mut see: impl FnMut(&MSG)) {
    // SAFETY: for a message, zeros are valid.
    let mut message: MSG = unsafe { std::mem::zeroed() };
    // SAFETY: there is a place for the message.
    while unsafe { PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE) } != 0 {
        see(&message);
        // SAFETY: the message is one from the queue.
        unsafe {
            TranslateMessage(&message);
            DispatchMessageW(&message);
        }
    }
}

fn create(style: u32, (width, height): (i32, i32), parent: HWND) -> HWND {
    let class: Vec<u16> = "STATIC\0".encode_utf16().collect();
    // SAFETY: the class is the system's, and its name ends with a zero.
    let window = unsafe {
        CreateWindowExW(
            0,
            class.as_ptr(),
            null(),
            style,
            0,
            0,
            width,
            height,
            parent,
            null_mut(),
            null_mut(),
            null(),
        )
    };
    assert!(!window.is_null(), "no window can be opened");
    window
}

/// Returns the windows of this process that are in no other.
fn windows() -> Vec<HWND> {
    unsafe extern "system" fn add(window: HWND, found: LPARAM) -> i32 {
        // SAFETY: this is the list below.
        let found = unsafe { &mut *(found as *mut Vec<HWND>) };
        let mut process = 0;
        // SAFETY: there is a place for the number.
        unsafe { GetWindowThreadProcessId(window, &mut process) };
        if process == std::process::id() {
            found.push(window);
        }
        1
    }
    let mut found: Vec<HWND> = Vec::new();
    // SAFETY: the list outlives the call.
    unsafe { EnumWindows(Some(add), (&raw mut found) as LPARAM) };
    found
}

fn title(window: HWND) -> String {
    let mut text = [0; 64];
    // SAFETY: the length is that of the place.
    let length = unsafe { GetWindowTextW(window, text.as_mut_ptr(), text.len() as i32) };
    String::from_utf16_lossy(&text[..length.max(0) as usize])
}

fn is_visible(window: HWND) -> bool {
    // SAFETY: the call only asks.
    unsafe { IsWindowVisible(window) != 0 }
}
