//! The published ancestral loop (Ho et al., 2020, algorithm 2) with replacement-style inpainting.
//!
//! As in the authors' `SDFSampler`, x starts at the last diffusion step but the first step is taken at the one below,
//! and kept cells are put back after each step with the noise of that step.

use candle_core::Tensor;

use super::{Sampling, blend, q_sample};
use crate::diffusion::noise::NoiseUse;
use crate::diffusion::schedule::Schedule;
use crate::error::Result;

pub(super) fn run(sampling: &mut Sampling<'_>) -> Result<Tensor> {
    let count = sampling.step_count();
    let start_noise = (sampling.noise)(NoiseUse::Start)?;
    let mut x = sampling.start(1.0)?;
    for (done, t) in (0..count).rev().enumerate() {
        sampling.report(done)?;
        let x0 = sampling.denoiser.x0(&x, t)?;
        let noise = if t > 0 {
            let noise = (sampling.noise)(NoiseUse::Step(t as u32))?;
            Some((noise * sampling.settings.temperature)?)
        } else {
            None
        };
        x = step(sampling.schedule, &x, &x0, t, noise.as_ref())?;
        if let Some(kept) = sampling.kept {
            let original = q_sample(sampling.schedule, &kept.original, t, &start_noise)?;
            x = blend(&kept.mask, &original, &x)?;
        }
    }
    sampling.report(count)?;
    Ok(x)
}

/// Draws x_{t−1} from the posterior given x_t and an estimate of x₀, or returns its mean if `noise` is `None`.
///
/// # Errors
/// Returns an error if the shapes differ.
pub fn step(
    schedule: &Schedule,
    x_t: &Tensor,
    x0: &Tensor,
    t: usize,
    noise: Option<&Tensor>,
) -> Result<Tensor> {
    let mean = ((x0 * f64::from(schedule.mean_x0_coef[t]))?
        + (x_t * f64::from(schedule.mean_xt_coef[t]))?)?;
    match noise {
        Some(noise) => {
            let deviation = libm::expf(0.5 * schedule.log_var[t]);
            Ok((mean + (noise * f64::from(deviation))?)?)
        }
        None => Ok(mean),
    }
}
