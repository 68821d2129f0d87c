//! Music that a command is given as a MIDI file.

use std::path::Path;

use diff_bgm::generator::Draft;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::tempo_map::TempoMap;
use diff_bgm::{Fault, Result};

use crate::output::warn;

/// Reads a MIDI file. Prints where it departs from the standard.
///
/// # Errors
/// Returns an error if it cannot be read.
pub(crate) fn open(path: &Path) -> Result<MidiFile> {
    let file = MidiFile::open(path)?;
    for warning in &file.warnings {
        warn(format!("{}: {warning}", path.display()));
    }
    Ok(file)
}

/// Reads a draft of the family `parts` from its MIDI file, as [`open`] does. Warns if its tempo or metre was changed since.
///
/// # Errors
/// Returns an error if it cannot be read or is no such draft.
pub(crate) fn draft(path: &Path) -> Result<Draft> {
    let file = open(path)?;
    let draft = Draft::of_midi(&file)?;
    if !draft.is_timed_as(&file) {
        warn(format!(
            "{}: its tempo or metre was changed since it was drafted. The work goes on with those of the draft; `bgm export` keeps \
             those of the file.",
            path.display()
        ));
    }
    Ok(draft)
}

/// Reads a MIDI file in one metre, its tempo and its metre, as [`open`] does.
///
/// # Errors
/// Returns an error if it cannot be read, has a tempo out of range, or changes its metre.
pub(crate) fn read(path: &Path) -> Result<(MidiFile, TempoMap, Metre)> {
    let file = open(path)?;
    let in_file = |fault: Fault| fault.in_file(path);
    let tempo_map = file.tempo_map().map_err(in_file)?;
    let metre = file.metre().map_err(in_file)?;
    Ok((file, tempo_map, metre))
}
