use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use egui::{Modifiers, Pos2, vec2};
use nice_plug_egui::DragState;

use crate::editor::HeadlessEditor;
use crate::generator::Draft;
use crate::instance::{Notice, State};
use crate::music::midi_file::MidiFile;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats};

/// A take of 12 bars with a note of lead in each and one of bass in the first.
fn state() -> State {
    let note = |start: u8, pitch, part| Note {
        start: Beats(start.into()),
        length: Beats(1.0),
        pitch,
        velocity: 90,
        part,
    };
    let lead = (0..12).map(|bar| note(4 * bar, 60 + bar, Part::Lead));
    let mut state = State::default();
    let draft = Draft {
        score: Score::repaired(RawScore {
            notes: lead.chain([note(0, 40, Part::Bass)]).collect(),
            bars: Bars(12),
            ..RawScore::default()
        }),
        ..Draft::default()
    };
    state.add_take(draft, 0);
    state
}

fn editor() -> HeadlessEditor {
    HeadlessEditor::new(&state(), (1040, 768))
}

/// Presses a handle and moves out of the window, until the file is written. The button is still held.
fn pick_up(editor: &mut HeadlessEditor, label: &str) -> PathBuf {
    let from = editor.rect_of(label).expect(label).center();
    let before = editor.dragged_files().len();
    editor.hold(from, Pos2::new(-50.0, 400.0));
    for _ in 0..500 {
        editor.frame();
        if let Some(file) = editor.dragged_files().get(before) {
            return file.clone();
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{label} drags nothing: {:?}", editor.notices());
}

/// Returns the pitches of the notes in a file.
fn pitches(file: &Path) -> Vec<u8> {
    let tracks = MidiFile::open(file).unwrap().tracks;
    let notes = tracks.iter().flat_map(|track| &track.notes);
    notes.map(|note| note.pitch).collect()
}

#[test]
fn a_draft_a_part_and_selected_bars_are_dragged_out_as_files() {
    let mut editor = editor();
    assert_eq!(editor.middle_of("Drag chords"), None, "it has no notes");
    assert_eq!(pitches(&pick_up(&mut editor, "Drag the draft")).len(), 13);
    editor.let_go(DragState::Cancelled);
    assert_eq!(pitches(&pick_up(&mut editor, "Drag bass")), [40]);
    editor.let_go(DragState::Cancelled);
    let ruler = editor.rect_of("Bars").unwrap();
    let bar = |bar: f32| ruler.left_center() + vec2((bar - 0.5) / 12.0 * ruler.width(), 0.0);
    editor.drag(Modifiers::NONE, bar(5.0), bar(7.0));
    let file = pick_up(&mut editor, "Drag bars 5–7");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.contains("bars 5-7 ("), "{name}");
    assert_eq!(pitches(&file), [64, 65, 66]);
    editor.let_go(DragState::Cancelled);
    assert!(!file.exists(), "nobody has it");
    // The bars are still selected, as they were.
    assert!(editor.middle_of("Repaint bars 5–7").is_some());
    assert_eq!(editor.notices(), []);
}

#[test]
fn the_status_line_says_whether_the_file_was_taken() {
    let mut editor = editor();
    let file = pick_up(&mut editor, "Drag the draft");
    editor.let_go(DragState::Dropped);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(editor.notices(), [Notice::Done(format!("Dropped {name}."))]);
    fs::remove_file(file).unwrap();
    let file = pick_up(&mut editor, "Drag lead");
    editor.let_go(DragState::Refused("nobody took it".to_owned()));
    let [Notice::Problem(problem)] = &editor.notices()[..] else {
        panic!("{:?}", editor.notices());
    };
    assert!(problem.contains("nobody took it"), "{problem}");
    fs::remove_file(file).unwrap();
}

#[test]
fn a_button_that_was_let_go_before_the_file_is_written_drags_nothing() {
    let mut editor = editor();
    let from = editor.rect_of("Drag lead").unwrap().center();
    editor.drag(Modifiers::NONE, from, from + vec2(0.0, 60.0));
    for _ in 0..20 {
        editor.frame();
        thread::sleep(Duration::from_millis(10));
    }
    assert!(editor.dragged_files().is_empty());
    assert_eq!(editor.notices(), []);
}

#[test]
fn without_a_draft_there_is_no_handle() {
    let editor = HeadlessEditor::new(&State::default(), (1040, 768));
    for label in ["Drag the draft", "Drag lead", "Drag bass"] {
        assert_eq!(editor.middle_of(label), None);
    }
}

#[test]
fn the_handles_lie_beside_the_other_controls() {
    for size in [(1040, 768), (900, 600)] {
        let editor = HeadlessEditor::new(&state(), size);
        let rows = [
            ["Select lead", "Drag lead", "Mute lead", "Solo lead"],
            ["Undo", "Drag the draft", "Export MIDI", "Save as…"],
        ];
        for row in rows {
            let places = row.map(|label| editor.rect_of(label).expect(label));
            let is_apart = places.is_sorted_by(|left, right| left.right() <= right.left());
            assert!(is_apart, "{row:?}: {places:?}");
        }
    }
}

#[test]
fn names_of_parts_end_before_their_handles() {
    let mut state = state();
    let take = std::sync::Arc::make_mut(&mut state.takes[0].draft);
    let mut notes = take.score.notes().to_vec();
    notes.push(Note {
        part: Part::Chords,
        ..notes[0]
    });
    take.score = Score::repaired(RawScore {
        notes,
        bars: Bars(12),
        ..RawScore::default()
    });
    let editor = HeadlessEditor::new(&state, (1040, 768));
    for part in [Part::Lead, Part::Chords, Part::Bass] {
        let name = editor.rect_of_text(part.label()).unwrap();
        let label = format!("Drag {}", part.label().to_lowercase());
        let handle = editor.rect_of(&label).unwrap();
        assert!(name.right() <= handle.left(), "{part:?}: {name} {handle}");
    }
}
