//! A theme that one instance writes and another takes up.

use std::{env, fs};

use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::editor::HeadlessEditor;
use diff_bgm::generator::{Draft, Form, Theme};
use diff_bgm::instance::State;
use diff_bgm::music::chord::{ChordChange, ChordLane};
use diff_bgm::music::key::Key as MusicKey;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use plugin_hosts::desktop::{Key, Window};

use super::{clip_and_steps, place, screen, shot, tiny_parts, wait_for, with};

/// A state with a take of eight bars in C major, whose tune begins with a note of its own in each of them.
fn first_cue() -> State {
    let note = |start: u8, pitch, part| Note {
        start: Beats(start.into()),
        length: Beats(2.0),
        pitch,
        velocity: 90,
        part,
    };
    let tune = [72, 76, 79, 77, 74, 71, 67, 72].into_iter().zip(0..);
    let notes = tune.flat_map(|(pitch, bar): (u8, u8)| {
        [
            note(4 * bar, pitch, Part::Lead),
            note(4 * bar, 36, Part::Bass),
        ]
    });
    let chords = "C | Am | F | G7".parse::<ChordLane>().unwrap().chords(32);
    let mut state = State::default();
    state.add_take(
        Draft {
            score: Score::repaired(RawScore {
                notes: notes.collect(),
                bars: Bars(8),
                chords: ChordChange::of_beats(&chords, MusicKey::of_chords(&chords).spelling()),
                ..RawScore::default()
            }),
            ..Draft::default()
        },
        0,
    );
    state
}

fn lead(draft: &Draft, beats: f64) -> Vec<(Beats, u8)> {
    let notes = draft.score.notes().iter();
    notes
        .filter(|note| note.part == Part::Lead && note.start.0 < beats)
        .map(|note| (note.start, note.pitch))
        .collect()
}

#[test]
fn a_theme_that_one_instance_writes_is_taken_up_by_another_in_its_key() {
    let Some(_turn) = screen() else { return };
    let folder = tempfile::tempdir().unwrap();
    // SAFETY: this test has its turn, so no other thread reads the environment.
    unsafe { env::set_var("HOME", folder.path()) };

    // Without a dialog, the file goes where exports go.
    let state = first_cue();
    let mut first = with(&state);
    let window = Window::open(&mut first);
    window.click(place(&window, &state, "1 seed 1"));
    window.press_key(Key::T);
    let path = folder.path().join("Diff-BGM/Theme of 1.mid");
    wait_for(&mut first, |_| path.exists());
    shot(&window, "theme-written");
    let theme = Theme::open(&path).unwrap();
    assert_eq!(theme.to_string(), "4 bars, C, 4/4");

    let ruler = HeadlessEditor::new(&state, window.size).rect_of("Bars");
    let ruler = ruler.expect("bars");
    let bar = |bar: f32| {
        let x = ruler.left() + ruler.width() * (bar - 0.5) / 8.0;
        (x as i16, ruler.center().y as i16)
    };
    window.drag(bar(6.0), bar(8.0), || ());
    window.press_key(Key::T);
    let of_bars = folder.path().join("Diff-BGM/Theme of 1 (2).mid");
    wait_for(&mut first, |_| of_bars.exists());
    let of_bars = Theme::open(&of_bars).unwrap();
    let pitches: Vec<u8> = of_bars.notes().iter().map(|note| note.pitch).collect();
    assert_eq!((of_bars.bars(), &*pitches), (Bars(3), &[71, 67, 72][..]));
    window.close(&mut first);

    let mut state = clip_and_steps(1);
    state.model = Some(tiny_parts::write(folder.path()));
    state.shape.bars = Some(Bars(12));
    state.harmony = Harmony::Planned("D".parse().ok());
    let mut second = with(&state);
    let mut window = Window::open(&mut second);
    window.resize(&mut second, (1040, 1180));
    let mut editor = HeadlessEditor::new(&state, window.size);
    let mut click = |window: &Window, label: &str| {
        window.click(editor.middle_of(label).expect(label));
        editor.click(label);
    };
    click(&window, "More settings (2 changed)");
    click(&window, "none");
    shot(&window, "themes");
    click(&window, "or the path of a theme file");
    window.type_line(&path.display().to_string());
    let opened = wait_for(&mut second, |state| state.theme.is_some());
    assert_eq!(opened.theme, Some(theme));
    assert_eq!(opened.form, Form::Auto);
    window.click(place(&window, &opened, "Undo"));
    wait_for(&mut second, |undone| *undone == state);
    window.click(place(&window, &opened, "Redo"));
    wait_for(&mut second, |redone| *redone == opened);

    fs::remove_file(&path).unwrap();
    window.click(place(&window, &opened, "Generate"));
    let drafted = wait_for(&mut second, |state| !state.takes.is_empty());
    shot(&window, "theme-taken-up");
    let draft = &drafted.takes[0].draft;
    let higher: Vec<(Beats, u8)> = (lead(&first_cue().takes[0].draft, 16.0).into_iter())
        .map(|(start, pitch)| (start, pitch + 2))
        .collect();
    assert_eq!(lead(draft, 16.0), higher);
    // It returns, but for its last bars, which vary it.
    let again = draft.score.sections().last().unwrap().start;
    let returned: Vec<(Beats, u8)> = (draft.score.notes().iter())
        .filter(|note| note.part == Part::Lead)
        .filter(|note| (again.0..again.0 + 8.0).contains(&note.start.0))
        .map(|note| (Beats(note.start.0 - again.0), note.pitch))
        .collect();
    assert_eq!(returned, higher[..2]);
    window.close(&mut second);
}
