//! `bgm train`: a network learns from music.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::Device;
use clap::{Args, ValueEnum};
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::formats::atomic_file::remove_abandoned;
use diff_bgm::train::checkpoint::{Checkpoint, MODEL, Origin, fingerprint, read_model};
use diff_bgm::train::held_out::held_out_loss;
use diff_bgm::train::music::{Extent, Music};
use diff_bgm::train::record::Log;
use diff_bgm::train::samples::write_samples;
use diff_bgm::train::settings::TrainSettings;
use diff_bgm::train::trainer::Trainer;
use diff_bgm::train::variables::Variables;
use diff_bgm::{Error, Result};

use crate::progress::Progress;
use crate::threads::ThreadCount;

/// Steps of which the mean loss is shown.
const SHOWN_STEPS: usize = 50;

/// Train a network on music
///
/// Everything goes into one folder: `checkpoint.safetensors`, from which the same command goes on where it was stopped
/// or killed, `model.safetensors`, `log.jsonl`, `loss.png` and, for models of the kind cues, `samples.png`: rows of two
/// pairs, eight bars of the training music and what the model generates for their cues. The same seed and settings give
/// the same weights, however often a run is stopped. When it goes on, `--steps`, `--rate`, `--new-layers-rate`,
/// `--checkpoint-every` and `--samples-every` may change. With each checkpoint the log and the picture get the loss on
/// music that is never trained on, for models of the kind cues.
#[derive(Args)]
pub(crate) struct Arguments {
    /// POP909 as published or as one file, for models of the kind cues; BGM909 in the authors' layout, for theirs
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// A file of the songs of POP909, which is read instead, or written if it is missing
    #[arg(long, value_name = "MUSIC.safetensors")]
    cache: Option<PathBuf>,
    /// The folder of the run
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// A model file to start from; fresh weights, if not given
    #[arg(long, value_name = "MODEL.safetensors")]
    model: Option<PathBuf>,
    /// The network as a published `params.json` or the configuration of a model; that of the model in the box, if not
    /// given. With --model, that network with harmony or more time attention, which paints at first as it did
    #[arg(long, value_name = "PARAMS.json")]
    params: Option<PathBuf>,
    /// Settings to begin with: ours or the published ones; the following options change them
    #[arg(long, value_enum, default_value = "ours")]
    preset: Preset,
    /// Steps of the whole run
    #[arg(long)]
    steps: Option<u64>,
    /// Windows of eight bars a step
    #[arg(long)]
    batch: Option<usize>,
    /// The highest learning rate
    #[arg(long)]
    rate: Option<f64>,
    /// How many times faster the layers learn that --params adds to --model
    #[arg(long)]
    new_layers_rate: Option<f64>,
    /// Steps between checkpoints
    #[arg(long)]
    checkpoint_every: Option<u64>,
    /// Steps between pictures of samples; 0 for none
    #[arg(long, default_value = "1000")]
    samples_every: u64,
    /// Measures the scale of the cues on the music even where the network has one; where it has none, that is always done
    #[arg(long)]
    measure_cues: bool,
    /// Seed of weights, windows and noise
    #[arg(long)]
    seed: Option<u64>,
    /// What runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
    /// Threads; 0 takes one for every core
    #[arg(long, default_value = "0")]
    threads: ThreadCount,
}

#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    Ours,
    Published,
}

impl Arguments {
    fn settings(&self) -> TrainSettings {
        let preset = match self.preset {
            Preset::Ours => TrainSettings::ours(),
            Preset::Published => TrainSettings::published(),
        };
        TrainSettings {
            steps: self.steps.unwrap_or(preset.steps),
            batch: self.batch.unwrap_or(preset.batch),
            learning_rate: self.rate.unwrap_or(preset.learning_rate),
            new_layers_rate: self.new_layers_rate.unwrap_or(preset.new_layers_rate),
            checkpoint_every: self.checkpoint_every.unwrap_or(preset.checkpoint_every),
            seed: self.seed.unwrap_or(preset.seed),
            ..preset
        }
    }

    /// The settings of a run that goes on: those it had, but for the options that may change on the way.
    fn resumed(&self, had: &TrainSettings) -> Result<TrainSettings> {
        let changed = |settings: TrainSettings| TrainSettings {
            steps: self.steps.unwrap_or(had.steps),
            learning_rate: self.rate.unwrap_or(had.learning_rate),
            new_layers_rate: self.new_layers_rate.unwrap_or(had.new_layers_rate),
            checkpoint_every: self.checkpoint_every.unwrap_or(had.checkpoint_every),
            ..settings
        };
        let (resumed, asked) = (changed(had.clone()), changed(self.settings()));
        if asked != resumed {
            let (found, asked) = (resumed.unlike(&asked), asked.unlike(&resumed));
            return Err(Error::value(
                format!(
                    "a run in {} with {}",
                    self.output.display(),
                    found.join(", ")
                ),
                format!("{} as the options say, or another folder", asked.join(", ")),
            ));
        }
        Ok(resumed)
    }

    /// Checks that a run that goes on is of the network and the beginning that the options ask for.
    fn expect_same_beginning(&self, checkpoint: &Checkpoint) -> Result<()> {
        let refuse = |found: &str, option: &str| {
            let found = format!("a run in {} {found}", self.output.display());
            let expected = format!("no {option} or that of its beginning, or another folder");
            Err(Error::value(found, expected))
        };
        if let Some(params) = &self.params {
            let mut asked = read_params(params)?;
            asked
                .cue_quantiles
                .clone_from(&checkpoint.config.cue_quantiles);
            if asked != checkpoint.config {
                return refuse("of another network", "--params");
            }
        }
        let Some(origin) = &checkpoint.origin else {
            return Ok(());
        };
        if let Some(model) = &self.model
            && origin.model != Some(fingerprint(model)?)
        {
            return refuse("that did not start from this model", "--model");
        }
        if self.measure_cues && !origin.measure_cues {
            return refuse("that took the scale of its cues over", "--measure-cues");
        }
        Ok(())
    }

    /// What a run with this music has to have been begun with.
    fn origin(&self, had: Option<Origin>, music: Extent) -> Result<Origin> {
        match had {
            Some(had) if had.music != music => Err(Error::value(
                format!(
                    "{} songs of {} windows in {}",
                    music.songs,
                    music.windows,
                    self.data.display()
                ),
                format!(
                    "{} of {}, on which the run in {} was begun, or another folder",
                    had.music.songs,
                    had.music.windows,
                    self.output.display()
                ),
            )),
            Some(had) => Ok(had),
            None => Ok(Origin {
                model: (self.model.as_deref()).map(fingerprint).transpose()?,
                measure_cues: self.measure_cues,
                music,
            }),
        }
    }

    /// The run in the output folder, or the beginning of one.
    fn begun(&self, device: &Device) -> Result<Checkpoint> {
        if let Some(mut checkpoint) = Checkpoint::read(&self.output, device)? {
            self.expect_same_beginning(&checkpoint)?;
            checkpoint.settings = self.resumed(&checkpoint.settings)?;
            return Ok(checkpoint);
        }
        if matches!(self.preset, Preset::Published) && (&self.model, &self.params) == (&None, &None)
        {
            return Err(Error::value(
                "the published settings and no network",
                "--params with the authors' params.json, or a --model to start from",
            ));
        }
        let settings = self.settings();
        let (mut config, variables) = match (&self.model, &self.params) {
            (Some(path), None) => {
                let (config, tensors) = read_model(path, device)?;
                let variables = Variables::from_tensors(&config, &tensors, device)
                    .map_err(|error| error.in_file(path))?;
                (config, variables)
            }
            (Some(path), Some(params)) => {
                let (start, tensors) = read_model(path, device)?;
                let mut config = read_params(params)?;
                config.cue_quantiles.clone_from(&start.cue_quantiles);
                let variables =
                    Variables::extended(&config, &start, &tensors, settings.seed, device)
                        .map_err(|error| error.in_file(path))?;
                (config, variables)
            }
            (None, params) => {
                let config = match params {
                    Some(path) => read_params(path)?,
                    None => Model::in_the_box(device)?.config().clone(),
                };
                let variables = Variables::fresh(&config, settings.seed, device)?;
                (config, variables)
            }
        };
        if self.measure_cues {
            config.cue_quantiles.clear();
        }
        Trainer::new(config, settings, variables, device)?.checkpoint()
    }
}

fn read_params(path: &Path) -> Result<ModelConfig> {
    let text = fs::read_to_string(path).map_err(Error::io(path))?;
    ModelConfig::untrained(&text).map_err(|fault| fault.in_file(path))
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    arguments.settings().check()?;
    arguments.threads.apply()?;
    let device = arguments.device.open()?;
    let mut checkpoint = arguments.begun(&device)?;
    let mut progress = Progress::new();
    let (data, cache) = (&arguments.data, arguments.cache.as_deref());
    let music = Music::read(data, cache, &mut checkpoint.config, &mut |share| {
        progress.set(share, "reading the music");
    })?;
    progress.finish();
    checkpoint.origin = Some(arguments.origin(checkpoint.origin, music.extent())?);
    let mut trainer = Trainer::resume(checkpoint, &device)?;
    fs::create_dir_all(&arguments.output).map_err(Error::io(&arguments.output))?;
    remove_abandoned(&arguments.output)?;
    let mut log = Log::open(&arguments.output, trainer.steps_done())?;

    let first = trainer.steps_done();
    let mut progress = Progress::new();
    trainer.run(&music, &mut |trainer, report| {
        let TrainSettings {
            steps,
            checkpoint_every,
            ..
        } = *trainer.settings();
        let is_kept = report.step % checkpoint_every == 0 || report.step == steps;
        let held_out_loss = match is_kept {
            true => held_out_loss(&trainer.averaged_model()?, &music)?,
            false => None,
        };
        log.append(report, held_out_loss)?;
        if is_kept {
            trainer.checkpoint()?.write(&arguments.output)?;
            log.write_curve()?;
        }
        let samples_every = arguments.samples_every;
        if samples_every > 0 && (report.step % samples_every == 0 || report.step == steps) {
            write_samples(&arguments.output, trainer, &music)?;
        }
        let done = (report.step - first) as f64 / (steps - first) as f64;
        let loss = log.recent_loss(SHOWN_STEPS);
        progress.set(
            done,
            &format!("step {} of {steps}, loss {loss:.4}", report.step),
        );
        Ok(ControlFlow::Continue(()))
    })?;
    progress.finish();
    println!(
        "{}: {} steps, loss {:.4}",
        arguments.output.join(MODEL).display(),
        trainer.steps_done(),
        log.recent_loss(SHOWN_STEPS)
    );
    Ok(())
}
