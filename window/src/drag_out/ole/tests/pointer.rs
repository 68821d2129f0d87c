//! The pointer and the keyboard, used as a user does.

use std::thread;
use std::time::Duration;

use windows::Win32::UI::Input::KeyboardAndMouse::{
    INPUT, INPUT_0, INPUT_KEYBOARD, INPUT_MOUSE, KEYBD_EVENT_FLAGS, KEYBDINPUT, KEYEVENTF_KEYUP,
    MOUSE_EVENT_FLAGS, MOUSEEVENTF_LEFTDOWN, MOUSEEVENTF_LEFTUP, MOUSEEVENTF_MOVE, MOUSEINPUT,
    SendInput, VK_ESCAPE,
};
use windows::Win32::UI::WindowsAndMessaging::SetCursorPos;

/// A place on the screen, in pixels.
pub(super) type Place = (i32, i32);

/// In the window that files are dragged out of.
pub(super) const SOURCE: Place = (90, 90);
/// In the window that they are dropped on.
pub(super) const INSIDE: Place = (400, 120);
/// On no window that takes files.
pub(super) const NOWHERE: Place = (400, 500);

/// Moves to a place in several steps.
pub(super) fn move_to(place: Place) {
    for back in (0..5).rev() {
        // SAFETY: the call has no pointers.
        unsafe { SetCursorPos(place.0, place.1 - back * 2) }.unwrap();
        mouse(MOUSEEVENTF_MOVE);
        thread::sleep(Duration::from_millis(15));
    }
}

pub(super) fn press() {
    mouse(MOUSEEVENTF_LEFTDOWN);
}

pub(super) fn let_go() {
    mouse(MOUSEEVENTF_LEFTUP);
}

pub(super) fn press_escape() {
    for flags in [KEYBD_EVENT_FLAGS(0), KEYEVENTF_KEYUP] {
        let key = KEYBDINPUT {
            wVk: VK_ESCAPE,
            dwFlags: flags,
            ..KEYBDINPUT::default()
        };
        send(INPUT {
            r#type: INPUT_KEYBOARD,
            Anonymous: INPUT_0 { ki: key },
        });
    }
}

fn mouse(flags: MOUSE_EVENT_FLAGS) {
    let mouse = MOUSEINPUT {
        dwFlags: flags,
        ..MOUSEINPUT::default()
    };
    send(INPUT {
        r#type: INPUT_MOUSE,
        Anonymous: INPUT_0 { mi: mouse },
    });
}

fn send(input: INPUT) {
    // SAFETY: the input is complete.
    let sent = unsafe { SendInput(&[input], size_of::<INPUT>() as i32) };
    assert_eq!(sent, 1);
}
