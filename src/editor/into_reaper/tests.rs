use std::sync::Arc;

use egui::{Key, Modifiers};
use parking_lot::Mutex;

use super::super::HeadlessEditor;
use super::*;
use crate::error::Result;
use crate::generator::Draft;
use crate::instance::State;
use crate::instance::params::LAST_START_BEAT;
use crate::time::{Beats, Seconds};
use crate::timeline::{
    HostMarker, HostPicture, HostProject, HostTimeline, Inserted, Insertion, TimelineSource,
};

/// A project with one video at beat 10, in the bar that begins at beat 8.
struct Project;

impl HostTimeline for Project {
    fn insert(&self, _insertion: &Insertion<'_>) -> Result<Inserted> {
        Ok(Inserted {
            items: 1,
            ..Inserted::default()
        })
    }

    fn read(&self) -> Result<HostProject> {
        Ok(HostProject {
            pictures: vec![HostPicture {
                path: "nowhere/film.mp4".into(),
                at: Seconds(5.0),
                at_beat: Beats(10.0),
                bar_start: Beats(8.0),
                length: Seconds(30.0),
                skipped: Seconds(0.0),
                rate: 1.0,
                is_selected: false,
            }],
            markers: vec![HostMarker {
                at: Seconds(12.0),
                name: "door".to_owned(),
            }],
            ..HostProject::default()
        })
    }
}

impl TimelineSource for Project {
    fn is_there(&self) -> bool {
        true
    }

    fn visit(&self, visit: &mut dyn FnMut(&dyn HostTimeline) -> Result<()>) -> Result<()> {
        visit(self)
    }
}

/// What the window asked.
type Asked = Arc<Mutex<Vec<TimelineTask>>>;

fn in_reaper(state: &State, size: (u16, u16)) -> (HeadlessEditor, Asked) {
    let editor = HeadlessEditor::new(state, size);
    let asked = Asked::default();
    let tasks = Arc::clone(&asked);
    let ask = move |task| tasks.lock().push(task);
    editor.timeline().connect(Arc::new(Project), ask);
    let mut editor = editor;
    editor.frame();
    editor.settle();
    (editor, asked)
}

fn with_take() -> State {
    let mut state = State::default();
    state.add_take(Draft::default(), 0);
    state
}

#[test]
fn other_hosts_have_no_way_into_reaper() {
    for state in [State::default(), with_take()] {
        let editor = HeadlessEditor::new(&state, (1040, 768));
        assert_eq!(editor.middle_of("Into REAPER"), None);
        assert_eq!(editor.middle_of("Use the project's video"), None);
    }
}

#[test]
fn the_menu_inserts_with_the_choices_that_are_made_and_remembers_them() {
    let (mut editor, asked) = in_reaper(&with_take(), (900, 600));
    let insert = |editor: &mut HeadlessEditor| {
        assert!(editor.click("Insert the take"));
        asked.lock().pop()
    };
    let task = |choices| Some(TimelineTask::Insert(Default::default(), choices));
    assert!(editor.click("Into REAPER"));
    assert_eq!(insert(&mut editor), task(InsertChoices::default()));
    assert_eq!(editor.middle_of("Insert the take"), None);

    assert!(editor.click("Into REAPER"));
    assert!(editor.click("The tempo map too"));
    assert!(editor.click("Chords as markers too"));
    assert!(editor.click("Stay with the picture"));
    assert!(editor.click("Replace the project's tempo markers"));
    let chosen = InsertChoices {
        markers: true,
        chord_markers: true,
        tempo_map: true,
        replaces_tempo: true,
        stays_with_picture: true,
    };
    assert_eq!(insert(&mut editor), task(chosen));
    // Leave to replace what is the user's is not remembered.
    assert!(editor.click("Into REAPER"));
    let again = InsertChoices {
        replaces_tempo: false,
        ..chosen
    };
    assert_eq!(insert(&mut editor), task(again));
}

#[test]
fn everything_has_room_beside_each_other_in_the_smallest_window() {
    let (editor, _) = in_reaper(&with_take(), (900, 600));
    let row = ["Into REAPER", "Export MIDI", "Save as…"];
    let places = row.map(|label| editor.rect_of(label).expect(label));
    assert!(
        places.is_sorted_by(|left, right| left.right() <= right.left()),
        "{places:?}"
    );
    assert!(places[2].right() <= 900.0 - 16.0);
}

#[test]
fn keys_reach_the_menu_and_what_is_in_it() {
    let (mut editor, asked) = in_reaper(&with_take(), (1040, 768));
    let reach = |editor: &mut HeadlessEditor, label: &str| {
        for _ in 0..80 {
            editor.press(Modifiers::NONE, Key::Tab, 0);
            let focused = editor.focused_rect();
            if focused.is_some() && focused == editor.rect_of(label) {
                return;
            }
        }
        panic!("{label} is out of reach");
    };
    reach(&mut editor, "Into REAPER");
    editor.press(Modifiers::NONE, Key::Enter, 0);
    reach(&mut editor, "Use the project's video");
    editor.press(Modifiers::NONE, Key::Enter, 0);
    assert_eq!(*asked.lock(), [TimelineTask::FindPicture]);
}

#[test]
fn the_first_window_takes_the_projects_video_and_sets_where_it_starts() {
    let (mut editor, asked) = in_reaper(&State::default(), (900, 600));
    assert!(editor.click("Use the project's video"));
    assert_eq!(*asked.lock(), [TimelineTask::FindPicture]);
    editor.serve_timeline(TimelineTask::FindPicture);
    editor.frame();
    let start = 8.0 / LAST_START_BEAT as f32;
    assert_eq!(editor.set_params(), [(ParamId::ClipStart, start)]);
    let state = editor.state();
    assert_eq!(state.picture_start, Beats(2.0));
    let hits: Vec<(f64, &str)> = (state.hits.iter())
        .map(|marked| (marked.hit.at.0, &*marked.name))
        .collect();
    assert_eq!(hits, [(7.0, "door")]);
}
