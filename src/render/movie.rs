//! Movies: a clip's picture with rendered music in place of its sound.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::{Audio, MAX_DURATION};
use crate::error::{Error, Result};
use crate::formats::atomic_file;
use crate::time::Seconds;
use crate::video::ffmpeg::{self, file_address};
use crate::video::probe::probe;

/// Music that goes on beyond the picture fades out over this.
const FADE: Seconds = Seconds(1.0);
/// How the music is stored.
const AUDIO_CODEC: [&str; 4] = ["-c:a", "aac", "-b:a", "256k"];

/// Writes a movie of the picture of `clip`, copied as it is, and `audio`, whole or not at all; the ending of `output`
/// tells the kind of file. The picture starts at `picture_start` of the music, or before it where that is negative.
/// Music that goes on beyond the picture fades out with it.
///
/// # Errors
/// When `picture_start` is more than [`MAX_DURATION`] away; when the clip cannot be read or has no picture; where
/// FFmpeg is missing or cannot write such a movie; and [`Error::Io`] where `output` cannot be written.
pub fn write_movie(
    clip: &Path,
    mut audio: Audio,
    picture_start: Seconds,
    output: &Path,
) -> Result<()> {
    let limit = MAX_DURATION.0;
    if !(-limit..=limit).contains(&picture_start.0) {
        return Err(Error::value(
            format!(
                "a picture that starts {:.0} s into the music",
                picture_start.0
            ),
            format!("{:.0} s to {limit:.0} s", -limit),
        ));
    }
    audio.start_at(picture_start);
    if let Some(duration) = probe(clip)?.claimed_duration {
        audio.end_by(duration, FADE);
    }
    atomic_file::place_file(output, |movie| {
        let sound = movie.with_extension("wav");
        let written = audio.write_wav(&sound).map_err(|error| match error {
            Error::Io { source, .. } => Error::io(output)(source),
            other => other,
        });
        let result = written.and_then(|()| ffmpeg::run(&arguments(clip, &sound, movie)));
        let _ = fs::remove_file(&sound);
        result
    })
}

fn arguments(clip: &Path, sound: &Path, movie: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-i".into(), file_address(clip)];
    arguments.extend(["-i".into(), file_address(sound)]);
    let streams = ["-map", "0:V:0", "-map", "1:a:0", "-c:v", "copy"];
    arguments.extend(streams.iter().chain(&AUDIO_CODEC).map(Into::into));
    arguments.extend(["-y".into(), file_address(movie)]);
    arguments
}
