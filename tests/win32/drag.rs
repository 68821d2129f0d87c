//! Music that is dragged out of the editor into other programs.

#[path = "../editor/drag/music.rs"]
mod music;

use std::fs;
use std::thread;
use std::time::Duration;

use diff_bgm::editor::HeadlessEditor;
use plugin_hosts::clap::{INSTRUMENT, Instance, Library};
use plugin_hosts::win32::Window;
use plugin_hosts::win32::drop_window::{DropWindow, Manner};
use plugin_hosts::win32::pointer::{self, Place};
use plugin_hosts::{library_of_this_test, project};

use super::{MOMENT, SIZE, turn};
use music::{contents, lead, take};

/// Where the window of the other program is: beside the editor.
const PLACE: Place = (1100, 300);
/// In that window.
const INSIDE: Place = (1200, 400);
/// How long a user rests. The file is written in that time.
const REST: Duration = Duration::from_millis(1500);

fn instance() -> Instance {
    let mut instance = Library::open(&library_of_this_test()).instance(INSTRUMENT);
    let state = project::saved(&take().to_text().unwrap());
    assert!(instance.load(&project::for_clap(&state)));
    instance
}

/// Drags what `label` names to `INSIDE`, then does as `end` says. The host's loop goes on meanwhile.
fn drag(window: &Window, label: &str, end: impl FnOnce() + Send + 'static) {
    let editor = HeadlessEditor::new(&take(), SIZE);
    let handle = window.on_screen(editor.middle_of(label).expect("a handle"));
    let hand = thread::spawn(move || {
        pointer::move_to(handle);
        thread::sleep(MOMENT);
        pointer::press();
        thread::sleep(MOMENT);
        pointer::move_to((handle.0 - 20, handle.1));
        thread::sleep(REST);
        pointer::move_to(INSIDE);
        thread::sleep(MOMENT);
        end();
    });
    while !hand.is_finished() {
        window.run(Duration::from_millis(50));
    }
    hand.join().unwrap();
    window.run(MOMENT);
}

#[test]
fn a_draft_and_a_part_arrive_as_midi_files_until_escape_is_pressed() {
    let _turn = turn();
    let mut instance = instance();
    let window = Window::open(&mut instance);
    window.run(2 * MOMENT);
    let target = DropWindow::open(PLACE, Manner::Takes);
    drag(&window, "Drag the draft", pointer::let_go);
    drag(&window, "Drag lead", pointer::let_go);
    let files = target.seen().received;
    let [draft, part] = &files[..] else {
        panic!("{:?}", target.seen());
    };
    assert_eq!(contents(draft).0, ["Lead", "Bass"]);
    assert_eq!(contents(part), (vec!["Lead".to_owned()], lead()));
    let name = draft.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("Café 100_ 2 ("), "{name}");

    drag(&window, "Drag lead", || {
        pointer::press_escape();
        thread::sleep(MOMENT);
        pointer::let_go();
    });
    let seen = target.seen();
    assert_eq!(
        (seen.enters, seen.leaves, seen.drops),
        (3, 1, 2),
        "{seen:?}"
    );
    assert!(window.is_open());
    window.close(&mut instance);
    for file in files {
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn an_editor_that_the_host_closes_during_a_drag_takes_it_along() {
    let _turn = turn();
    let mut instance = instance();
    let window = Window::open(&mut instance);
    window.run(2 * MOMENT);
    let target = DropWindow::open(PLACE, Manner::Takes);
    let close = window.closer();
    drag(&window, "Drag lead", move || {
        close();
        thread::sleep(MOMENT);
        pointer::let_go();
    });
    let seen = target.seen();
    assert_eq!(
        (seen.enters, seen.leaves, seen.drops),
        (1, 1, 0),
        "{seen:?}"
    );
    assert!(!window.is_open());
    window.close(&mut instance);
}
