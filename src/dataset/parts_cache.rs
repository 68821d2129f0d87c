//! Music in lead and accompaniment for the `parts` family: all pieces in one `.npz` archive of sixteenth grids, whose arrays
//! `docs/formats.md` lists.
//!
//! - `columns`: the arrays of one value a beat, and the places of the windows.
//! - `cell_grid`: a part's grid, which takes little memory.
//! - `write`: makes a cache of pieces.
//! - `window`: a stretch of 32 beats, cut out on demand and measured.
//!
//! A cache may have at most four million beats and windows, and a part at most 256 million cells that sound.

mod cell_grid;
mod columns;
mod window;
mod write;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

pub use window::{Window, lead_shares};

use crate::dataset::grid_piece::GridPiece;
use crate::error::{Error, Fault, Result};
use crate::formats::atomic_file;
use crate::formats::npz::Npz;
use crate::music::metre::Metre;
use crate::music::piano_roll::PitchRange;
use crate::music::style::Style;
use cell_grid::CellGrid;
use columns::Columns;

/// Music of many pieces, one after another, and the places of its windows.
#[derive(Clone, Debug)]
pub struct PartsCache {
    lead: CellGrid,
    accompaniment: CellGrid,
    columns: Columns,
    places: Vec<WindowPlace>,
}

/// Where a window lies: 32 beats that begin at a bar line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowPlace {
    /// The number of its piece, from 0.
    pub piece: usize,
    /// Its first beat, counted through the whole cache.
    pub start_beat: usize,
    /// The first beat of its piece that sounds.
    pub first_sounding: usize,
    /// The last beat of its piece that sounds.
    pub last_sounding: usize,
    /// The style of its piece.
    pub style: Style,
    /// Whether its piece is never trained on.
    pub held_out: bool,
}

impl PartsCache {
    /// Reads the cache in the file at `path`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not such a cache.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io(path))?;
        Self::parse(BufReader::new(file)).map_err(|fault| fault.in_file(path))
    }

    /// Makes a cache of pieces, and writes it to the file `path`, if given, atomically.
    ///
    /// # Errors
    /// Returns an error if it is too large, or if the file cannot be written.
    pub(super) fn of_pieces(pieces: &[GridPiece], path: Option<&Path>) -> Result<Self> {
        let bytes = write::encode(pieces)?;
        if let Some(path) = path {
            atomic_file::write_bytes(path, &bytes)?;
        }
        Ok(Self::parse(Cursor::new(bytes))?)
    }

    /// Reads a cache.
    ///
    /// # Errors
    /// Returns an error, which names the array, if one is missing, too large or damaged, or if two do not fit each other.
    pub fn parse(file: impl Read + Seek) -> Result<Self, Fault> {
        let mut archive = Npz::open(file)?;
        let columns = Columns::read(&mut archive)?;
        let places = columns::places(&mut archive, &columns)?;
        Ok(Self {
            lead: CellGrid::read(&mut archive, "lead", columns.beats())?,
            accompaniment: CellGrid::read(&mut archive, "accompaniment", columns.beats())?,
            columns,
            places,
        })
    }

    /// Returns the places of all windows, piece by piece.
    pub fn places(&self) -> &[WindowPlace] {
        &self.places
    }

    /// Returns the metre of the window at `place`, or `None` if it changes or is not one of [`Metre::ALL`].
    ///
    /// # Panics
    /// Panics if `place` is not of this cache.
    pub fn metre(&self, place: WindowPlace) -> Option<Metre> {
        window::metre(&window::beat_places(&self.columns, place))
    }

    /// Returns the window at `place`, transposed up by `semitones`. Notes outside `pitches` are left out.
    ///
    /// # Panics
    /// Panics if `place` is not of this cache.
    pub fn window(&self, place: WindowPlace, semitones: i8, pitches: PitchRange) -> Window {
        Window::cut(self, place, semitones, pitches)
    }
}

#[cfg(test)]
mod tests;
