//! The loss on music that is never trained on, which shows whether a network learns or memorises.

use crate::dataset::pop909::choose_windows;
use crate::diffusion::model::Model;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::Result;
use crate::train::dropout::Dropout;
use crate::train::loss::loss;
use crate::train::music::{Music, Source};
use crate::train::windows::Windows;

/// Windows in the mean.
const WINDOWS: usize = 16;
/// Windows in a batch.
const BATCH: usize = 4;
/// The seed of the noise.
const SEED: u64 = 1;

/// Returns the loss of `model` on held-out windows, or `None` if no music is held out. For the `cues` family they have all
/// cues and chords; for the `parts` family conditions are left out and beats kept as in training.
///
/// The windows and the noise are always the same; the diffusion steps cover the schedule evenly.
///
/// # Errors
/// Returns an error if the device fails.
pub fn held_out_loss(model: &Model, music: &Music) -> Result<Option<f64>> {
    let config = model.config();
    let mut sum = 0.0;
    for index in 0..WINDOWS / BATCH {
        let source = NoiseSource::new(SEED, index as u32);
        let Some(windows) = windows(model, music, index, &source)? else {
            return Ok(None);
        };
        let step = |window| (2 * (index * BATCH + window) + 1) * config.n_steps / (2 * WINDOWS);
        let diffusion_steps = (0..BATCH).map(step).collect();
        let batch = windows.into_batch(config, &source, diffusion_steps)?;
        let mean = loss(model, &batch, model.device())?.to_scalar::<f32>()?;
        sum += f64::from(mean) * BATCH as f64;
    }
    Ok(Some(sum / WINDOWS as f64))
}

/// Returns the held-out windows of batch `index`, or `None` if there are none.
fn windows(
    model: &Model,
    music: &Music,
    index: usize,
    source: &NoiseSource,
) -> Result<Option<Windows>> {
    let mut windows = Windows::default();
    match &music.0 {
        Source::Pop909 {
            held_out, scale, ..
        } => {
            let chosen = choose_windows(held_out, WINDOWS, model.pitches());
            for window in chosen.iter().skip(index * BATCH).take(BATCH) {
                windows.push(window, scale, &Dropout::NONE, &mut || 0.0);
            }
            Ok((!chosen.is_empty()).then_some(windows))
        }
        Source::Parts(music) => {
            let mut numbers = source.uniform(NoiseUse::Choices);
            let mut uniform = || numbers.next().unwrap_or_default();
            for _ in 0..BATCH {
                let Some(window) = music.draw_held_out(model.pitches(), &mut uniform) else {
                    return Ok(None);
                };
                windows.push_parts(&window, model.config(), &Dropout::parts(), &mut uniform)?;
            }
            Ok(Some(windows))
        }
        Source::Bgm909(_) => Ok(None),
    }
}
