//! `bgm train`: trains a network on music.

mod start;

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use diff_bgm::counted::counted;
use diff_bgm::dataset::parts_sources::LeftOut;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::formats::atomic_file::remove_abandoned;
use diff_bgm::train::checkpoint::MODEL;
use diff_bgm::train::held_out::held_out_loss;
use diff_bgm::train::music::{Music, MusicPaths};
use diff_bgm::train::record::Log;
use diff_bgm::train::samples::write_samples;
use diff_bgm::train::settings::TrainSettings;
use diff_bgm::train::trainer::Trainer;
use diff_bgm::{Error, Result};

use crate::output::say;
use crate::progress::Progress;
use crate::threads::ThreadCount;

/// Steps in the mean loss that is shown.
const SHOWN_STEPS: usize = 50;
/// Scores that were left out and are named.
const SHOWN_LEFT_OUT: usize = 5;

/// Train a network on music
///
/// All files of a run are in one folder: `checkpoint.safetensors`, `model.safetensors`, `log.jsonl`, `loss.png` and, for
/// models of the kind cues, `samples.png`, which shows eight-bar windows of the training music, each beside what the
/// model generates for its cues.
///
/// Models of the kind parts need `--preset parts`. They are trained on POP909, with the scores of OpenScore Lieder
/// (--lieder) and OpenScore String Quartets (--quartets) if given; every 20th piece of each is held out. --cache keeps
/// all of it in one file, which --data accepts too. They start from --model, which may be of the kind parts or cues, or
/// from fresh weights. The preset is made for a GPU; on a CPU, add `--batch 8 --rate 1.5e-4`.
///
/// To resume a run that was stopped or killed, repeat the command. `--steps`, `--rate`, `--new-layers-rate`,
/// `--checkpoint-every` and `--samples-every` may change. The same seed and settings give the same weights, however often
/// a run is stopped.
///
/// For models of the kinds cues and parts, each checkpoint adds the loss on music that is never trained on to the log and the
/// picture.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The data set: POP909 as published or as a cache file, for models of the kinds cues and parts; BGM909 in the
    /// authors' layout, for the published kinds
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Scores of OpenScore Lieder, `.mxl` or `.musicxml` in any folders, for models of the kind parts
    #[arg(long, value_name = "DIR")]
    lieder: Option<PathBuf>,
    /// Scores of OpenScore String Quartets, for models of the kind parts
    #[arg(long, value_name = "DIR")]
    quartets: Option<PathBuf>,
    /// Cache file for the music: read instead of the folders, or written if missing; `.safetensors` for models of the
    /// kind cues, `.npz` for models of the kind parts
    #[arg(long, value_name = "FILE")]
    cache: Option<PathBuf>,
    /// The folder of the run
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Model file to start from [default: fresh weights]
    #[arg(long, value_name = "MODEL.safetensors")]
    model: Option<PathBuf>,
    /// The network, as a published `params.json` or the configuration of a model [default: that of the built-in model,
    /// with `--preset parts` in parts].
    /// With --model, it may add harmony or time attention to the model, which initially generates the same as before
    #[arg(long, value_name = "PARAMS.json")]
    params: Option<PathBuf>,
    /// Base settings, which the options below change
    #[arg(long, value_enum, default_value = "ours")]
    preset: Preset,
    /// Steps in the whole run
    #[arg(long)]
    steps: Option<u64>,
    /// Eight-bar windows in a batch
    #[arg(long)]
    batch: Option<usize>,
    /// Peak learning rate
    #[arg(long)]
    rate: Option<f64>,
    /// Factor on the learning rate of the layers that --params adds to --model
    #[arg(long)]
    new_layers_rate: Option<f64>,
    /// Steps between checkpoints
    #[arg(long)]
    checkpoint_every: Option<u64>,
    /// Steps between pictures of samples; 0 for no pictures
    #[arg(long, default_value = "1000")]
    samples_every: u64,
    /// Measure the scale of the cues on the music even if the network has one (if not, it is always measured)
    #[arg(long)]
    measure_cues: bool,
    /// Seed of the weights, windows and noise
    #[arg(long)]
    seed: Option<u64>,
    /// The device that runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
    /// Threads; 0 uses one per core
    #[arg(long, default_value = "0")]
    threads: ThreadCount,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// The first training stage of the built-in model
    Ours,
    /// The training of the model in parts
    Parts,
    /// The authors' settings
    Published,
}

impl Arguments {
    fn paths(&self) -> MusicPaths<'_> {
        MusicPaths {
            data: &self.data,
            cache: self.cache.as_deref(),
            lieder: self.lieder.as_deref(),
            quartets: self.quartets.as_deref(),
        }
    }

    fn settings(&self) -> TrainSettings {
        let preset = match self.preset {
            Preset::Ours => TrainSettings::ours(),
            Preset::Parts => TrainSettings::parts(),
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
}

/// Prints how many scores were left out, and the first few with the reasons.
fn report_left_out(scores: &[LeftOut]) {
    if scores.is_empty() {
        return;
    }
    eprintln!("{} left out:", counted(scores.len(), "score"));
    for score in scores.iter().take(SHOWN_LEFT_OUT) {
        eprintln!("  {}: {}", score.path.display(), score.reason);
    }
    if scores.len() > SHOWN_LEFT_OUT {
        eprintln!("  and {} more", scores.len() - SHOWN_LEFT_OUT);
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    arguments.settings().check()?;
    arguments.threads.apply()?;
    let device = arguments.device.open()?;
    let mut checkpoint = arguments.checkpoint(&device)?;
    let mut progress = Progress::new();
    let music = Music::read(arguments.paths(), &mut checkpoint.config, &mut |share| {
        progress.set(share, "reading music");
    })?;
    progress.finish();
    report_left_out(music.left_out());
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
    say(format!(
        "{}: {} steps, loss {:.4}",
        arguments.output.join(MODEL).display(),
        trainer.steps_done(),
        log.recent_loss(SHOWN_STEPS)
    ))
}
