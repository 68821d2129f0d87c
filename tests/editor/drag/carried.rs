//! A window whose music is dragged into other programs, and what arrives there.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use diff_bgm::editor::HeadlessEditor;
use plugin_hosts::clap::Instance;
use plugin_hosts::desktop::{DropTarget, Guise, Manner, Picture, Window};

use super::music::take;
use crate::shot;

/// Where the other program's window is: right of the host's.
pub(super) const PLACE: (i16, i16) = (1200, 300);
/// A place in it.
pub(super) const INSIDE: (i16, i16) = (1300, 400);
/// A place on no window.
pub(super) const NOWHERE: (i16, i16) = (1300, 900);

/// The window, and the places of its handles.
pub(super) struct Desktop {
    pub(super) window: Window,
    pub(super) editor: HeadlessEditor,
}

impl Desktop {
    pub(super) fn open(instance: &mut Instance) -> Self {
        let window = Window::open(instance);
        // A test that failed may have left it pressed.
        window.let_go();
        let picture = shot(&window, "drag");
        let is_drawn = picture.pixels.iter().any(|pixel| *pixel != [0; 3]);
        assert!(is_drawn, "a window that draws itself");
        let editor = HeadlessEditor::new(&take(), window.size);
        Self { window, editor }
    }

    pub(super) fn handle(&self, label: &str) -> (i16, i16) {
        let place = self.editor.middle_of(label);
        place.unwrap_or_else(|| panic!("no handle {label}"))
    }

    /// Drags what `label` names over a window that closes at once. The button stays pressed.
    pub(super) fn carry_over_closing(&self, label: &str) {
        let place = (1200, 600);
        let closing = DropTarget::open(place, Guise::new(Manner::Closes));
        let inside = (place.0 + 50, place.1 + 50);
        let is_over = |_: &Window| closing.seen().moves > 0;
        self.carry_until(self.handle(label), inside, is_over);
        let seen = closing.seen();
        assert_eq!((seen.enters, seen.moves), (1, 1), "{seen:?}");
    }

    /// Drags what `label` names to a place of the screen. The button stays pressed.
    pub(super) fn carry(&self, label: &str, to: (i16, i16)) {
        self.carry_from(self.handle(label), to);
    }

    /// Drags from a place of the window to one of the screen. The button stays pressed.
    pub(super) fn carry_from(&self, from: (i16, i16), to: (i16, i16)) {
        self.carry_until(from, to, |window| window.is_dragging());
    }

    /// Drags until it has begun. On a busy machine the window may take long for a frame, and miss the press.
    fn carry_until(&self, from: (i16, i16), to: (i16, i16), has_begun: impl Fn(&Window) -> bool) {
        let soon = |wanted: &dyn Fn() -> bool| {
            (0..100).any(|_| {
                thread::sleep(Duration::from_millis(30));
                wanted()
            })
        };
        let window = &self.window;
        for frame_ms in [150, 300, 600, 1200, 2400] {
            assert!(soon(&|| !window.is_dragging()), "the last drag goes on");
            window.carry(from, to, Duration::from_millis(frame_ms));
            // The file is written first.
            if soon(&|| has_begun(window)) {
                return;
            }
            // What begins late is dropped on nothing.
            window.move_on(from);
            window.let_go();
            thread::sleep(Duration::from_millis(500));
        }
        panic!("nothing is dragged from {from:?}");
    }

    /// Drags what `label` names into the other program. Returns the file that it was given.
    pub(super) fn drop_on(&self, target: &DropTarget, label: &str) -> PathBuf {
        let seen = target.seen();
        let (before, moves) = (seen.received.len(), seen.moves);
        self.carry(label, INSIDE);
        let _ = target.wait_for(|seen| seen.moves > moves);
        self.window.let_go();
        let seen = target.wait_for(|seen| seen.received.len() > before);
        assert!(seen.received.len() > before, "{seen:?}");
        file_of(&seen.received[before])
    }

    /// Waits until the status line says what becomes of a drag.
    pub(super) fn waits_for(&self, wanted: impl Fn(&Picture) -> bool) -> bool {
        (0..100).any(|_| {
            thread::sleep(Duration::from_millis(100));
            wanted(&self.window.picture())
        })
    }
}

/// Returns the file that a list of addresses names.
pub(super) fn file_of(list: &str) -> PathBuf {
    let line = list.strip_suffix("\r\n").expect("one line");
    let encoded = line.strip_prefix("file://").expect("a file");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
    assert!(encoded.chars().all(is_plain), "{encoded}");
    let mut bytes = Vec::new();
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    PathBuf::from(String::from_utf8(bytes).unwrap())
}
