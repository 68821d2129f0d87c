//! What `generate`, `repaint`, `continue` and `accompany` share: the model, the device, progress, and the closing line.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::Device;
use clap::Args;
use diff_bgm::Result;
use diff_bgm::counted::counted;
use diff_bgm::diffusion::device::DeviceKind;
use diff_bgm::diffusion::model::Model;
use diff_bgm::generator::{Draft, Progress as Done};

use crate::output::say;
use crate::progress::Progress;
use crate::threads::ThreadCount;

/// The options of the work on the network.
#[derive(Args)]
pub(crate) struct WorkArgs {
    /// The model file [default: the built-in model]
    #[arg(long, value_name = "MODEL.safetensors")]
    model: Option<PathBuf>,
    /// The device that runs the network: cpu, cuda or metal
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
    /// Threads; 0 uses one per core
    #[arg(long, default_value = "0")]
    threads: ThreadCount,
}

impl WorkArgs {
    /// Sets the number of threads and opens the device.
    pub(crate) fn start(&self) -> Result<Device> {
        self.threads.apply()?;
        self.device.open()
    }

    /// Loads the model.
    pub(crate) fn model(&self, device: &Device) -> Result<Model> {
        match &self.model {
            Some(path) => Model::load(path, device),
            None => Model::built_in(device),
        }
    }

    /// Does both.
    pub(crate) fn load(&self) -> Result<Model> {
        self.model(&self.start()?)
    }
}

/// Runs `work` with a progress bar.
pub(crate) fn with_progress<T>(
    work: impl FnOnce(&mut dyn FnMut(Done) -> ControlFlow<()>) -> Result<T>,
) -> Result<T> {
    let mut progress = Progress::new();
    let result = work(&mut |done| {
        let message = format!(
            "segment {} of {}, step {} of {}",
            done.segment + 1,
            done.segments,
            done.step,
            done.steps
        );
        progress.set(done.fraction(), &message);
        ControlFlow::Continue(())
    });
    progress.finish();
    result
}

/// Writes `draft` and prints a closing line.
pub(crate) fn write(draft: &Draft, path: &Path, seconds: f64) -> Result<()> {
    draft.write_midi(path)?;
    say(format!(
        "{}: {} in {}, in {seconds:.1} s",
        path.display(),
        counted(draft.score.notes().len(), "note"),
        counted(draft.score.bars().0 as usize, "bar")
    ))
}
