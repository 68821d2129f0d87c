//! Drafts as files that a DAW opens: MIDI files, DAWproject and REAPER projects.
//!
//! An [`Arrangement`] holds what lies on the timeline; [`write()`] turns it into a file of an [`ExportFormat`]. All formats hold
//! the same notes, tempo, metre and markers; the layouts are in `docs/formats.md`.

mod arrangement;
pub(crate) mod colours;
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

/// Ticks per quarter note in MIDI files and REAPER projects: so many that a marker is within 1 ms of its place from 32 BPM on.
const TICKS_PER_BEAT: u16 = 960;

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
        hit_names: &arrangement.hit_names,
        chord_markers: choices.chord_markers,
        only: choices.part,
        outputs: arrangement.outputs,
        ticks_per_beat: TICKS_PER_BEAT,
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use midly::{MetaMessage, Smf, Timing, TrackEventKind};

    use super::*;
    use crate::export::testing::arrangement;

    /// Returns the ticks per beat and, of the first track, the ticks and contents of markers and key signatures.
    fn conductor(arrangement: &Arrangement, choices: &ExportChoices) -> (u16, Vec<(u32, String)>) {
        let bytes = midi(arrangement, choices).unwrap();
        let smf = Smf::parse(&bytes).unwrap();
        let Timing::Metrical(ticks_per_beat) = smf.header.timing else {
            panic!("{:?}", smf.header);
        };
        let mut tick = 0;
        let said = smf.tracks[0].iter().filter_map(|event| {
            tick += event.delta.as_int();
            match event.kind {
                TrackEventKind::Meta(MetaMessage::KeySignature(sharps, minor)) => {
                    Some((tick, format!("{sharps} sharps, minor: {minor}")))
                }
                TrackEventKind::Meta(MetaMessage::Marker(name)) => {
                    Some((tick, String::from_utf8_lossy(name).into_owned()))
                }
                _ => None,
            }
        });
        (ticks_per_beat.as_int(), said.collect())
    }

    #[test]
    fn a_midi_file_says_the_key_and_marks_the_hits_in_fine_ticks() {
        let whole = ExportChoices::default();
        assert_eq!(conductor(&Arrangement::default(), &whole).0, 960);
        // Under a changing tempo they are finer still.
        let (ticks_per_beat, said) = conductor(&arrangement(), &whole);
        assert_eq!(ticks_per_beat, 1920);
        let expected = [
            (0, "0 sharps, minor: true"),
            (0, "A"),
            (2880, "cut 1, hit"),
            (4320, "hit 1"),
            (7680, "B"),
            (12_960, "cut 2"),
        ];
        assert_eq!(said, expected.map(|(tick, text)| (tick, text.to_owned())));
    }

    #[test]
    fn chords_are_markers_by_choice() {
        let choices = ExportChoices {
            chord_markers: true,
            ..ExportChoices::default()
        };
        let (_, said) = conductor(&arrangement(), &choices);
        for chord in [(0, "Am"), (7680, "F")] {
            assert!(said.contains(&(chord.0, chord.1.to_owned())), "{said:?}");
        }
    }

    #[test]
    fn a_midi_file_with_a_video_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cue.mid");
        let choices = ExportChoices {
            video: Some(Video {
                path: "film.mp4".into(),
                length: crate::time::Seconds(1.0),
            }),
            ..ExportChoices::default()
        };
        let error = write(&arrangement(), ExportFormat::Midi, &choices, &path).unwrap_err();
        assert!(error.to_string().contains(".dawproject or .rpp"), "{error}");
        assert!(!path.exists());
    }
}
