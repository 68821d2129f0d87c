//! The pointer and the keyboard, used as a user does.

use std::thread;
use std::time::Duration;

use windows_sys::Win32::UI::Input::KeyboardAndMouse::{
    INPUT, INPUT_0, INPUT_KEYBOARD, INPUT_MOUSE, KEYBDINPUT, KEYEVENTF_KEYUP, MOUSE_EVENT_FLAGS,
    MOUSEEVENTF_LEFTDOWN, MOUSEEVENTF_LEFTUP, MOUSEEVENTF_MOVE, MOUSEINPUT, SendInput, VK_ESCAPE,
};
use windows_sys::Win32::UI::WindowsAndMessaging::SetCursorPos;

/// A place on the screen, in pixels.
pub type Place = (i32, i32);

/// Moves to a place in several steps.
///
/// # Panics
/// Panics if there is no pointer.
pub fn move_to(place: Place) {
    for back in (0..5).rev() {
        // SAFETY: the call has no pointers.
        let is_moved = unsafe { SetCursorPos(place.0, place.1 - back * 2) };
        assert_ne!(is_moved, 0, "there is no pointer");
        mouse(MOUSEEVENTF_MOVE);
        thread::sleep(Duration::from_millis(15));
    }
}

/// Presses the primary button.
pub fn press() {
    mouse(MOUSEEVENTF_LEFTDOWN);
}

/// Lets go of the primary button.
pub fn let_go() {
    mouse(MOUSEEVENTF_LEFTUP);
}

/// Presses Escape.
pub fn press_escape() {
    for flags in [0, KEYEVENTF_KEYUP] {
        let key = KEYBDINPUT {
            wVk: VK_ESCAPE,
            wScan: 0,
            dwFlags: flags,
            time: 0,
            dwExtraInfo: 0,
        };
        send(INPUT {
            r#type: INPUT_KEYBOARD,
            Anonymous: INPUT_0 { ki: key },
        });
    }
}

fn mouse(flags: MOUSE_EVENT_FLAGS) {
    let mouse = MOUSEINPUT {
        dx: 0,
        dy: 0,
        mouseData: 0,
        dwFlags: flags,
        time: 0,
        dwExtraInfo: 0,
    };
    send(INPUT {
        r#type: INPUT_MOUSE,
        Anonymous: INPUT_0 { mi: mouse },
    });
}

fn send(input: INPUT) {
    // SAFETY: the input is complete.
    let sent = unsafe { SendInput(1, &input, size_of::<INPUT>() as i32) };
    assert_eq!(sent, 1, "the input is refused");
}
