//! Music that is dragged out of the window into other programs.

mod carried;
mod music;

use std::process::Command;
use std::time::Duration;
use std::{fs, thread};

use diff_bgm::music::midi_file::MidiFile;
use plugin_hosts::desktop::{DropTarget, Guise, Key, Manner, OtherProgram, Shortcut, Tally};

use super::{home, is_red, screen, shot, with};
use carried::{Desktop, INSIDE, NOWHERE, PLACE, file_of};
use music::{contents, lead, take};

#[test]
fn a_draft_a_part_and_selected_bars_arrive_as_midi_files() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    let target = DropTarget::open(PLACE, Guise::new(Manner::Takes));

    let file = desktop.drop_on(&target, "Drag the draft");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("Café 100_ 2 ("), "{name}");
    let (tracks, notes) = contents(&file);
    assert_eq!(tracks, ["Lead", "Bass"]);
    assert_eq!(notes, [lead(), vec![(1.0, 40)]].concat());

    let second = desktop.drop_on(&target, "Drag lead");
    assert_eq!(contents(&second), (vec!["Lead".to_owned()], lead()));

    let ruler = desktop.editor.rect_of("Bars").unwrap();
    let bar = |bar: f32| {
        let x = ruler.left() + (bar - 0.5) / 8.0 * ruler.width();
        (x as i16, ruler.center().y as i16)
    };
    desktop.window.drag(bar(3.0), bar(4.0), || ());
    shot(&desktop.window, "drag-selected");
    // The handle is at the end of the selected bars.
    let handle = (bar(4.5).0 - 7, bar(4.0).1);
    desktop.carry_from(handle, INSIDE);
    let _ = target.wait_for(|seen| seen.enters == 3);
    shot(&desktop.window, "drag-held");
    desktop.window.let_go();
    let seen = target.wait_for(|seen| seen.received.len() == 3);
    let third = file_of(seen.received.last().expect("a file"));
    assert_eq!(contents(&third).1, [(0.0, 62), (4.0, 63)]);
    shot(&desktop.window, "drag-dropped");

    // The files stay, each under its own name, and what is offered is said.
    assert!(file.exists() && second.exists() && file != third);
    assert_eq!(seen.forms[0], ["TARGETS", "text/uri-list", "text/plain"]);
    assert_eq!((seen.version, seen.enters, seen.drops), (Some(5), 3, 3));
    for file in [file, second, third] {
        fs::remove_file(file).unwrap();
    }
    desktop.window.close(&mut instance);
}

#[test]
fn a_click_on_a_handle_writes_the_file() {
    let Some(_turn) = screen() else { return };
    let written = home().join("Diff-BGM/Café 100_ 2 lead.mid");
    let _ = fs::remove_file(&written);
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    let is_written = (0..10).any(|_| {
        desktop.window.click(desktop.handle("Drag lead"));
        written.exists()
    });
    assert!(is_written);
    assert_eq!(contents(&written), (vec!["Lead".to_owned()], lead()));
    shot(&desktop.window, "drag-clicked");
    desktop.window.close(&mut instance);
    fs::remove_file(written).unwrap();
}

#[test]
fn targets_of_every_kind_get_the_file() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    let well = Guise::new(Manner::Takes);
    let guises = [
        Guise { version: 3, ..well },
        Guise { version: 9, ..well },
        Guise {
            is_proxied: true,
            ..well
        },
        Guise::new(Manner::Slow(Duration::from_millis(120))),
    ];
    for guise in guises {
        let target = DropTarget::open(PLACE, guise);
        let file = desktop.drop_on(&target, "Drag lead");
        assert_eq!(contents(&file).1, lead(), "{guise:?}");
        let seen = target.seen();
        assert_eq!(seen.version, Some(guise.version.min(5)), "{guise:?}");
        assert!(!seen.was_hurried, "{guise:?}");
        fs::remove_file(file).unwrap();
    }
    desktop.window.close(&mut instance);
}

#[test]
fn a_host_that_refuses_at_first_is_asked_until_it_takes_the_file() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    // One that refuses while the pointer rests, and one that still does as the button is let go.
    for (refuses_ms, held_ms) in [(250, 500), (400, 0)] {
        let refuses = Manner::RefusesFor(Duration::from_millis(refuses_ms));
        let target = DropTarget::open(PLACE, Guise::new(refuses));
        desktop.carry("Drag lead", INSIDE);
        let _ = target.wait_for(|seen| seen.moves > 0);
        thread::sleep(Duration::from_millis(held_ms));
        desktop.window.let_go();
        let seen = target.wait_for(|seen| seen.received.len() == 1);
        assert_eq!((seen.received.len(), seen.leaves), (1, 0), "{seen:?}");
        assert!(seen.moves > 3, "{seen:?}");
        fs::remove_file(file_of(&seen.received[0])).unwrap();
    }
    desktop.window.close(&mut instance);
}

#[test]
fn a_drag_that_goes_elsewhere_or_is_cancelled_leaves_the_target() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    let target = DropTarget::open(PLACE, Guise::new(Manner::Takes));
    let _window_manager = Shortcut::with_alt(Key::Escape);
    desktop.carry("Drag lead", INSIDE);
    let _ = target.wait_for(|seen| seen.moves > 0);
    desktop.window.move_on(NOWHERE);
    let seen = target.wait_for(|seen| seen.leaves == 1);
    assert_eq!((seen.leaves, seen.drops), (1, 0), "{seen:?}");
    desktop.window.move_on(INSIDE);
    let _ = target.wait_for(|seen| seen.enters == 2);
    desktop.window.press_key(Key::Escape);
    let seen = target.wait_for(|seen| seen.leaves == 2);
    // The pointer is free although the button is still pressed.
    assert!(Tally::count().is_free);
    desktop.window.let_go();
    // Over the window that it came from, it is dropped on nothing: neither taken for a clip, nor a mistake.
    desktop.carry("Drag lead", (500, 400));
    desktop.window.let_go();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(shot(&desktop.window, "drag-cancelled").count(is_red), 0);
    assert_eq!((seen.leaves, seen.drops), (2, 0), "{seen:?}");
    desktop.window.close(&mut instance);
}

#[test]
fn a_target_that_closes_or_never_answers_is_reported() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    desktop.carry_over_closing("Drag lead");
    desktop.window.let_go();
    thread::sleep(Duration::from_millis(300));
    assert!(Tally::count().is_free);

    let target = DropTarget::open(PLACE, Guise::new(Manner::Silent));
    desktop.carry("Drag lead", INSIDE);
    let seen = target.wait_for(|seen| seen.moves > 0);
    assert_eq!(seen.moves, 1, "in step with the answers");
    desktop.window.let_go();
    assert!(Tally::count().is_free, "as soon as the button is up");
    let seen = target.wait_for(|seen| seen.leaves == 1);
    assert_eq!((seen.leaves, seen.drops), (1, 0), "{seen:?}");
    assert!(desktop.waits_for(|picture| picture.count(is_red) > 50));
    shot(&desktop.window, "drag-refused");
    desktop.window.close(&mut instance);
}

#[test]
fn fifty_drags_leave_no_window_thread_descriptor_or_grab() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    let target = DropTarget::open(PLACE, Guise::new(Manner::Takes));
    // The first drag starts the thread that writes files.
    let mut files = vec![desktop.drop_on(&target, "Drag lead")];
    thread::sleep(Duration::from_millis(500));
    let before = Tally::count();
    assert!(before.is_free);
    for round in 0..50 {
        match round % 5 {
            0 | 1 => files.push(desktop.drop_on(&target, "Drag the draft")),
            2 => {
                desktop.carry("Drag bass", INSIDE);
                desktop.window.press_key(Key::Escape);
                desktop.window.let_go();
            }
            3 => {
                desktop.carry("Drag lead", NOWHERE);
                desktop.window.let_go();
            }
            _ => {
                desktop.carry_over_closing("Drag lead");
                desktop.window.let_go();
            }
        }
    }
    let mut after = before;
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(100));
        after = Tally::count();
        if after == before {
            break;
        }
    }
    assert_eq!(after, before);
    let seen = target.seen();
    assert_eq!((seen.drops, seen.received.len()), (21, 21), "{seen:?}");
    for file in &files {
        fs::remove_file(file).unwrap();
    }
    desktop.window.close(&mut instance);
}

#[test]
fn a_window_that_closes_during_a_drag_takes_it_along() {
    let Some(_turn) = screen() else { return };
    let mut instance = with(&take());
    let target = DropTarget::open(PLACE, Guise::new(Manner::Takes));
    let desktop = Desktop::open(&mut instance);
    desktop.carry("Drag lead", INSIDE);
    let _ = target.wait_for(|seen| seen.moves > 0);
    assert!(!Tally::count().is_free, "the drag has the pointer");
    desktop.window.close(&mut instance);
    let seen = target.wait_for(|seen| seen.leaves == 1);
    assert_eq!((seen.leaves, seen.drops), (1, 0), "{seen:?}");
    let is_free = (0..50).any(|_| {
        thread::sleep(Duration::from_millis(20));
        Tally::count().is_free
    });
    assert!(is_free);
    // The button is let go at last.
    let desktop = Desktop::open(&mut instance);
    desktop.window.let_go();
    desktop.window.close(&mut instance);
}

#[test]
fn a_file_manager_takes_the_file_into_its_folder() {
    let Some(_turn) = screen() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (home, shown) = (folder.path().join("home"), folder.path().join("shown"));
    for folder in [&home, &shown] {
        fs::create_dir(folder).unwrap();
    }
    let mut command = Command::new("/usr/bin/pcmanfm");
    command.arg("--no-desktop").arg(&shown);
    command.env("HOME", &home).env("XDG_RUNTIME_DIR", &home);
    let beside = OtherProgram::start(&mut command, "pcmanfm", (1060, 100), (520, 600));
    let Some(_file_manager) = beside else {
        eprintln!("skipped: PCManFM is not installed");
        return;
    };
    let mut instance = with(&take());
    let desktop = Desktop::open(&mut instance);
    desktop.carry("Drag lead", (1400, 400));
    thread::sleep(Duration::from_millis(500));
    desktop.window.let_go();
    let copied = || {
        let mut files = fs::read_dir(&shown)
            .unwrap()
            .map(|file| file.unwrap().path());
        files.find(|file| file.extension().is_some_and(|ending| ending == "mid"))
    };
    let copy = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        copied().filter(|file| MidiFile::open(file).is_ok())
    });
    let copy = copy.expect("a file");
    let name = copy.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("Café 100_ 2 lead ("), "{name}");
    assert_eq!(contents(&copy).1, lead());
    desktop.window.close(&mut instance);
}
