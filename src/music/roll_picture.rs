//! Pictures of notes over bars and pitches: of a draft, with the picture's cuts, and of many short rolls.

mod contact_sheet;
mod layout;
mod painting;

use std::path::Path;

use layout::Page;

use crate::error::Result;
use crate::music::draft::Draft;
use crate::music::piano_roll::PianoRoll;

impl Draft {
    /// Writes a PNG of the draft's notes, 2080 pixels wide, whole or not at all.
    ///
    /// # Errors
    /// [`Io`](crate::error::Error::Io) where `path` cannot be written.
    pub fn write_roll_picture(&self, path: impl AsRef<Path>) -> Result<()> {
        Page::of(self).paint().write_png(path.as_ref())
    }
}

/// Rolls in a row of a contact sheet.
pub const SHEET_COLUMNS: usize = contact_sheet::COLUMNS;

/// Writes a PNG of short rolls of equal size, four in a row and without any words, whole or not at all.
///
/// # Errors
/// [`Io`](crate::error::Error::Io) where `path` cannot be written.
pub fn write_contact_sheet(path: impl AsRef<Path>, rolls: &[&PianoRoll]) -> Result<()> {
    contact_sheet::paint(rolls).write_png(path.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::draft::Recipe;
    use crate::music::note::Note;
    use crate::time::{Bars, Beats, Tempo};

    fn picture(notes: Vec<Note>, bars: u32) -> png::OutputInfo {
        let draft = Draft {
            notes,
            bars: Bars(bars),
            tempo: Tempo::new(100.0).unwrap(),
            cuts: vec![Beats(3.5), Beats(f64::NAN), Beats(1e9)],
            recipe: Recipe::default(),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roll.png");
        draft.write_roll_picture(&path).unwrap();
        let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap()
    }

    #[test]
    fn a_draft_becomes_a_png_of_one_width() {
        let note = |start, pitch| Note {
            start: Beats(start),
            length: Beats(2.0),
            pitch,
            velocity: 127,
        };
        for bars in [1, 13, 200] {
            let notes = vec![note(0.0, 0), note(3.0, 127), note(4e9, 60)];
            assert_eq!(picture(notes, bars).width, 2080);
        }
    }

    #[test]
    fn absurd_lengths_and_silence_have_a_picture_too() {
        for bars in [0, u32::MAX] {
            assert!(picture(Vec::new(), bars).height > 100);
        }
    }
}
