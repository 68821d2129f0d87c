//! `bgm accompany`: an accompaniment to a tune.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Draft, Settings, accompany};
use diff_bgm::music::chord::ChordLane;
use diff_bgm::music::key::Key;
use diff_bgm::music::metre::Metre;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Tempo;
use diff_bgm::{Error, Fault, Result};

use crate::controls::ControlArgs;
use crate::output::expect_extension;
use crate::steering::SteeringArgs;
use crate::style::{StyleChoice, style};
use crate::work::{self, WorkArgs};

/// Make an accompaniment to a tune
///
/// The tune stays exactly as it was played; metre and tempo are those of its file, and so are pedal and expression if
/// `bgm generate` wrote it with them. Needs a model of the family `parts`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The tune: any MIDI file
    tune: PathBuf,
    /// The MIDI file to write
    #[arg(short, long, value_name = "NEW.mid")]
    output: PathBuf,
    /// Seed: the same seed and settings give the same notes
    #[arg(long, default_value = "1")]
    seed: u64,
    /// The chords, bar by bar and repeated to the end, such as "Am | F G | C/E" [default: planned to fit the tune]
    #[arg(long, value_name = "CHORDS", conflicts_with = "key")]
    chords: Option<ChordLane>,
    /// The key of the planned chords, such as C or F#m [default: that of the tune]
    #[arg(long)]
    key: Option<Key>,
    /// Style: pop, song, strings, or free (the model decides)
    #[arg(long, default_value = "pop", value_parser = style)]
    style: StyleChoice,
    #[command(flatten)]
    controls: ControlArgs,
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    steering: SteeringArgs,
}

/// The metre of a file that has only one.
fn metre_of(file: &MidiFile) -> Result<Metre, Fault> {
    let mut metre = Metre::COMMON;
    for signature in &file.time_signatures {
        let next = Metre::new(signature.numerator, signature.denominator as u8)?;
        if signature.at.0 > 0.0 && next != metre {
            return Err(Fault::new(
                format!("a change from {metre} to {next}"),
                "a tune in one metre",
            ));
        }
        metre = next;
    }
    Ok(metre)
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    expect_extension(&arguments.output, &["mid", "midi"])?;
    expect_writable(&arguments.output)?;
    let file = MidiFile::open(&arguments.tune)?;
    let in_file = |fault: Fault| fault.in_file(&arguments.tune);
    let tempo = Tempo::new(file.initial_tempo().bpm()).map_err(in_file)?;
    let metre = metre_of(&file).map_err(in_file)?;
    if file.tempo_changes.iter().any(|change| change.at.0 > 0.0) {
        return Err(Error::Usage(format!(
            "{} changes its tempo. Save the tune at one tempo.",
            arguments.tune.display()
        )));
    }
    let steering = arguments.steering.steering()?;
    let model = arguments.work.load()?;
    let usual = Settings::for_family(model.config().cond_type);
    // A tune from a draft brings the controllers that were asked for it.
    let usual = match Draft::of_midi(&file) {
        Ok(draft) => Settings {
            pedal: draft.recipe.settings.pedal,
            expression: draft.recipe.settings.expression,
            ..usual
        },
        Err(_) => usual,
    };
    let settings = Settings {
        tempo,
        metre,
        seed: arguments.seed,
        steering,
        harmony: match &arguments.chords {
            Some(chords) => Harmony::Chords(chords.clone()),
            None => Harmony::Planned(arguments.key),
        },
        style: arguments.style.0,
        ..usual
    };
    let settings = arguments.controls.over(settings, &model)?;
    let tune = file.notes();
    let draft =
        work::with_progress(|on_progress| accompany(&model, &tune, &settings, on_progress))?;
    work::write(&draft, &arguments.output, started.elapsed().as_secs_f64())
}
