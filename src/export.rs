//! Drafts as files that a DAW opens: MIDI files, DAWproject and REAPER projects.
//!
//! An [`Arrangement`] holds what lies on the timeline; [`write()`] turns it into a file of an [`ExportFormat`]. All formats hold
//! the same notes, tempo, metre and markers; the layouts are in `docs/formats.md`.

mod arrangement;
mod colours;
mod dawproject;
mod format;
mod reaper;
#[cfg(test)]
mod testing;

mod video;
mod xml;

use std::path::Path;

pub use arrangement::Arrangement;
pub use format::ExportFormat;
pub use video::Video;

use crate::error::Result;
use crate::formats::atomic_file;
use crate::music::midi_file::MidiContents;
use crate::music::part::Part;

/// What a file is to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportChoices {
    /// The only part that is written; all if `None`.
    pub part: Option<Part>,
    /// Whether chords are markers, which more DAWs read than texts.
    pub chord_markers: bool,
    /// The video, on a track of its own.
    pub video: Option<Video>,
}

/// Writes the file at `path`, atomically. The same arrangement, choices and place give the same bytes.
///
/// # Errors
/// Returns an error if `path` cannot be written, the part that was chosen has no notes, the format cannot hold a video, or
/// the video ends before the music begins or has a name that is not Unicode.
pub fn write(
    arrangement: &Arrangement,
    format: ExportFormat,
    choices: &ExportChoices,
    path: &Path,
) -> Result<()> {
    if choices.video.is_some() {
        format.expect_video()?;
    }
    let bytes = match format {
        ExportFormat::Midi => midi(arrangement, choices)?,
        ExportFormat::DawProject => dawproject::encode(arrangement, choices, path)?,
        ExportFormat::Reaper => reaper::encode(arrangement, choices, path)?.into_bytes(),
    };
    atomic_file::write_bytes(path, &bytes)
}

/// A file of a single part is no draft that could be worked on, so its description is only the line for people.
fn midi(arrangement: &Arrangement, choices: &ExportChoices) -> Result<Vec<u8>> {
    arrangement.parts(choices.part)?;
    let description = match choices.part {
        Some(_) => arrangement.description.lines().next().unwrap_or_default(),
        None => &arrangement.description,
    };
    let bytes = arrangement.score.to_midi_with(&MidiContents {
        description,
        controls: Some(&arrangement.controls),
        key: arrangement.key,
        hits: &arrangement.hits,
        chord_markers: choices.chord_markers,
        only: choices.part,
        ..MidiContents::default()
    })?;
    Ok(bytes)
}
