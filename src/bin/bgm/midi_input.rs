//! Music that a command is given: a MIDI file in one metre and at one tempo.

use std::path::Path;

use diff_bgm::music::metre::Metre;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Tempo;
use diff_bgm::{Error, Fault, Result};

/// Reads a MIDI file, its tempo and its metre.
///
/// # Errors
/// Returns an error if it cannot be read, or changes its tempo or its metre.
pub(crate) fn read(path: &Path) -> Result<(MidiFile, Tempo, Metre)> {
    let file = MidiFile::open(path)?;
    let in_file = |fault: Fault| fault.in_file(path);
    let tempo = Tempo::new(file.initial_tempo().bpm()).map_err(in_file)?;
    let metre = file.metre().map_err(in_file)?;
    if file.tempo_changes.iter().any(|change| change.at.0 > 0.0) {
        return Err(Error::Usage(format!(
            "{} changes its tempo. Save the music at one tempo.",
            path.display()
        )));
    }
    Ok((file, tempo, metre))
}
