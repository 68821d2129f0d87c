//! Movies: the picture of a clip with rendered music as its sound.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::{Audio, MAX_DURATION};
use crate::error::{Error, Result};
use crate::formats::atomic_file;
use crate::time::Seconds;
use crate::video::ffmpeg::{self, file_address};
use crate::video::probe::{Probe, probe};

/// The fade-out of music that is longer than the picture.
const FADE: Seconds = Seconds(1.0);
/// FFmpeg's options for the music.
const AUDIO_CODEC: [&str; 4] = ["-c:a", "aac", "-b:a", "256k"];

/// Writes a movie of the picture of `clip`, copied without re-encoding, and `audio`, atomically.
///
/// The extension of `output` sets the format. The clip's second 0, where the earliest of its streams begins, is at
/// `picture_start` of the music, or before the music if that is negative. Music that is longer than the picture fades out
/// with it. Returns what the user should know about the clip, in sentences.
///
/// # Errors
/// Returns an error if `picture_start` is more than [`MAX_DURATION`] away, the clip cannot be read or has no picture,
/// FFmpeg is missing or cannot write such a movie, or `output` cannot be written.
pub fn write_movie(
    clip: &Path,
    mut audio: Audio,
    picture_start: Seconds,
    output: &Path,
) -> Result<Vec<String>> {
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
    let picture = probe(clip)?;
    audio.end_by(picture.end, FADE);
    atomic_file::place_file(output, |movie| {
        let sound = movie.with_extension("wav");
        let written = audio.write_wav(&sound).map_err(|error| match error {
            Error::Io { source, .. } => Error::io(output)(source),
            other => other,
        });
        let result = written
            .and_then(|()| ffmpeg::run(&arguments(clip, &picture, &sound, movie)))
            .map_err(|error| with_remedy(error, output));
        let _ = fs::remove_file(&sound);
        result
    })?;
    let missing = picture.missing(picture.last, None);
    Ok(picture.warnings.into_iter().chain(missing).collect())
}

/// Adds to an error about a codec that the kind of movie cannot hold which kinds can.
fn with_remedy(error: Error, output: &Path) -> Error {
    match error {
        Error::Program { program, message } if message.contains("supported in") => {
            let extension = output.extension().unwrap_or_default();
            let others: Vec<String> = ["mov", "mkv"]
                .into_iter()
                .filter(|other| !extension.eq_ignore_ascii_case(other))
                .map(|other| format!(".{other}"))
                .collect();
            Error::Program {
                program,
                message: format!("{message}; write a {} instead", others.join(" or ")),
            }
        }
        other => other,
    }
}

/// Returns the arguments of `ffmpeg`. The picture keeps its time stamps, less that of the clip's second 0, at which the
/// sound starts.
fn arguments(clip: &Path, picture: &Probe, sound: &Path, movie: &Path) -> Vec<OsString> {
    let zero = picture.zero.0;
    let mut arguments: Vec<OsString> = vec!["-copyts".into(), "-i".into(), file_address(clip)];
    arguments.extend(["-itsoffset".into(), format!("{zero:.6}").into()]);
    arguments.extend(["-i".into(), file_address(sound)]);
    arguments.extend(["-map".into(), format!("0:{}", picture.stream).into()]);
    let codecs = ["-map", "1:a:0", "-c:v", "copy"];
    arguments.extend(codecs.iter().chain(&AUDIO_CODEC).map(Into::into));
    arguments.extend(["-output_ts_offset".into(), format!("{:.6}", -zero).into()]);
    arguments.extend(["-y".into(), file_address(movie)]);
    arguments
}
