//! A thread with a window that files are dragged out of.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use plugin_hosts::win32::pointer::{self, Place};
use plugin_hosts::win32::{popup, pump};

use windows::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::UI::Input::KeyboardAndMouse::{GetKeyState, SetCapture, VK_LBUTTON};
use windows::Win32::UI::WindowsAndMessaging::{
    DefWindowProcW, DestroyWindow, FindWindowExW, GWLP_WNDPROC, HWND_MESSAGE, PostMessageW,
    SetForegroundWindow, SetWindowLongPtrW, WM_APP, WM_CAPTURECHANGED, WM_LBUTTONDOWN,
};
use windows::core::w;

use super::super::{Drag, DragState};

/// In the window that files are dragged out of.
const SOURCE: Place = (90, 90);

thread_local! {
    /// The drag of this thread.
    static DRAG: RefCell<Option<Drag>> = const { RefCell::new(None) };
}

/// The screen, which one test at a time has, with a window.
pub(super) struct Desk {
    window: HWND,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    /// Waits for the screen and opens the window.
    pub(super) fn take() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let window = HWND(popup((40, 40), (100, 100)).cast());
        // SAFETY: the window is this thread's, and `answer` may handle its messages.
        unsafe {
            SetWindowLongPtrW(window, GWLP_WNDPROC, answer as *const () as isize);
            let _ = SetForegroundWindow(window);
        }
        Self {
            window,
            _turn: turn,
        }
    }

    /// Presses the button on the window, drags `files` while `gesture` moves the pointer, and returns how it ended.
    pub(super) fn drag(
        &self,
        files: &[PathBuf],
        gesture: impl FnOnce() + Send + 'static,
    ) -> DragState {
        self.press();
        self.begin(files);
        let hand = thread::spawn(gesture);
        pump_until("the drag ends", || state() != Some(DragState::Dragging));
        hand.join().unwrap();
        DRAG.take().expect("a drag").state()
    }

    /// Drags `files` without pressing the button.
    pub(super) fn drag_unpressed(&self, files: &[PathBuf]) -> DragState {
        pump_until("the button is up", || !is_pressed());
        self.begin(files);
        pump_until("the drag ends", || state() != Some(DragState::Dragging));
        DRAG.take().expect("a drag").state()
    }

    /// Drags `files` while `gesture` moves the pointer, then gives the drag up as a window does that closes.
    pub(super) fn drag_closing(&self, files: &[PathBuf], gesture: impl FnOnce() + Send + 'static) {
        self.press();
        self.begin(files);
        let window = self.window.0 as usize;
        let hand = thread::spawn(move || {
            gesture();
            let window = HWND(window as *mut _);
            // SAFETY: the window is open.
            unsafe { PostMessageW(Some(window), WM_APP, WPARAM(0), LPARAM(0)) }.unwrap();
        });
        pump_until("the drag is given up", || state().is_none());
        hand.join().unwrap();
        pump_until("its window is gone", || hidden_windows() == 0);
    }

    fn press(&self) {
        pointer::move_to(SOURCE);
        pointer::press();
        pump_until("the button is pressed", is_pressed);
    }

    fn begin(&self, files: &[PathBuf]) {
        let drag = Drag::of(files);
        DRAG.with(|held| held.replace(Some(drag)));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        pointer::let_go();
        // SAFETY: the window is this thread's.
        let _ = unsafe { DestroyWindow(self.window) };
    }
}

/// Returns how many windows of the kind that a drag waits in exist.
pub(super) fn hidden_windows() -> usize {
    let next = |after: Option<HWND>| {
        // SAFETY: the windows are only looked for.
        unsafe { FindWindowExW(Some(HWND_MESSAGE), after, w!("STATIC"), None) }.ok()
    };
    std::iter::successors(next(None), |window| next(Some(*window))).count()
}

/// Handles messages until `is_done`.
fn pump_until(what: &str, mut is_done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: never");
        pump();
        thread::sleep(Duration::from_millis(5));
    }
}

fn state() -> Option<DragState> {
    DRAG.with_borrow(|drag| drag.as_ref().map(Drag::state))
}

fn is_pressed() -> bool {
    // SAFETY: the call reads a state.
    unsafe { GetKeyState(VK_LBUTTON.0.into()) < 0 }
}

/// Takes the pointer at a press, and lets go of it when another window takes it, as the editor's window does.
unsafe extern "system" fn answer(
    window: HWND,
    message: u32,
    first: WPARAM,
    second: LPARAM,
) -> LRESULT {
    match message {
        WM_LBUTTONDOWN => {
            // SAFETY: the window is this thread's.
            unsafe { SetCapture(window) };
        }
        WM_CAPTURECHANGED => {
            // SAFETY: the call has no arguments.
            let _ = unsafe { windows::Win32::UI::Input::KeyboardAndMouse::ReleaseCapture() };
        }
        WM_APP => drop(DRAG.take()),
        _ => {}
    }
    // SAFETY: the arguments are those that Windows gave.
    unsafe { DefWindowProcW(window, message, first, second) }
}
