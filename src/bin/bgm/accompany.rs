//! `bgm accompany`: an accompaniment to a tune.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use diff_bgm::Result;
use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Draft, Settings, accompany};
use diff_bgm::music::key::Key;

use crate::chords::TypedChords;
use crate::controls::ControlArgs;
use crate::midi_input;
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
    chords: Option<TypedChords>,
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

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    expect_extension(&arguments.output, &["mid", "midi"])?;
    expect_writable(&arguments.output)?;
    let (file, tempo_map, metre) = midi_input::read(&arguments.tune)?;
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
        tempo_map,
        metre,
        seed: arguments.seed,
        steering,
        harmony: match &arguments.chords {
            Some(chords) => Harmony::Chords(chords.lane()),
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
