//! Pictures of notes over bars and pitches: of a score with its chords and cuts, and of many short rolls.

mod contact_sheet;
mod layout;
mod painting;

use std::path::Path;

use layout::Page;

use crate::error::{Error, Result};
use crate::music::metre::Metre;
use crate::music::piano_roll::PianoRoll;
use crate::music::score::Score;
use crate::time::Bars;

/// The most bars of a picture; of more, nothing could be told apart.
pub const MAX_BARS: u32 = 1024;

/// Returns an error if a score of `bars` bars has too many for a picture.
///
/// # Errors
/// Returns [`Error::Usage`] if it has more than [`MAX_BARS`].
pub fn check_bars(bars: Bars) -> Result<()> {
    if bars.0 <= MAX_BARS {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "A picture of a roll shows at most {MAX_BARS} bars, and the piece has {}. Draft without a picture, or fewer bars.",
        bars.0
    )))
}

impl Score {
    /// Writes a PNG of the notes under a title and `caption`, 2080 pixels wide, atomically.
    ///
    /// # Errors
    /// Returns an [`Io`](crate::error::Error::Io) error if `path` cannot be written, and an error if the score has more
    /// than [`MAX_BARS`] bars.
    pub fn write_picture(&self, path: impl AsRef<Path>, caption: &str) -> Result<()> {
        check_bars(self.bars())?;
        Page::new(self, caption).paint().write_png(path.as_ref())
    }
}

/// Rolls in one row of a contact sheet.
pub const SHEET_COLUMNS: usize = contact_sheet::COLUMNS;

/// Writes a PNG of short rolls of equal size in 4/4; see [`write_contact_sheet_in`].
///
/// # Errors
/// Returns an [`Io`](crate::error::Error::Io) error if `path` cannot be written.
pub fn write_contact_sheet(path: impl AsRef<Path>, rolls: &[&PianoRoll]) -> Result<()> {
    let rolls: Vec<_> = rolls.iter().map(|&roll| (roll, Metre::COMMON)).collect();
    write_contact_sheet_in(path, &rolls)
}

/// Writes a PNG of short rolls of equal size, each with its metre, four in a row and without words, atomically.
///
/// # Errors
/// Returns an [`Io`](crate::error::Error::Io) error if `path` cannot be written.
pub fn write_contact_sheet_in(path: impl AsRef<Path>, rolls: &[(&PianoRoll, Metre)]) -> Result<()> {
    contact_sheet::paint(rolls).write_png(path.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::music::score::RawScore;
    use crate::time::Beats;

    fn picture(notes: Vec<Note>, bars: u32, metre: &str) -> png::OutputInfo {
        let score = Score::new(RawScore {
            notes,
            bars: Bars(bars),
            metre: metre.parse().unwrap(),
            cuts: vec![Beats(-1.0), Beats(3.5), Beats(1e9)],
            ..RawScore::default()
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roll.png");
        score
            .unwrap()
            .write_picture(&path, "default  seed 1")
            .unwrap();
        let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap()
    }

    #[test]
    fn every_score_becomes_a_png_of_one_width() {
        let note = |start, pitch| Note {
            start: Beats(start),
            length: Beats(2.0),
            pitch,
            velocity: 127,
            part: Part::All,
        };
        for (bars, metre) in [(1, "4/4"), (13, "6/8"), (200, "5/4")] {
            let notes = vec![note(0.0, 0), note(3.0, 127), note(3000.0, 60)];
            assert_eq!(picture(notes, bars, metre).width, 2080);
        }
    }

    #[test]
    fn the_longest_picture_and_silence_are_painted_too() {
        for bars in [1, MAX_BARS] {
            assert!(picture(Vec::new(), bars, "12/8").height > 100);
        }
    }

    #[test]
    fn a_score_of_hours_has_no_picture_and_says_why() {
        let score = Score::new(RawScore {
            bars: Bars(MAX_BARS + 1),
            ..RawScore::default()
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roll.png");
        let message = (score.unwrap().write_picture(&path, "").unwrap_err()).to_string();
        assert!(message.contains("at most 1024 bars"), "{message}");
        assert!(!path.exists());
    }
}
