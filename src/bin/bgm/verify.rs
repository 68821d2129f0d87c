//! `bgm verify`: compares a model's outputs with those that another implementation recorded.

use std::path::PathBuf;

use clap::Args;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::recording::Recording;
use diff_bgm::{Error, Result};

use crate::output::say;

/// Compare a model's outputs with recorded ones
///
/// Runs the recorded inputs through the model and fails if its outputs differ by more than the tolerance.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The model file, such as one written by `bgm convert`
    model: PathBuf,
    /// A safetensors file with the inputs x, t, and cond (the encoded context), cues or row, and the output eps, v or out
    recording: PathBuf,
    /// Largest error allowed, relative to the largest recorded value
    #[arg(long, default_value = "1e-4")]
    tolerance: f64,
    /// The device that runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let model = Model::load(&arguments.model, &arguments.device.open()?)?;
    let recording = Recording::read(&arguments.recording)?;
    let deviation = recording.compare(&model)?;
    say(format!("largest absolute error {:.3e}", deviation.absolute))?;
    say(format!("largest relative error {:.3e}", deviation.relative))?;
    let mut worst = deviation.relative;
    for (name, deviation) in recording.compare_drafts(&model)? {
        say(format!(
            "{name}: largest absolute error {:.3e}",
            deviation.absolute
        ))?;
        worst = worst.max(deviation.relative);
    }
    if worst <= arguments.tolerance {
        Ok(())
    } else {
        Err(Error::value(
            format!("a relative error of {worst:.3e}"),
            format!("at most {:.3e}", arguments.tolerance),
        ))
    }
}
