//! Calls that wait until what runs now has returned to the thread's message loop.

use windows::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, GWLP_USERDATA, GWLP_WNDPROC, GetWindowLongPtrW,
    HWND_MESSAGE, PostMessageW, SetWindowLongPtrW, WINDOW_EX_STYLE, WINDOW_STYLE, WM_APP,
    WM_NCDESTROY,
};
use windows::core::{Result, w};

type Call = Box<dyn FnOnce()>;

/// Calls `call` when the message loop of this thread comes to it.
///
/// # Errors
///
/// Returns an error if Windows creates no window or has no room for a message.
pub(super) fn call_later(call: impl FnOnce() + 'static) -> Result<()> {
    let call: Box<Call> = Box::new(Box::new(call));
    // SAFETY: the class is one of the system's. The window is never shown; `answer` gives back the box that it owns.
    unsafe {
        let window = CreateWindowExW(
            WINDOW_EX_STYLE::default(),
            w!("STATIC"),
            None,
            WINDOW_STYLE::default(),
            0,
            0,
            0,
            0,
            Some(HWND_MESSAGE),
            None,
            None,
            None,
        )?;
        SetWindowLongPtrW(window, GWLP_USERDATA, Box::into_raw(call) as isize);
        SetWindowLongPtrW(window, GWLP_WNDPROC, answer as *const () as isize);
        let posted = PostMessageW(Some(window), WM_APP, WPARAM(0), LPARAM(0));
        if posted.is_err() {
            let _ = DestroyWindow(window);
        }
        posted
    }
}

/// Handles the messages of a window that waits for a call.
unsafe extern "system" fn answer(
    window: HWND,
    message: u32,
    first: WPARAM,
    second: LPARAM,
) -> LRESULT {
    if message == WM_APP || message == WM_NCDESTROY {
        // SAFETY: only these windows have this procedure, and their data are the box of `call_later` or nothing.
        let call = unsafe { take(window) };
        if message == WM_APP {
            // SAFETY: the window is this thread's.
            let _ = unsafe { DestroyWindow(window) };
            if let Some(call) = call {
                call();
            }
            return LRESULT(0);
        }
    }
    // SAFETY: the arguments are those that Windows gave.
    unsafe { DefWindowProcW(window, message, first, second) }
}

/// Takes the call that a window waits for, if it still does.
///
/// # Safety
///
/// The window's data must be a box of a call, or nothing.
unsafe fn take(window: HWND) -> Option<Box<Call>> {
    // SAFETY: the window exists while it handles a message, and its data are taken once.
    unsafe {
        let data = GetWindowLongPtrW(window, GWLP_USERDATA) as *mut Call;
        SetWindowLongPtrW(window, GWLP_USERDATA, 0);
        (!data.is_null()).then(|| Box::from_raw(data))
    }
}
