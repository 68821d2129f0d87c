//! The grid of one part, `[steps, 128]`: of each step, only the pitches that sound are kept.

use std::io::{Read, Seek};

use crate::error::Fault;
use crate::formats::npz::Npz;
use crate::music::piano_roll::MIDI_PITCHES;
use crate::time::STEPS_PER_BEAT;

/// The most cells of a part that sound.
const MAX_CELLS: usize = 256_000_000;
/// Added to a pitch that is held rather than struck.
const HELD: u8 = 0x80;

/// The cells that sound, step after step.
#[derive(Clone, Debug, Default)]
pub(super) struct CellGrid {
    /// For each step, the number of cells before it; one more than there are steps.
    starts: Vec<u32>,
    /// Pitches, plus [`HELD`] where no note starts.
    cells: Vec<u8>,
}

impl CellGrid {
    /// Reads the array called `name` of `beats` beats: 0 is silent, 1 an onset, 2 sustain.
    pub(super) fn read<R: Read + Seek>(
        archive: &mut Npz<R>,
        name: &str,
        beats: usize,
    ) -> Result<Self, Fault> {
        let steps = beats * STEPS_PER_BEAT as usize;
        let mut grid = Self {
            starts: vec![0],
            cells: Vec::new(),
        };
        let mut on_row = |row: &[u8]| grid.push(row);
        (archive.byte_rows(name, (steps, MIDI_PITCHES), &mut on_row))
            .map_err(|fault| Fault::new(format!("in `{name}`: {}", fault.found), fault.expected))?;
        Ok(grid)
    }

    fn push(&mut self, row: &[u8]) -> Result<(), Fault> {
        // Nearly all of a grid is silent.
        if row != [0; MIDI_PITCHES] {
            for (pitch, &state) in row.iter().enumerate() {
                match state {
                    0 => {}
                    1 => self.cells.push(pitch as u8),
                    2 => self.cells.push(pitch as u8 | HELD),
                    other => {
                        let found = format!("a cell of {other}");
                        return Err(Fault::new(found, "0 (silent), 1 (onset) or 2 (sustain)"));
                    }
                }
            }
        }
        if self.cells.len() > MAX_CELLS {
            let found = format!("more than {MAX_CELLS} cells that sound");
            return Err(Fault::new(found, "fewer"));
        }
        self.starts.push(self.cells.len() as u32);
        Ok(())
    }

    /// Returns the pitches that sound at a step, and whether each is struck.
    pub(super) fn at(&self, step: usize) -> impl Iterator<Item = (u8, bool)> + '_ {
        let (from, to) = (self.starts[step] as usize, self.starts[step + 1] as usize);
        (self.cells[from..to].iter()).map(|cell| (cell & !HELD, cell & HELD == 0))
    }
}
