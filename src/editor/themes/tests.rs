use std::path::Path;
use std::thread;
use std::time::Duration;

use egui::{Key, Modifiers};

use crate::editor::HeadlessEditor;
use crate::generator::{Draft, Form, Theme};
use crate::instance::{Notice, State};
use crate::music::chord::{ChordChange, ChordLane};
use crate::music::key::Key as MusicKey;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats};

/// A draft of eight bars in C major, with a tune in the first four of them.
fn draft() -> Draft {
    let note = |beat: u8| Note {
        start: Beats(beat.into()),
        length: Beats(1.0),
        pitch: 60 + beat,
        velocity: 90,
        part: Part::Lead,
    };
    let chords = "C | F | G | C".parse::<ChordLane>().unwrap().chords(32);
    Draft {
        score: Score::repaired(RawScore {
            notes: (0..16).map(note).collect(),
            bars: Bars(8),
            chords: ChordChange::of_beats(&chords, MusicKey::of_chords(&chords).spelling()),
            ..RawScore::default()
        }),
        ..Draft::default()
    }
}

fn theme() -> Theme {
    Theme::of_score("Theme of 2", &draft().score, None, None).unwrap()
}

/// Opens an editor with the fold of the form, in a window where all of it is seen.
fn with_fold(state: &State) -> HeadlessEditor {
    let mut editor = HeadlessEditor::new(state, (1040, 1300));
    let name = match state.theme {
        Some(_) => "More settings (1 changed)",
        None => "More settings",
    };
    assert!(editor.click(name));
    editor
}

/// Waits until the state is as wanted.
fn wait_for(editor: &mut HeadlessEditor, wanted: impl Fn(&HeadlessEditor) -> bool) {
    for _ in 0..600 {
        editor.frame();
        if wanted(editor) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{:?}", editor.notices());
}

#[test]
fn an_open_theme_says_its_name_length_key_and_metre_and_can_be_taken_away_and_brought_back() {
    let state = State {
        theme: Some(theme()),
        ..State::default()
    };
    let mut editor = with_fold(&state);
    let [words, next] =
        ["4 bars, C, 4/4", "quick"].map(|label| editor.rect_of(label).expect(label));
    assert!(next.top() - words.bottom() < 40.0, "{words} {next}");
    assert!(editor.click("Theme of 2"));
    assert!(editor.click("No theme"));
    assert_eq!(editor.state().theme, None);
    assert_eq!(editor.middle_of("4 bars, C, 4/4"), None);
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(editor.state().theme, state.theme);
    assert_eq!(
        editor.notices(),
        [Notice::Done("Undone: theme.".to_owned())]
    );
}

/// Types the path of a theme into its list.
fn type_path(editor: &mut HeadlessEditor, path: &Path) {
    assert!(editor.click("none"));
    assert!(editor.click("or the path of a theme file"));
    editor.type_text(&path.display().to_string());
    editor.press(Modifiers::NONE, Key::Enter, 0);
}

#[test]
fn a_theme_whose_path_is_typed_is_opened_with_a_form_that_suits_the_piece() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Theme of 2.mid");
    theme().write(&path).unwrap();
    let mut editor = with_fold(&State::default());
    type_path(&mut editor, &path);
    wait_for(&mut editor, |editor| editor.state().theme.is_some());
    let state = editor.state();
    assert_eq!(state.theme, Some(theme()));
    assert_eq!(state.form, Form::Auto);
    assert!(editor.middle_of("More settings (2 changed)").is_some());
    editor.press(Modifiers::COMMAND, Key::Z, 0);
    assert_eq!(*editor.state(), State::default());
}

#[test]
fn a_file_that_is_no_theme_is_a_problem_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.mid");
    std::fs::write(&path, b"no tune").unwrap();
    let mut editor = with_fold(&State::default());
    type_path(&mut editor, &path);
    wait_for(&mut editor, |editor| !editor.notices().is_empty());
    let [Notice::Problem(problem)] = &editor.notices()[..] else {
        panic!("{:?}", editor.notices());
    };
    assert!(problem.contains("words.mid"), "{problem}");
    assert_eq!(editor.state().theme, None);
}

#[test]
fn t_on_bars_without_a_tune_says_what_to_do_and_types_a_letter_in_a_field() {
    let mut state = State::default();
    state.add_take(draft(), 0);
    let mut editor = HeadlessEditor::new(&state, (1040, 768));
    let ruler = editor.rect_of("Bars").unwrap();
    let bar = |bar: f32| ruler.left_center() + egui::vec2(ruler.width() * bar / 8.0, 0.0);
    editor.drag(Modifiers::NONE, bar(5.5), bar(6.5));
    editor.click("Chords: Am | F G");
    editor.press(Modifiers::NONE, Key::T, 0);
    assert_eq!(editor.notices(), []);
    editor.press(Modifiers::NONE, Key::Escape, 0);
    editor.drag(Modifiers::NONE, bar(5.5), bar(6.5));
    editor.press(Modifiers::NONE, Key::T, 0);
    let problem = "The lead has no notes in these bars. Choose bars in which it plays.";
    assert_eq!(editor.notices(), [Notice::Problem(problem.to_owned())]);
}
