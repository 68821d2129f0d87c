//! `bgm evaluate`: compares generated music with held-out music.

mod cues;
mod parts;
mod published;
mod sheet;

use std::path::{Path, PathBuf};

use clap::Args;
use diff_bgm::diffusion::coherence::Coherence;
use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::evaluate::Harmony;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::generator::{Settings, default_guidance_scale};
use diff_bgm::{Error, Result};
use serde::Serialize;

use crate::coherence::CoherenceArgs;
use crate::output::say;
use crate::threads::ThreadCount;
use parts::PartsArgs;
use published::PublishedArgs;

/// The most segments.
const MAX_SEGMENTS: usize = 10_000;

/// Compare generated music with real music
///
/// Takes a fixed choice of windows of 32 beats from music that is never trained on, generates a segment for the cues of each,
/// and measures both. A model in parts is measured by part and task. docs/experiments.md explains the figures.
///
/// A model of a published kind makes whole pieces for the embeddings of the pieces that its data set holds out; docs/published.md
/// explains the figures.
#[derive(Args)]
pub(crate) struct Arguments {
    /// POP909, as published (one folder a song) or as a cache file; for a model in parts, music in parts (`.npz`); for a
    /// published kind, a data set in the authors' layout
    #[arg(long, value_name = "DIR", required_unless_present = "music_features")]
    data: Option<PathBuf>,
    /// Cache file for POP909: read instead of the folder, or written if missing
    #[arg(long, value_name = "MUSIC.safetensors")]
    cache: Option<PathBuf>,
    /// Number of segments to generate
    #[arg(long, default_value = "64")]
    segments: usize,
    /// The model file, of the kind cues or parts [default: the built-in model]
    #[arg(long, value_name = "MODEL.safetensors")]
    model: Option<PathBuf>,
    /// Sampler: ddpm, ddim, dpm++2m or sde-dpm++2m [default: the model's own]
    #[arg(long)]
    sampler: Option<SamplerKind>,
    /// Sampling steps per segment; ddpm always takes every step of the model's schedule [default: the model's own]
    #[arg(long)]
    steps: Option<usize>,
    /// Share of fresh noise that sde-dpm++2m adds at each step, 0 to 1
    #[arg(long, default_value = "1")]
    churn: f64,
    /// How often weak bars are painted again
    #[arg(long, default_value = "0")]
    retouches: usize,
    /// How closely the music follows the cues; 1 is without guidance [default: the model's own]
    #[arg(long)]
    guidance: Option<f64>,
    /// Seed of the first segment; each further segment adds 1
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Chords for the model: planned, given (those of the real music) or free (none) [default: given to a model in parts,
    /// planned for others]
    #[arg(long)]
    harmony: Option<Harmony>,
    /// Also write the figures as JSON
    #[arg(long, value_name = "FIGURES.json")]
    json: Option<PathBuf>,
    /// Also write a picture of pairs of rolls, one real and one generated, with a key to which is which (`.key.json`)
    #[arg(long, value_name = "SHEET.png")]
    sheet: Option<PathBuf>,
    /// The device that runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
    /// Threads; 0 uses one per core
    #[arg(long, default_value = "0")]
    threads: ThreadCount,
    #[command(flatten)]
    parts: PartsArgs,
    #[command(flatten)]
    published: PublishedArgs,
    #[command(flatten)]
    coherence: CoherenceArgs,
}

impl Arguments {
    /// Returns the data set.
    fn data(&self) -> Result<&Path> {
        self.data
            .as_deref()
            .ok_or_else(|| Error::Usage("Give the data set with --data.".to_owned()))
    }
}

/// The contents of the JSON file.
#[derive(Serialize)]
struct Figures<'a, Report> {
    model: &'a str,
    sampler: SamplerKind,
    steps: usize,
    guidance_scale: f64,
    seed: u64,
    harmony: &'static str,
    coherence: Coherence,
    #[serde(flatten)]
    report: &'a Report,
    /// Seconds taken to generate the segments.
    seconds: f64,
}

impl<'a, Report> Figures<'a, Report> {
    fn new(
        model: &'a Model,
        harmony: Harmony,
        settings: &Settings,
        report: &'a Report,
        seconds: f64,
    ) -> Self {
        Self {
            model: model.name(),
            sampler: settings.sampler.kind,
            steps: settings.sampler.step_count(model.schedule()),
            guidance_scale: guidance_scale(model, settings),
            seed: settings.seed,
            harmony: harmony.name(),
            coherence: settings.coherence,
            report,
            seconds,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !(1..=MAX_SEGMENTS).contains(&arguments.segments) {
        let found = format!("{} segments", arguments.segments);
        return Err(Error::value(found, format!("1 to {MAX_SEGMENTS}")));
    }
    if let Some(path) = &arguments.json {
        expect_writable(path)?;
    }
    if let Some(path) = &arguments.sheet {
        sheet::check(path)?;
    }
    if let Some(folders) = &arguments.published.music_features {
        return published::compare_features(folders, arguments);
    }
    arguments.threads.apply()?;
    let device = arguments.device.open()?;
    let model = match &arguments.model {
        Some(path) => Model::load(path, &device),
        None => Model::built_in(&device),
    }?;
    let kind = model.config().cond_type;
    let usual = Settings::for_family(kind);
    let settings = Settings {
        seed: arguments.seed,
        sampler: SamplerSettings {
            kind: arguments.sampler.unwrap_or(usual.sampler.kind),
            steps: arguments.steps.unwrap_or(usual.sampler.steps),
            churn: arguments.churn,
            ..usual.sampler
        },
        guidance_scale: arguments.guidance,
        retouches: arguments.retouches,
        coherence: (arguments.coherence).over(usual.coherence),
        ..usual
    };
    match kind {
        ConditionKind::Parts => parts::run(arguments, &model, &settings),
        kind if kind.is_published() => published::run(arguments, &model, &settings),
        _ => cues::run(arguments, &model, &settings),
    }
}

fn print_heading(model: &Model, harmony: Harmony, settings: &Settings, seconds: f64) -> Result<()> {
    say(format!(
        "{}, {} of {} steps, guidance {}, harmony {}, seed {}, {seconds:.1} s",
        model.name(),
        settings.sampler.kind,
        settings.sampler.step_count(model.schedule()),
        guidance_scale(model, settings),
        harmony.name(),
        settings.seed,
    ))
}

fn guidance_scale(model: &Model, settings: &Settings) -> f64 {
    (settings.guidance_scale).unwrap_or_else(|| default_guidance_scale(model.config().cond_type))
}
