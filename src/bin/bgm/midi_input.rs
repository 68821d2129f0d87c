//! Music that a command is given as a MIDI file.

use std::path::Path;

use diff_bgm::music::metre::Metre;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Tempo;
use diff_bgm::{Error, Fault, Result};

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

/// Reads a MIDI file in one metre and at one tempo, as [`open`] does.
///
/// # Errors
/// Returns an error if it cannot be read, or changes its tempo or its metre.
pub(crate) fn read(path: &Path) -> Result<(MidiFile, Tempo, Metre)> {
    let file = open(path)?;
    let in_file = |fault: Fault| fault.in_file(path);
    let tempo = Tempo::new(file.initial_tempo().bpm()).map_err(in_file)?;
    let metre = metre_of(&file).map_err(in_file)?;
    if file.tempo_changes.iter().any(|change| change.at.0 > 0.0) {
        return Err(Error::Usage(format!(
            "{} changes its tempo. Save the music at one tempo.",
            path.display()
        )));
    }
    Ok((file, tempo, metre))
}

/// The metre of a file that has only one.
fn metre_of(file: &MidiFile) -> Result<Metre, Fault> {
    let mut metre = Metre::COMMON;
    for signature in &file.time_signatures {
        let next = Metre::new(signature.numerator, signature.denominator as u8)?;
        if signature.at.0 > 0.0 && next != metre {
            return Err(Fault::new(
                format!("a change from {metre} to {next}"),
                "music in one metre",
            ));
        }
        metre = next;
    }
    Ok(metre)
}
