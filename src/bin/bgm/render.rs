//! `bgm render`: a MIDI file as sound.

use std::path::PathBuf;

use clap::Args;
use diff_bgm::Result;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::render::instrument::Instrument;
use diff_bgm::render::render;

use crate::output::expect_extension;

/// Renders a MIDI file as sound.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The MIDI file, such as a draft.
    midi: PathBuf,
    /// The WAV file to write.
    #[arg(short, long, value_name = "SOUND.wav")]
    output: PathBuf,
    /// A soundfont to play with; one of the system or else a simple electric piano, if not given.
    #[arg(long, value_name = "PIANO.sf2")]
    soundfont: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    expect_extension(&arguments.output, &["wav"])?;
    let file = MidiFile::open(&arguments.midi)?;
    let mut instrument = match &arguments.soundfont {
        Some(path) => Instrument::soundfont(path)?,
        None => Instrument::of_system()?,
    };
    let mut audio =
        render(&file, &mut instrument).map_err(|fault| fault.in_file(&arguments.midi))?;
    audio.normalise();
    audio.write_wav(&arguments.output)?;
    println!(
        "{}: {:.1} s, played by {}",
        arguments.output.display(),
        audio.duration().0,
        match instrument.soundfont_path() {
            Some(path) => path.display().to_string(),
            None => "the electric piano in the box".to_owned(),
        }
    );
    Ok(())
}
