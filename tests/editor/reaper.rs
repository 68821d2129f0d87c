//! The plugin in REAPER, as far as its interface goes: REAPER is the one of `plugin_hosts`.

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::State;
use diff_bgm::music::part::Part;
use plugin_hosts::clap::{INSTRUMENT, Library, Playing};
use plugin_hosts::desktop::Window;
use plugin_hosts::reaper::{Reaper, Source};
use plugin_hosts::vst3::{self, View};

use super::*;

const TICKS: f64 = 960.0;

/// A REAPER with the plugin on its first track.
fn reaper() -> Reaper {
    let reaper = Reaper::start();
    reaper.project(|project| {
        project.add_track("plugin");
        project.plugin_is_on = Some(0);
    });
    reaper
}

/// Activates the plugin with a state in the REAPER of this thread.
fn in_reaper(state: &State) -> Playing {
    let library = Library::open(&library_of_this_test());
    let mut instance = library.instance_in_reaper(INSTRUMENT);
    let saved = project::saved(&state.to_text().unwrap());
    assert!(instance.load(&project::for_clap(&saved)));
    Playing::start(instance, 2)
}

/// The window of a plugin in REAPER, with the widgets where the editor says they are.
struct Opened {
    window: Window,
    editor: HeadlessEditor,
}

impl Opened {
    /// Opens the window, and waits until it is drawn.
    fn new(playing: &mut Playing, state: &State) -> Self {
        let window = Window::open(&mut playing.instance);
        for _ in 0..8 {
            let picture = drawn(&window);
            if picture.pixels.iter().any(|pixel| *pixel != [0; 3]) {
                break;
            }
        }
        let editor = HeadlessEditor::new(state, window.size).in_reaper();
        Self { window, editor }
    }

    /// Clicks a widget.
    fn click(&mut self, label: &str) {
        let place = self.editor.middle_of(label);
        let place = place.unwrap_or_else(|| panic!("no widget is labelled {label}"));
        self.window.click(place);
        assert!(self.editor.click(label));
    }
}

/// Gives the plugin its moment on the main thread, once it asks for it.
fn run_main_thread(playing: &mut Playing) {
    for _ in 0..300 {
        if playing.instance.run_main_thread() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the plugin asked for no moment on the main thread");
}

/// A state with a take in three parts.
fn in_parts() -> State {
    let mut state = draft_state();
    let part = |index: usize| [Part::Lead, Part::Chords, Part::Bass][index % 3];
    let score = state.takes[0].draft.score.clone();
    let mut raw = RawScore::from(score);
    for (index, note) in raw.notes.iter_mut().enumerate() {
        note.part = part(index);
    }
    state.takes.clear();
    let draft = Draft {
        score: Score::repaired(raw),
        recipe: Recipe::default(),
    };
    state.add_take(draft, 0);
    state
}

#[test]
fn a_take_goes_into_the_project_with_all_its_notes_and_again_after_the_project_was_reopened() {
    let Some(_turn) = screen() else { return };
    let reaper = reaper();
    let state = in_parts();
    let mut playing = in_reaper(&state);
    let mut opened = Opened::new(&mut playing, &state);
    opened.click("Into REAPER");
    shot(&opened.window, "into-reaper");
    opened.click("Insert the take");
    run_main_thread(&mut playing);
    shot(&opened.window, "inserted");
    let inserted = || {
        reaper.project(|project| {
            let mut notes = Vec::new();
            for part in [Part::Lead, Part::Chords, Part::Bass] {
                let track = project.track(part.label()).expect("a track a part");
                assert_eq!(track.items.len(), 1);
                let found = &track.items[0].take.notes;
                notes.extend(found.iter().map(|note| {
                    let pitch = note.pitch as u8;
                    (
                        note.start / TICKS,
                        (note.end - note.start) / TICKS,
                        pitch,
                        note.velocity,
                        part,
                    )
                }));
            }
            notes.sort_by(|a, b| a.0.total_cmp(&b.0));
            notes
        })
    };
    let draft = &state.takes[0].draft;
    let expected: Vec<_> = (draft.score.notes().iter())
        .map(|note| {
            (
                note.start.0,
                note.length.0,
                note.pitch,
                i32::from(note.velocity),
                note.part,
            )
        })
        .collect();
    assert_eq!(inserted(), expected);
    opened.window.close(&mut playing.instance);

    // Saved, reopened, and inserted once more: in place of what was there.
    let saved = saved_state(&mut playing.instance);
    assert!(saved.insertion_owner.is_some());
    drop(playing);
    let mut playing = in_reaper(&saved);
    let mut opened = Opened::new(&mut playing, &saved);
    opened.click("Into REAPER");
    opened.click("Insert the take");
    run_main_thread(&mut playing);
    assert_eq!(inserted(), expected);
    reaper.project(|project| {
        assert_eq!(project.tracks.len(), 4);
        assert_eq!(project.steps.len(), 2);
    });
    opened.window.close(&mut playing.instance);
    reaper.assert_no_fault();
}

#[test]
fn the_projects_video_becomes_the_clip_where_it_lies_with_its_markers() {
    let Some(_turn) = screen() else { return };
    let reaper = reaper();
    reaper.project(|project| {
        let source = Source {
            kind: "VIDEO".to_owned(),
            file: demo_clip().to_str().unwrap().to_owned(),
        };
        // At 120 BPM, in the third bar.
        project.add_item(0, 4.5, 30.0, source);
        project.add_marker(10.0, "door", 0);
    });
    let mut playing = in_reaper(&State::default());
    let mut opened = Opened::new(&mut playing, &State::default());
    shot(&opened.window, "first-in-reaper");
    opened.click("Use the project's video");
    run_main_thread(&mut playing);
    let state = wait_for(&mut playing.instance, |state| state.clip.is_some());
    assert_eq!(state.clip.unwrap().path, demo_clip());
    assert_eq!(state.picture_start, Beats(1.0));
    let hits: Vec<(f64, &str)> = (state.hits.iter())
        .map(|marked| (marked.hit.at.0, &*marked.name))
        .collect();
    assert_eq!(hits, [(5.5, "door")]);
    // The host learns of a parameter that the window sets with the next block.
    playing.block(None, 64);
    let start = playing.instance.parameter("Starts at bar");
    assert_eq!(playing.instance.value(start).round(), 8.0);
    shot(&opened.window, "video-of-the-project");
    opened.window.close(&mut playing.instance);
    reaper.assert_no_fault();
}

#[test]
fn an_old_reaper_and_one_that_runs_plugins_apart_are_left_as_they_are() {
    let Some(_turn) = screen() else { return };
    let state = in_parts();
    for is_old in [true, false] {
        let reaper = reaper();
        if is_old {
            reaper.lacks(&["clap_get_reaper_context"]);
        } else {
            reaper.runs_plugins_apart();
        }
        let mut playing = in_reaper(&state);
        let mut opened = Opened::new(&mut playing, &state);
        opened.click("Into REAPER");
        opened.click("Insert the take");
        run_main_thread(&mut playing);
        shot(
            &opened.window,
            if is_old { "old-reaper" } else { "reaper-apart" },
        );
        reaper.project(|project| assert_eq!((project.tracks.len(), project.steps.len()), (1, 0)));
        opened.window.close(&mut playing.instance);
        drop(playing);
        reaper.assert_no_fault();
    }
}

#[test]
fn in_another_host_there_is_nothing_where_the_menu_would_be() {
    let Some(_turn) = screen() else { return };
    let state = in_parts();
    let mut playing = Playing::start(with(&state), 2);
    let window = Window::open(&mut playing.instance);
    let editor = HeadlessEditor::new(&state, window.size).in_reaper();
    let rect = editor.rect_of("Into REAPER").unwrap();
    let picture = shot(&window, "other-host");
    let row = (rect.center().y as usize) * picture.width;
    let mut across = rect.left() as usize..rect.right() as usize;
    let first = picture.pixels[row + across.start];
    assert!(across.all(|x| picture.pixels[row + x] == first));
    window.close(&mut playing.instance);
}

/// Opens the menu of a VST3 plugin's window and inserts the take.
fn insert_in(view: &View, state: &State) {
    let picture = |_| drawn(view).pixels.iter().any(|pixel| *pixel != [0; 3]);
    assert!((0..8).any(picture));
    let mut editor = HeadlessEditor::new(state, view.size).in_reaper();
    for label in ["Into REAPER", "Insert the take"] {
        view.click(editor.middle_of(label).expect(label));
        assert!(editor.click(label));
    }
}

#[test]
fn the_vst3_plugin_inserts_on_the_main_thread_and_nowhere_else() {
    let Some(_turn) = screen() else { return };
    let state = in_parts();
    for has_run_loop in [true, false] {
        let reaper = reaper();
        let playing = vst3::Playing::start_in_reaper(&library_of_this_test());
        let saved = project::saved(&state.to_text().unwrap());
        assert!(playing.load(&project::for_vst3(&saved)));
        let view = if has_run_loop {
            View::open_with_run_loop(&playing)
        } else {
            View::open(&playing)
        };
        insert_in(&view, &state);
        let mut items = 0;
        for _ in 0..100 {
            view.run_main_thread();
            items = reaper.project(|project| {
                let tracks = project.tracks.iter();
                tracks.map(|track| track.items.len()).sum()
            });
            if items > 0 || !has_run_loop {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        shot(
            &view,
            if has_run_loop {
                "vst3-inserted"
            } else {
                "vst3-without-run-loop"
            },
        );
        assert_eq!(items, if has_run_loop { 3 } else { 0 });
        drop(view);
        drop(playing);
        reaper.assert_no_fault();
    }
}
