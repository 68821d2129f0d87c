//! Writing some bars and parts of the current take as a MIDI file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::export::{Arrangement, ExportFormat};
use crate::instance::drag_folder::DragFolder;
use crate::instance::locks::{Locks, Selection};
use crate::instance::notice::Notice;
use crate::instance::state::{State, Take};
use crate::music::part_set::PartSet;
use crate::time::Bars;

/// Writes what is selected of the current take of `state` to `path`, as it is played.
///
/// # Errors
/// Returns an error if there is no take, nothing sounds in what is selected, or the file cannot be written.
pub(super) fn write(state: &State, selection: Selection, path: PathBuf) -> Result<Notice> {
    let take = current(state)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    write_excerpt(state, take, selection, &path)?;
    Ok(Notice::Wrote(path))
}

/// Writes what is selected into a new file of the first of `folders` that takes one; old ones are removed from them. `first_bar` is
/// the number that the window shows on the draft's first bar. Returns the file's path.
///
/// # Errors
/// As for [`write`]; if none of the folders takes a file, that of the first.
pub(super) fn write_for_drag(
    state: &State,
    selection: Selection,
    first_bar: u32,
    folders: &[DragFolder],
) -> Result<PathBuf> {
    let take = current(state)?;
    let name = name(take, selection, first_bar);
    let mut refused = None;
    for folder in folders {
        folder.tidy(SystemTime::now());
        let written = folder.new_file(&name).and_then(|path| {
            let written = write_excerpt(state, take, selection, &path);
            written.map(|()| path.clone()).inspect_err(|_| {
                // Nobody knows of the file yet.
                let _ = fs::remove_file(&path);
            })
        });
        match written {
            // A disk that is full, or a folder that is not to be written to.
            Err(error @ Error::Io { .. }) => refused = refused.or(Some(error)),
            written => return written,
        }
    }
    Err(refused.unwrap_or(Error::Cancelled))
}

/// Names what is selected of a take, as in `2 seed 19 bass bars 9-12`.
pub(super) fn name(take: &Take, selection: Selection, first_bar: u32) -> String {
    if selection.is_empty() {
        return take.name.clone();
    }
    let words = selection.words(&Locks::default(), first_bar);
    // Other signs are not in every font or file system.
    format!(
        "{} {}",
        take.name,
        words.replace(", ", " ").replace('–', "-")
    )
}

fn current(state: &State) -> Result<&Take> {
    state
        .current_take()
        .ok_or_else(|| Error::Usage("There is no draft to write. Press Generate first.".to_owned()))
}

fn write_excerpt(state: &State, take: &Take, selection: Selection, path: &Path) -> Result<()> {
    let (whole, choices) = (state.arrangement(take), state.export_choices());
    if selection.is_empty() {
        return crate::export::write(&whole, ExportFormat::Midi, &choices, path);
    }
    let count = take.draft.score.bars().0;
    let bars = selection.bars_of(count);
    let parts = match selection.parts {
        PartSet::NONE => PartSet::ALL,
        parts => parts,
    };
    // An excerpt is no draft that could be worked on, so its description is only the line for people.
    let description = whole
        .description
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    let excerpt = Arrangement {
        description,
        ..whole.excerpt(Bars(bars.start)..Bars(bars.end), parts)
    };
    if excerpt.score.notes().is_empty() {
        return Err(Error::Usage(
            "There are no notes in what is selected. Select other bars or parts.".to_owned(),
        ));
    }
    crate::export::write(&excerpt, ExportFormat::Midi, &choices, path)
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;
    use crate::generator::Draft;
    use crate::music::midi_file::{MidiFile, NOTE_ON};
    use crate::music::note::Note;
    use crate::music::outputs::Output;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::time::Beats;

    /// A take of two bars, with a note of lead and bass in each. The bass leaves an octave lower.
    fn state() -> State {
        let note = |start, pitch, part| Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch,
            velocity: 90,
            part,
        };
        let mut state = State::default();
        let score = Score::repaired(RawScore {
            notes: vec![
                note(0.0, 70, Part::Lead),
                note(1.0, 40, Part::Bass),
                note(5.0, 72, Part::Lead),
                note(6.0, 41, Part::Bass),
            ],
            bars: Bars(2),
            ..RawScore::default()
        });
        let draft = Draft {
            score,
            ..Draft::default()
        };
        state.add_take(draft, 0);
        state.outputs.bass = Output {
            channel: 3,
            octaves: -1,
        };
        state
    }

    /// Returns the beats, channels from 0 and pitches of the notes in a file.
    fn notes(path: &Path) -> Vec<(f64, u8, u8)> {
        let file = MidiFile::open(path).unwrap();
        let begun = file
            .events
            .iter()
            .filter(|event| event.command == NOTE_ON && event.data[1] > 0);
        begun
            .map(|event| (event.at.0, event.channel, event.data[0]))
            .collect()
    }

    fn select(bars: Option<(u32, u32)>, parts: &[Part]) -> Selection {
        Selection {
            bars,
            parts: parts.to_vec().into(),
        }
    }

    #[test]
    fn each_drag_writes_what_is_selected_into_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let drags = DragFolder::in_folder(folder.path());
        let state = state();
        let write = |selection| {
            let path = write_for_drag(&state, selection, 5, slice::from_ref(&drags)).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, notes(&path))
        };
        let take = &state.takes[0].name;
        let (name, all) = write(Selection::default());
        assert_eq!(name, format!("{take} (1).mid"));
        assert_eq!(
            all,
            [(0.0, 0, 70), (1.0, 2, 28), (5.0, 0, 72), (6.0, 2, 29)]
        );
        let (name, bass) = write(select(None, &[Part::Bass]));
        assert_eq!(name, format!("{take} bass (2).mid"));
        assert_eq!(bass, [(1.0, 2, 28), (6.0, 2, 29)]);
        let (name, second) = write(select(Some((1, 1)), &[]));
        assert_eq!(name, format!("{take} bar 6 (3).mid"));
        assert_eq!(second, [(1.0, 0, 72), (2.0, 2, 29)]);
        let (name, lead) = write(select(Some((0, 1)), &[Part::Lead]));
        assert_eq!(name, format!("{take} lead bars 5-6 (4).mid"));
        assert_eq!(lead, [(0.0, 0, 70), (5.0, 0, 72)]);
    }

    #[test]
    fn nothing_is_written_where_no_note_is() {
        let folder = tempfile::tempdir().unwrap();
        let drags = DragFolder::in_folder(folder.path());
        let chords = select(None, &[Part::Chords]);
        let drags = slice::from_ref(&drags);
        let error = write_for_drag(&state(), chords, 1, drags).unwrap_err();
        assert!(error.to_string().contains("no notes"), "{error}");
        let none = write_for_drag(&State::default(), chords, 1, drags);
        assert!(matches!(none, Err(Error::Usage(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_drag_goes_on_in_another_folder_if_the_cache_takes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        let cache = DragFolder::in_folder(&file.join("dragged"));
        let temporary = DragFolder::in_folder(&folder.path().join("temporary"));
        let folders = [cache.clone(), temporary];
        let path = write_for_drag(&state(), Selection::default(), 1, &folders).unwrap();
        assert!(
            path.starts_with(folder.path().join("temporary")),
            "{path:?}"
        );
        assert_eq!(notes(&path).len(), 4);
        let error = write_for_drag(&state(), Selection::default(), 1, &[cache]).unwrap_err();
        let named = file.join("dragged").display().to_string();
        assert!(error.to_string().contains(&named), "{error}");
    }

    #[test]
    fn an_excerpt_is_written_where_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/lead.mid");
        let written = write(&state(), select(None, &[Part::Lead]), path.clone()).unwrap();
        assert_eq!(written, Notice::Wrote(path.clone()));
        assert_eq!(notes(&path).len(), 2);
    }
}
