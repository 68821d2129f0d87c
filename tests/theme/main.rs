//! Themes that several cues share: written from a draft, and taken up in others by the program and the plugin alike.

mod opening;
#[path = "../models/tiny_parts.rs"]
mod tiny_parts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::conditioning::steering::Steering;
use diff_bgm::generator::{Asked, Draft, Form, Theme};
use diff_bgm::instance::params::ParamValues;
use diff_bgm::instance::{Desk, Notice, Session, State};
use diff_bgm::music::chord::{ChordChange, ChordLane};
use diff_bgm::music::key::Key;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::player::{HostTransport, Player};
use diff_bgm::time::{Bars, Beats, Tempo};

/// The bars of the pieces that take a theme up.
const BARS: u32 = 12;

fn demo_clip() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors")
}

/// A draft of eight bars in F major at 90 BPM, whose tune has two notes in each bar, off the grid.
fn source() -> Draft {
    let note = |start: f64, pitch: u8, part| Note {
        start: Beats(start),
        length: Beats(1.5),
        pitch,
        velocity: 60 + pitch % 50,
        part,
    };
    let scale = [65, 67, 69, 70, 72, 74, 76, 77];
    let tune = (0..16).map(|index| {
        let start = 2.0 * index as f64 + 0.025;
        note(start, scale[index * 3 % scale.len()], Part::Lead)
    });
    let bass = (0..8).map(|bar| note(4.0 * f64::from(bar), 41, Part::Bass));
    let chords: ChordLane = "F | Dm | Bb | C7".parse().unwrap();
    let chords = chords.chords(32);
    let mut draft = Draft {
        score: Score::new(RawScore {
            notes: {
                let mut notes: Vec<Note> = tune.chain(bass).collect();
                notes.sort_by(Note::position);
                notes
            },
            bars: Bars(8),
            tempo_map: Tempo::new(90.0).unwrap().into(),
            chords: ChordChange::of_beats(&chords, Key::of_chords(&chords).spelling()),
            ..RawScore::default()
        })
        .unwrap(),
        ..Draft::default()
    };
    draft.recipe.asked = Some(Asked {
        steering: Steering::default(),
        energy: vec![0.0; 32],
        picture_end: Beats(32.0),
    });
    draft
}

/// A desk with the demo's clip and a tiny model, for pieces of [`BARS`] bars.
fn desk(folder: &Path) -> Desk {
    let desk = Desk::new(Arc::new(Session::new(Player::new().1)));
    let model = tiny_parts::write(folder);
    desk.session.edit(|state| {
        state.steps = 1;
        state.model = Some(model);
        state.shape.bars = Some(Bars(BARS));
    });
    desk.load_clip(demo_clip());
    done(&desk);
    desk
}

/// Waits for the next notice.
fn notice(desk: &Desk) -> Notice {
    loop {
        if let Some(notice) = desk.session.notices().pop() {
            return notice;
        }
        thread::yield_now();
    }
}

fn done(desk: &Desk) -> String {
    match notice(desk) {
        Notice::Done(what) => what,
        other => panic!("{other:?}"),
    }
}

fn problem(desk: &Desk) -> String {
    match notice(desk) {
        Notice::Problem(problem) => problem,
        other => panic!("{other:?}"),
    }
}

/// Makes a draft and returns it.
fn generate(desk: &Desk) -> Arc<Draft> {
    desk.generate(ParamValues::default());
    done(desk);
    Arc::clone(&desk.session.state().current_take().unwrap().draft)
}

fn bgm(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn open(desk: &Desk, path: &Path) {
    desk.open_theme(path.to_owned());
    done(desk);
}

/// The lead of the first `beats` beats: its starts and pitches.
fn lead(draft: &Draft, beats: f64) -> Vec<(f64, u8)> {
    let notes = draft.score.notes().iter();
    notes
        .filter(|note| note.part == Part::Lead && note.start.0 < beats)
        .map(|note| (note.start.0, note.pitch))
        .collect()
}

#[test]
fn program_and_plugin_write_the_same_file_and_draft_the_same_notes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let desk = desk(folder);
    let session = &desk.session;
    source().write_midi(folder.join("source.mid")).unwrap();
    let file = MidiFile::open(folder.join("source.mid")).unwrap();
    session.edit(|state| state.add_take(Draft::of_midi(&file).unwrap(), 0));

    let said = bgm(
        &["theme", "source.mid", "--bars", "3-6", "-o", "theme.mid"],
        folder,
    );
    assert_eq!(said, "theme.mid: theme of 4 bars, F, 4/4, 8 notes\n");
    let theme = session.state().takes[0].theme(Some((2, 5))).unwrap();
    let path = folder.join("cues/Theme of 1");
    session.clear_notices();
    desk.write_theme(theme, path.clone());
    let path = path.with_extension("mid");
    assert_eq!(notice(&desk), Notice::Wrote(path.clone()));
    assert!(fs::read(&path).unwrap() == fs::read(folder.join("theme.mid")).unwrap());
    assert!(Desk::recent_themes().contains(&path));

    // The other cue is at 120 BPM.
    session.edit(|state| state.delete_take(0));
    open(&desk, &path);
    for (key, semitones) in [(None, 0), (Some("Gm"), 5), (Some("D"), -3)] {
        let asked: Option<Key> = key.map(|key| key.parse().unwrap());
        session.edit(|state| state.harmony = Harmony::Planned(asked));
        let in_plugin = generate(&desk);
        let seed = in_plugin.recipe.settings.seed.to_string();
        let clip = demo_clip().display().to_string();
        let mut arguments = vec!["generate", &clip, "--model", "tiny.safetensors"];
        arguments.extend(["--steps", "1", "--bars", "12", "--seed", &seed]);
        arguments.extend(["--theme", "theme.mid", "-o", "draft.mid"]);
        arguments.extend(key.iter().flat_map(|key| ["--key", key]));
        bgm(&arguments, folder);
        let file = MidiFile::open(folder.join("draft.mid")).unwrap();
        let in_program = Draft::of_midi(&file).unwrap();
        assert_eq!(in_plugin.recipe, in_program.recipe, "{key:?}");
        let played = MidiFile::parse(&in_plugin.to_midi().unwrap()).unwrap();
        assert_eq!(played.notes(), file.notes(), "{key:?}");

        let expected: Vec<(f64, u8)> = (lead(&source(), 24.0).into_iter())
            .filter(|(start, _)| *start >= 8.0)
            .map(|(start, pitch)| (start - 8.0, pitch.strict_add_signed(semitones)))
            .collect();
        let heard = lead(&in_plugin, 16.0);
        assert_eq!(heard.len(), expected.len());
        for (heard, expected) in heard.iter().zip(&expected) {
            assert_eq!(heard.1, expected.1, "{key:?}");
            assert!((heard.0 - expected.0).abs() < 2e-3, "{heard:?}");
        }
    }
}

#[test]
fn what_was_changed_since_a_take_names_the_theme() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let path = folder.path().join("a.mid");
    let theme = Theme::of_score("", &source().score, None, None).unwrap();
    theme.write(&path).unwrap();
    open(&desk, &path);
    generate(&desk);
    let changed = |state: &State| {
        let params = ParamValues::default();
        let map = desk.session.tempo_map_for(state, true, params.start());
        desk.changed_since_take(state, params, &map)
    };
    let state = desk.session.state();
    assert_eq!(changed(&state), [""; 0]);
    let without = State {
        theme: None,
        ..State::clone(&state)
    };
    assert_eq!(changed(&without), ["Key", "Theme"]);
}
