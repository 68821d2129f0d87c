//! `bgm render`: a MIDI file as sound, or as the sound of a movie.

use std::path::PathBuf;

use clap::Args;
use diff_bgm::Result;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::render::instrument::Instrument;
use diff_bgm::render::{render, write_movie};
use diff_bgm::time::Beats;

use crate::output::expect_extension;

/// Renders a MIDI file as sound, or as the sound of a movie.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The MIDI file, such as a draft.
    midi: PathBuf,
    /// The WAV file to write; with --video the movie: .mp4, .m4v, .mov or .mkv.
    #[arg(short, long, value_name = "SOUND.wav")]
    output: PathBuf,
    /// A soundfont to play with; one of the system or else a simple electric piano, if not given.
    #[arg(long, value_name = "PIANO.sf2")]
    soundfont: Option<PathBuf>,
    /// A clip, whose picture gets the sound in place of its own.
    #[arg(long, value_name = "CLIP.mp4")]
    video: Option<PathBuf>,
    /// Beat of the music at which the clip starts, as for `bgm generate`.
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
    let endings: &[&str] = match arguments.video {
        Some(_) => &["mp4", "m4v", "mov", "mkv"],
        None => &["wav"],
    };
    expect_extension(output, endings)?;
    let file = MidiFile::open(&arguments.midi)?;
    let mut instrument = match &arguments.soundfont {
        Some(path) => Instrument::soundfont(path)?,
        None => Instrument::of_system()?,
    };
    let mut audio =
        render(&file, &mut instrument).map_err(|fault| fault.in_file(&arguments.midi))?;
    audio.normalise();
    let duration = audio.duration();
    match &arguments.video {
        Some(clip) => {
            let picture_start = file.seconds_at(Beats(arguments.start));
            write_movie(clip, audio, picture_start, output)?;
        }
        None => audio.write_wav(output)?,
    }
    let player = match instrument.soundfont_path() {
        Some(path) => path.display().to_string(),
        None => "the electric piano in the box".to_owned(),
    };
    println!(
        "{}: {:.1} s of music, played by {player}",
        output.display(),
        duration.0
    );
    Ok(())
}
