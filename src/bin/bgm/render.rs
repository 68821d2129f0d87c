//! `bgm render`: plays a MIDI file into a sound file, or into the sound track of a movie.

use std::path::PathBuf;

use clap::Args;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::render::instrument::Instrument;
use diff_bgm::render::{check_duration, render, write_movie};
use diff_bgm::time::Beats;
use diff_bgm::{Error, Result};

use crate::midi_input;
use crate::output::{expect_extension, say, warn};

/// File extensions of movies.
const MOVIE_ENDINGS: &[&str] = &["mp4", "m4v", "mov", "mkv"];

/// Render a MIDI file to audio, or put it under a video
///
/// Music of at most 30 minutes is played; the sound is kept in memory until it is complete.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The MIDI file to play
    midi: PathBuf,
    /// The WAV file to write; with --video, the movie (.mp4, .m4v, .mov or .mkv)
    #[arg(short, long, value_name = "SOUND.wav")]
    output: PathBuf,
    /// The soundfont to play it with [default: one installed on the system, else a simple electric piano]
    #[arg(long, value_name = "PIANO.sf2")]
    soundfont: Option<PathBuf>,
    /// The video to put the music under; its own sound is replaced
    #[arg(long, value_name = "CLIP.mp4")]
    video: Option<PathBuf>,
    /// Beat of the music at which the video starts, as in `bgm generate`, counted from 0
    #[arg(
        long,
        default_value = "0",
        requires = "video",
        allow_hyphen_values = true
    )]
    start: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let output = &arguments.output;
    match arguments.video {
        Some(_) => expect_extension(output, MOVIE_ENDINGS)?,
        None if expect_extension(output, MOVIE_ENDINGS).is_ok() => {
            return Err(Error::Usage(format!(
                "{} is the name of a movie. Add --video CLIP for its picture, or choose a name that ends in .wav.",
                output.display()
            )));
        }
        None => expect_extension(output, &["wav"])?,
    }
    expect_writable(output)?;
    let file = midi_input::open(&arguments.midi)?;
    check_duration(&file).map_err(|fault| fault.in_file(&arguments.midi))?;
    let mut instrument = match &arguments.soundfont {
        Some(path) => Instrument::soundfont(path)?,
        None => Instrument::of_system()?,
    };
    let mut audio =
        render(&file, &mut instrument).map_err(|fault| fault.in_file(&arguments.midi))?;
    let is_silent = audio.is_silent() && file.tracks.iter().any(|track| !track.notes.is_empty());
    audio.normalise();
    let duration = audio.duration();
    match &arguments.video {
        Some(clip) => {
            let picture_start = file.seconds_at(Beats(arguments.start));
            for warning in write_movie(clip, audio, picture_start, output)? {
                warn(format!("{}: {warning}", clip.display()));
            }
        }
        None => audio.write_wav(output)?,
    }
    let player = match instrument.soundfont_path() {
        Some(path) => path.display().to_string(),
        None => "the built-in electric piano".to_owned(),
    };
    if is_silent {
        warn(format!(
            "{}: silent, because {player} has no sound for these notes. Choose another with --soundfont.",
            output.display()
        ));
    }
    say(format!(
        "{}: {:.1} s of music, played by {player}",
        output.display(),
        duration.0
    ))
}
