//! Drags between windows, with the pointer moved as a user moves it.

mod desk;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use windows::Win32::UI::Input::KeyboardAndMouse::GetCapture;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};

use super::DragState;
use desk::Desk;
use plugin_hosts::win32::drop_window::{CF_HDROP_ON_MEMORY, DropWindow, Manner};
use plugin_hosts::win32::pointer::{self, Place};

/// Where the window that files are dropped on is.
const PLACE: Place = (300, 40);
/// In that window.
const INSIDE: Place = (400, 120);
/// On no window that takes files.
const NOWHERE: Place = (400, 500);

fn files() -> Vec<PathBuf> {
    ["C:\\cache\\Café 100_ 2 lead.mid", "C:\\曲\\a%20b.mid"]
        .map(PathBuf::from)
        .into()
}

/// How long a user rests.
fn rest() {
    thread::sleep(Duration::from_millis(150));
}

#[test]
fn a_window_of_another_thread_gets_the_files() {
    let desk = Desk::take();
    let target = DropWindow::open(PLACE, Manner::Takes);
    let outcome = desk.drag(&files(), || {
        pointer::move_to(INSIDE);
        rest();
        pointer::let_go();
    });
    assert_eq!(outcome, DragState::Dropped);
    let seen = target.seen();
    assert_eq!(
        (seen.enters, seen.leaves, seen.drops),
        (1, 0, 1),
        "{seen:?}"
    );
    assert_eq!(seen.received, files());
    assert_eq!(seen.formats, [CF_HDROP_ON_MEMORY]);
    assert!(seen.refuses_other_formats);
}

#[test]
fn a_host_that_refuses_at_first_is_asked_until_it_takes_the_files() {
    let desk = Desk::take();
    let target = DropWindow::open(PLACE, Manner::RefusesFor(Duration::from_millis(250)));
    let outcome = desk.drag(&files(), || {
        pointer::move_to(INSIDE);
        pointer::let_go();
    });
    assert_eq!(outcome, DragState::Dropped);
    assert_eq!(target.seen().received, files());
}

#[test]
fn what_is_never_taken_is_cancelled_and_what_is_taken_back_is_refused() {
    let desk = Desk::take();
    for (manner, expected) in [
        (Manner::RefusesFor(Duration::MAX), DragState::Cancelled),
        (
            Manner::Declines,
            DragState::Refused("the other program did not take it".to_owned()),
        ),
    ] {
        let target = DropWindow::open(PLACE, manner);
        let outcome = desk.drag(&files(), || {
            pointer::move_to(INSIDE);
            rest();
            pointer::let_go();
        });
        assert_eq!(outcome, expected, "{manner:?}");
        let seen = target.seen();
        assert_eq!(seen.enters, seen.leaves + seen.drops, "{seen:?}");
    }
}

#[test]
fn escape_and_letting_go_over_nothing_cancel_the_drag() {
    let desk = Desk::take();
    let target = DropWindow::open(PLACE, Manner::Takes);
    let escaped = desk.drag(&files(), || {
        pointer::move_to(INSIDE);
        rest();
        pointer::press_escape();
        rest();
        pointer::let_go();
    });
    assert_eq!(escaped, DragState::Cancelled);
    let astray = desk.drag(&files(), || {
        pointer::move_to(INSIDE);
        rest();
        pointer::move_to(NOWHERE);
        rest();
        pointer::let_go();
    });
    assert_eq!(astray, DragState::Cancelled);
    let seen = target.seen();
    assert_eq!(
        (seen.enters, seen.leaves, seen.drops),
        (2, 2, 0),
        "{seen:?}"
    );
}

#[test]
fn a_button_that_is_up_already_begins_no_drag() {
    let desk = Desk::take();
    pointer::let_go();
    assert_eq!(desk.drag_unpressed(&files()), DragState::Cancelled);
}

#[test]
fn a_window_that_closes_during_a_drag_takes_it_along() {
    let desk = Desk::take();
    let target = DropWindow::open(PLACE, Manner::Takes);
    desk.drag_closing(&files(), || {
        pointer::move_to(INSIDE);
        rest();
    });
    pointer::let_go();
    let seen = target.seen();
    assert_eq!(
        (seen.enters, seen.leaves, seen.drops),
        (1, 1, 0),
        "{seen:?}"
    );
}

#[test]
fn fifty_drags_leave_no_window_handle_or_grab() {
    let desk = Desk::take();
    let target = DropWindow::open(PLACE, Manner::Takes);
    let mut count_before = None;
    for round in 0..52 {
        let outcome = desk.drag(&files(), move || {
            pointer::move_to(if round % 3 == 1 { NOWHERE } else { INSIDE });
            thread::sleep(Duration::from_millis(60));
            if round % 3 == 2 {
                pointer::press_escape();
            }
            pointer::let_go();
        });
        let is_dropped = outcome == DragState::Dropped;
        assert_eq!(is_dropped, round % 3 == 0, "round {round}: {outcome:?}");
        // SAFETY: the call reads a state.
        assert!(unsafe { GetCapture() }.is_invalid(), "round {round}");
        // The first drags load what the system needs.
        if round == 1 {
            count_before = Some(count());
        }
    }
    assert_eq!(Some(count()), count_before);
    assert_eq!(target.seen().received.len(), 18 * files().len());
}

/// Returns how many hidden windows and handles there are.
fn count() -> (usize, u32) {
    let mut handles = 0;
    // SAFETY: the number outlives the call.
    let counted = unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut handles) };
    assert_ne!(counted, 0);
    (desk::hidden_windows(), handles)
}
