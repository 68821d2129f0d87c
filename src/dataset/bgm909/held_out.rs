//! Whole pieces that are not trained on, to compare generated music with.

use std::path::Path;

use super::{Layout, Piece, Split, features};
use crate::conditioning::beat_rows::BeatRows;
use crate::error::{Error, Fault, Result};
use crate::features::{ClipFeatures, Track};
use crate::music::decode::encode;
use crate::music::piano_roll::{PianoRoll, PitchRange, RollParts};
use crate::time::{BEATS_PER_BAR, Bars, Beats, Tempo};

/// Which pieces are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldOutPieces {
    /// Those for tests or, if the split has none, those for validation.
    #[default]
    Test,
    /// Those for validation, by which settings are chosen.
    Validation,
}

/// Reads the held-out pieces of the data set in `data`, by name.
///
/// # Errors
/// Returns an error if a file is missing or malformed, a piece has no embeddings, or nothing of a bar or longer is held out.
pub fn held_out_pieces(data: &Path, which: HeldOutPieces) -> Result<Vec<Piece>> {
    let split = Split::read(data)?;
    let names = match which {
        HeldOutPieces::Test if !split.test.is_empty() => split.test,
        _ => split.validation,
    };
    let read = |name: &String| match features(data, name) {
        Some(files) => Piece::read(data, name, files),
        None => Err(Error::Usage(format!(
            "The piece {name} has no embeddings in {}. Add them, or take it out of the split.",
            data.display()
        ))),
    };
    let mut pieces = names.iter().map(read).collect::<Result<Vec<_>>>()?;
    pieces.retain(|piece| piece.bars().0 > 0);
    if pieces.is_empty() {
        let found = "no held-out piece of a bar or longer";
        return Err(Fault::new(found, "at least one").in_file(Layout(data).split()));
    }
    Ok(pieces)
}

impl Piece {
    /// Returns its name, such as `012`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the number of whole bars of 4/4 in it.
    pub fn bars(&self) -> Bars {
        Bars(self.beats as u32 / BEATS_PER_BAR)
    }

    /// Returns the clip that the published networks see: embeddings, a row for each beat at 120 BPM.
    ///
    /// # Errors
    /// Returns an error if an embedding is not a finite number.
    pub fn clip(&self) -> Result<ClipFeatures, Fault> {
        let beat = Tempo::DEFAULT.seconds_in(Beats(1.0));
        let track =
            |rows: &BeatRows| Track::new(1.0 / beat.0, rows.width(), rows.window(0, self.beats));
        Ok(ClipFeatures {
            duration: Tempo::DEFAULT.seconds_in(Beats(self.beats as f64)),
            visual: self.visual.as_ref().map(track).transpose()?,
            caption: self.caption.as_ref().map(track).transpose()?,
            ..ClipFeatures::default()
        })
    }

    /// Returns the roll of its first bars, of zeros and ones, with all its tracks together.
    pub fn first_bars(&self, bars: Bars) -> PianoRoll {
        encode(&self.notes, bars.steps(), RollParts::One, PitchRange::MIDI)
    }
}
