//! The loss on music that is never trained on, which shows whether a network learns or memorises.

use crate::dataset::pop909::choose_windows;
use crate::diffusion::model::Model;
use crate::diffusion::noise::NoiseSource;
use crate::error::Result;
use crate::train::batch::Windows;
use crate::train::dropout::Dropout;
use crate::train::loss::loss;
use crate::train::music::{Music, Source};

/// Windows in the mean.
const WINDOWS: usize = 16;
/// Windows in a batch.
const BATCH: usize = 4;
/// The seed of the noise.
const SEED: u64 = 1;

/// Returns the loss of `model` on held-out windows with all cues and chords, or `None` if no music is held out.
///
/// The windows and the noise are always the same; the diffusion steps cover the schedule evenly.
///
/// # Errors
/// Returns an error if the device fails.
pub fn held_out_loss(model: &Model, music: &Music) -> Result<Option<f64>> {
    let Source::Pop909 {
        held_out, scale, ..
    } = &music.0
    else {
        return Ok(None);
    };
    let chosen = choose_windows(held_out, WINDOWS, model.pitches());
    if chosen.is_empty() {
        return Ok(None);
    }
    let config = model.config();
    let mut sum = 0.0;
    for (index, of_batch) in chosen.chunks(BATCH).enumerate() {
        let mut windows = Windows::default();
        for window in of_batch {
            windows.push(window, scale, &Dropout::NONE, &mut || 0.0);
        }
        let step = |window| (2 * (index * BATCH + window) + 1) * config.n_steps / (2 * WINDOWS);
        let diffusion_steps = (0..of_batch.len()).map(step).collect();
        let source = NoiseSource::new(SEED, index as u32);
        let batch = windows.into_batch(config, &source, diffusion_steps)?;
        let mean = loss(model, &batch, model.device())?.to_scalar::<f32>()?;
        sum += f64::from(mean) * of_batch.len() as f64;
    }
    Ok(Some(sum / chosen.len() as f64))
}
