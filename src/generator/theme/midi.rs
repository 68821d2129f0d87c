//! Themes as MIDI files. Those that Diff-BGM writes say their key in a text: a line for people and one for programs, [`MARK`] and
//! JSON.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Theme, key_of};
use crate::error::{Fault, Result};
use crate::formats::atomic_file;
use crate::music::chord::ChordChange;
use crate::music::key::Key;
use crate::music::midi_file::{MidiContents, MidiFile};
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::Beats;

/// The start of the line for programs.
const MARK: &str = "diff-bgm-theme/1 ";

/// What the line for programs says.
#[derive(Serialize, Deserialize)]
struct Said {
    key: Option<Key>,
}

impl Theme {
    /// Reads the theme in the MIDI file at `path`.
    ///
    /// # Errors
    /// As for [`MidiFile::open`] and [`Theme::of_midi`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::of_midi(&MidiFile::open(path)?, path)
    }

    /// Returns the tune of a MIDI file that was read from `path`; see [`MidiFile::lead`]. Its key is the one that the file says if
    /// Diff-BGM wrote it as a theme, otherwise that of the chords among its texts, if there are any.
    ///
    /// # Errors
    /// Returns an error if the file has no tune or one with more notes than
    /// [`MAX_THEME_NOTES`](super::MAX_THEME_NOTES), is in no single metre, or has a tempo out of range.
    pub fn of_midi(file: &MidiFile, path: &Path) -> Result<Self> {
        let in_file = |fault: Fault| fault.in_file(path);
        let metre = file.metre().map_err(in_file)?;
        let tempo_map = file.tempo_map().map_err(in_file)?;
        let notes: Vec<Note> = (file.lead()?.iter())
            .map(|note| Note {
                part: Part::Lead,
                ..*note
            })
            .collect();
        let said = said(file);
        let ends = notes.iter().map(|note| note.end().0);
        let length = match said {
            Some(_) => file.length,
            None => Beats(ends.fold(0.0, f64::max)),
        };
        let bars = metre.bars_covering(length);
        let beats = metre.length(bars).0 as usize;
        let mut chords = file.score().map_err(in_file)?.chords().to_vec();
        chords.retain(|chord| chord.start.0 < beats as f64);
        let key = match said {
            Some(said) => said.key,
            None => key_of(&ChordChange::per_beat(&chords, beats)),
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let theme = Self {
            name: name.into_owned(),
            key,
            score: Score::repaired(RawScore {
                notes,
                bars,
                metre,
                tempo_map: tempo_map.initial_tempo().into(),
                chords,
                ..RawScore::default()
            }),
        };
        theme.check().map_err(|error| error.in_file(path))
    }

    /// Returns the theme as a MIDI file: one track named Lead, the metre, the tempo, the key signature, and the chords as texts.
    ///
    /// # Errors
    /// As for [`Score::to_midi`].
    pub fn to_midi(&self) -> Result<Vec<u8>, Fault> {
        let said = Said { key: self.key };
        let said = serde_json::to_string(&said)
            .map_err(|error| Fault::new(error.to_string(), "a key that JSON can hold"))?;
        let version = env!("CARGO_PKG_VERSION");
        self.score.to_midi_with(&MidiContents {
            description: &format!("Diff-BGM {version}: theme of {self}\n{MARK}{said}"),
            key: self.key,
            ..MidiContents::default()
        })
    }

    /// Writes the theme as a MIDI file, atomically; see [`Theme::to_midi`].
    ///
    /// # Errors
    /// As for [`Theme::to_midi`], and an [`Io`](crate::error::Error::Io) error if `path` cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic_file::write_bytes(path.as_ref(), &self.to_midi()?)
    }
}

/// Returns what the line for programs says, if there is one that can be read.
fn said(file: &MidiFile) -> Option<Said> {
    let mut lines = file.texts.iter().flat_map(|text| text.text.lines());
    let json = lines.find_map(|line| line.strip_prefix(MARK))?;
    serde_json::from_str(json).ok()
}
