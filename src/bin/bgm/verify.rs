//! `bgm verify`: does a model give the numbers that another implementation recorded?

use std::path::PathBuf;

use clap::Args;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::recording::Recording;
use diff_bgm::{Error, Result};

/// Run recorded inputs through a model and compare what comes out with what was recorded
#[derive(Args)]
pub(crate) struct Arguments {
    /// A model file, such as `bgm convert` writes
    model: PathBuf,
    /// A safetensors file with x, t, cond (encoded context) or cues, and eps or v
    recording: PathBuf,
    /// The largest error that passes, relative to the largest recorded value
    #[arg(long, default_value = "1e-4")]
    tolerance: f64,
    /// What runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let model = Model::load(&arguments.model, &arguments.device.open()?)?;
    let deviation = Recording::read(&arguments.recording)?.compare(&model)?;
    println!("largest absolute error {:.3e}", deviation.absolute);
    println!("largest relative error {:.3e}", deviation.relative);
    if deviation.relative <= arguments.tolerance {
        Ok(())
    } else {
        Err(Error::value(
            format!("a relative error of {:.3e}", deviation.relative),
            format!("at most {:.3e}", arguments.tolerance),
        ))
    }
}
