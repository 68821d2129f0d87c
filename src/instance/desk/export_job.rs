//! Writing the current take for a DAW.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::export::{ExportChoices, ExportFormat, Video};
use crate::features::is_clip_file;
use crate::instance::notice::Notice;
use crate::instance::state::State;

/// Writes the current take of `state` to `path`, as it is played: as a DAWproject or a REAPER project with the clip's video if
/// its ending says so, otherwise as a MIDI file.
///
/// # Errors
/// Returns an error if there is no take or the file cannot be written.
pub(super) fn write(state: &State, path: PathBuf) -> Result<Notice> {
    let take = state.current_take().ok_or_else(|| {
        Error::Usage("There is no draft to export. Press Generate first.".to_owned())
    })?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    let format = ExportFormat::of_path(&path).unwrap_or(ExportFormat::Midi);
    let arrangement = state.arrangement(take);
    let choices = state.export_choices();
    if format == ExportFormat::Midi {
        crate::export::write(&arrangement, format, &choices, &path)?;
        return Ok(Notice::Wrote(path));
    }
    let video = video_of(state).map(Video::open);
    let (video, fault) = match video {
        Some(Ok((video, _))) => (Some(video), None),
        Some(Err(fault)) => (None, Some(fault)),
        None => (None, None),
    };
    let choices = ExportChoices { video, ..choices };
    crate::export::write(&arrangement, format, &choices, &path)?;
    Ok(match fault {
        None => Notice::Wrote(path),
        Some(fault) => Notice::Done(format!(
            "Wrote {} without the video: {fault}",
            path.display()
        )),
    })
}

/// Returns the clip's video, if the clip is one and not a clip file.
fn video_of(state: &State) -> Option<&Path> {
    let clip = state.clip.as_ref()?;
    (!is_clip_file(&clip.path)).then_some(&*clip.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::ClipFeatures;
    use crate::generator::Draft;
    use crate::instance::SavedClip;
    use crate::music::chord::ChordChange;
    use crate::music::midi_file::MidiFile;
    use crate::music::note::Note;
    use crate::music::outputs::Output;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::time::{Beats, Tempo};

    /// A take of one note of the bass, which leaves on channel 10 an octave lower.
    fn state() -> State {
        let mut state = State::default();
        let note = Note {
            start: Beats(0.0),
            length: Beats(1.0),
            pitch: 40,
            velocity: 90,
            part: Part::Bass,
        };
        let draft = Draft {
            score: Score::repaired(RawScore {
                notes: vec![note],
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        state.add_take(draft, 0);
        state.outputs.bass = Output {
            channel: 10,
            octaves: -1,
        };
        state
    }

    #[test]
    fn an_exported_file_has_the_channels_and_octaves_that_are_played() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/bass.mid");
        let notice = write(&state(), path.clone()).unwrap();
        assert_eq!(notice, Notice::Wrote(path.clone()));
        let file = MidiFile::open(&path).unwrap();
        let sent: Vec<(u8, u8)> = (file.events.iter())
            .map(|event| (event.channel, event.data[0]))
            .collect();
        assert_eq!(sent, [(9, 28), (9, 28)]);
    }

    #[test]
    fn chords_are_markers_in_every_kind_of_file_if_the_user_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = state();
        let draft = Draft {
            score: Score::repaired(RawScore {
                chords: vec![ChordChange {
                    start: Beats(0.0),
                    symbol: "F#m7".to_owned(),
                }],
                notes: state.takes[0].draft.score.notes().to_vec(),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        state.add_take(draft, 0);
        for chord_markers in [false, true] {
            state.chord_markers = chord_markers;
            let path = folder.path().join("cue.mid");
            write(&state, path.clone()).unwrap();
            let markers = MidiFile::open(&path).unwrap().markers;
            assert_eq!(
                markers.iter().any(|marker| marker.text == "F#m7"),
                chord_markers
            );
            let path = folder.path().join("cue.rpp");
            write(&state, path.clone()).unwrap();
            let project = fs::read_to_string(&path).unwrap();
            let is_marker = |line: &str| line.trim().starts_with("MARKER") && line.contains("F#m7");
            assert_eq!(project.lines().any(is_marker), chord_markers);
        }
    }

    #[test]
    fn the_ending_of_the_name_says_which_kind_of_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for (name, begins) in [
            ("cue.rpp", "<REAPER_PROJECT"),
            ("cue.dawproject", "PK"),
            ("cue.mid", "MThd"),
            ("cue", "MThd"),
        ] {
            let path = folder.path().join(name);
            write(&state(), path.clone()).unwrap();
            let bytes = fs::read(&path).unwrap();
            assert!(bytes.starts_with(begins.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_project_is_written_without_a_video_that_is_gone_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let clip = folder.path().join("gone.mp4");
        let state = State {
            clip: Some(SavedClip::new(
                clip,
                &ClipFeatures::default(),
                Tempo::DEFAULT,
            )),
            ..state()
        };
        let path = folder.path().join("cue.rpp");
        let Ok(Notice::Done(said)) = write(&state, path.clone()) else {
            panic!("no word of the video");
        };
        assert!(said.contains("without the video"), "{said}");
        assert!(path.exists());
    }

    #[test]
    fn without_a_take_there_is_nothing_to_write() {
        let nothing = write(&State::default(), "cue.mid".into());
        assert!(matches!(nothing, Err(Error::Usage(_))));
    }
}
