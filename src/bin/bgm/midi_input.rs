//! Music that a command is given: a MIDI file in one metre.

use std::path::Path;

use diff_bgm::music::metre::Metre;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::tempo_map::TempoMap;
use diff_bgm::{Fault, Result};

/// Reads a MIDI file, its tempo and its metre.
///
/// # Errors
/// Returns an error if it cannot be read, has a tempo out of range, or changes its metre.
pub(crate) fn read(path: &Path) -> Result<(MidiFile, TempoMap, Metre)> {
    let file = MidiFile::open(path)?;
    let in_file = |fault: Fault| fault.in_file(path);
    let tempo_map = file.tempo_map().map_err(in_file)?;
    let metre = metre_of(&file).map_err(in_file)?;
    Ok((file, tempo_map, metre))
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
