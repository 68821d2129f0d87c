//! The error that training lowers.

use candle_core::{Device, Tensor};

use crate::diffusion::config::Prediction;
use crate::diffusion::model::Model;
use crate::diffusion::parts_encoder::spread_mask;
use crate::diffusion::preconditioning::Preconditioning;
use crate::error::Result;
use crate::train::batch::{Batch, Conditions};

/// The weight of cells that are to stay, which sampling puts back anyway (`parts`).
const KEPT_WEIGHT: f64 = 0.1;
/// The weight of the lead's planes relative to the accompaniment's: a tune has few notes, but they are heard most (`parts`).
const LEAD_WEIGHT: f32 = 2.0;

/// Returns the mean squared error of the prediction of `model`, which must be on `device`, for a batch.
///
/// With the family `parts`, cells that are to stay count a tenth, and those of the lead count twice.
///
/// # Errors
/// Returns an error if the shapes do not match.
pub fn loss(model: &Model, batch: &Batch, device: &Device) -> Result<Tensor> {
    let (x_0, noise) = (batch.x_0.to_device(device)?, batch.noise.to_device(device)?);
    let steps = &batch.diffusion_steps;
    let schedule = model.schedule();
    // In one transfer, because each has a fixed cost.
    let arrays = [&schedule.sqrt_alpha_bar, &schedule.sqrt_1m_alpha_bar];
    let shares = (arrays.iter()).flat_map(|array| steps.iter().map(|&step| array[step]));
    let shares = Tensor::from_vec(shares.collect(), (2, steps.len(), 1, 1, 1), device)?;
    let (signal, spread) = (shares.get(0)?, shares.get(1)?);
    let x_t = (x_0.broadcast_mul(&signal)? + noise.broadcast_mul(&spread)?)?;
    let conditions = batch.conditions.to_device(device)?;
    let condition = conditions.condition(model, &x_0, steps)?;
    let target = match model.config().prediction {
        Prediction::Noise => noise,
        Prediction::Velocity => (noise.broadcast_mul(&signal)? - x_0.broadcast_mul(&spread)?)?,
        Prediction::Preconditioned => {
            let answers = steps.iter().enumerate().map(|(sample, &step)| {
                let alpha_bar = f64::from(schedule.alpha_bar[step]);
                let weights = Preconditioning::at(alpha_bar, model.config().sigma_data);
                weights.answer(&x_t.narrow(0, sample, 1)?, &x_0.narrow(0, sample, 1)?)
            });
            Tensor::cat(&answers.collect::<Result<Vec<_>>>()?, 0)?
        }
    };
    let predicted = model.predict_each(&x_t, steps, &condition)?;
    let squares = (predicted - target)?.sqr()?;
    let weighted = match &conditions {
        Conditions::Parts { mask, .. } => {
            squares.broadcast_mul(&weights(mask, model.config().time_fold)?)?
        }
        _ => squares,
    };
    Ok(weighted.mean_all()?)
}

/// Returns the weight of every cell of a roll in parts, `[batch, 4, steps, 1]`, from the mask of what is to stay.
fn weights(mask: &Tensor, steps_per_beat: usize) -> Result<Tensor> {
    let kept = spread_mask(mask, steps_per_beat)?;
    let planes = [LEAD_WEIGHT, LEAD_WEIGHT, 1.0, 1.0];
    let planes = Tensor::new(&planes, mask.device())?.reshape((1, planes.len(), 1, 1))?;
    Ok(kept
        .affine(KEPT_WEIGHT - 1.0, 1.0)?
        .broadcast_mul(&planes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_beats_weigh_a_tenth_and_the_lead_twice() {
        let mask = Tensor::new(&[[[0.0_f32, 1.0], [1.0, 0.0]]], &Device::Cpu).unwrap();
        let weights = weights(&mask, 2).unwrap().reshape((4, 4)).unwrap();
        let rows = weights.to_vec2::<f32>().unwrap();
        let expected = [[2.0, 2.0, 0.2, 0.2], [0.1, 0.1, 1.0, 1.0]];
        for (plane, row) in rows.iter().enumerate() {
            for (found, expected) in row.iter().zip(expected[plane / 2]) {
                assert!((found - expected).abs() < 1e-6, "{rows:?}");
            }
        }
    }
}
