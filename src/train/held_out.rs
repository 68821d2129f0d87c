//! The loss on music that is never trained on, which tells learning from learning by heart.

use candle_core::{Device, Tensor};

use crate::conditioning::harmony::harmony_rows;
use crate::diffusion::cue_encoder::HARMONY_WIDTH;
use crate::diffusion::model::Model;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::Result;
use crate::evaluate::choose_windows;
use crate::time::BEATS_PER_SEGMENT;
use crate::train::examples::{Batch, Told};
use crate::train::music::Music;
use crate::train::trainer::loss;

/// Windows that it is measured on.
const WINDOWS: usize = 16;
/// Of which so many are taken at once.
const BATCH: usize = 4;
/// The seed of their noise.
const SEED: u64 = 1;

/// The loss of `model` on held-out windows: always the same ones, under the same noise, at diffusion steps that cover
/// the schedule evenly, with all cues and chords told. Nothing where no music is held out.
///
/// # Errors
/// When the device fails.
pub fn held_out_loss(model: &Model, music: &Music) -> Result<Option<f64>> {
    let Music::Cues {
        held_out, scale, ..
    } = music
    else {
        return Ok(None);
    };
    if held_out.is_empty() {
        return Ok(None);
    }
    let (config, beats) = (model.config(), BEATS_PER_SEGMENT as usize);
    let windows = choose_windows(held_out, WINDOWS, model)?;
    let mut sum = 0.0;
    for (index, windows) in windows.chunks(BATCH).enumerate() {
        let shape = (windows.len(), 2, config.img_h, config.img_w);
        let tensor = |rows: Vec<f32>, width: usize| {
            Tensor::from_vec(rows, (windows.len(), beats, width), &Device::Cpu)
        };
        let rolls: Vec<f32> = (windows.iter())
            .flat_map(|window| window.roll.values().iter().copied())
            .collect();
        let cues = windows
            .iter()
            .flat_map(|window| scale.rows(&window.cues).window(0, beats));
        let chords = windows
            .iter()
            .flat_map(|window| harmony_rows(&window.chords).window(0, beats));
        let step = |window| (2 * (index * BATCH + window) + 1) * config.n_steps / (2 * WINDOWS);
        let batch = Batch {
            x_0: Tensor::from_vec(rolls, shape, &Device::Cpu)?,
            noise: NoiseSource::new(SEED, index as u32).normal(
                NoiseUse::Training,
                shape,
                &Device::Cpu,
            )?,
            diffusion_steps: (0..windows.len()).map(step).collect(),
            told: Told::Cues {
                cues: tensor(cues.collect(), config.cue_row_width())?,
                harmony: (config.harmony)
                    .then(|| tensor(chords.collect(), HARMONY_WIDTH))
                    .transpose()?,
            },
        };
        let mean = loss(model, &batch, model.device())?.to_scalar::<f32>()?;
        sum += f64::from(mean) * windows.len() as f64;
    }
    Ok(Some(sum / windows.len() as f64))
}
