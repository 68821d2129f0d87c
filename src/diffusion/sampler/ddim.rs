//! Denoising diffusion implicit models (Song et al., 2021, eq. 12 and 16).

use candle_core::Tensor;

use super::Sampling;
use crate::diffusion::noise::NoiseUse;
use crate::error::Result;

pub(super) fn run(sampling: &mut Sampling<'_>) -> Result<Tensor> {
    let steps = sampling.schedule.spaced_steps(sampling.settings.steps);
    let eta = sampling.settings.eta;
    let start_temperature = if eta == 0.0 {
        sampling.settings.temperature
    } else {
        1.0
    };
    let mut x = sampling.start(start_temperature)?;
    for (done, pair) in steps.windows(2).enumerate() {
        sampling.report(done)?;
        let (t, next) = (pair[0], pair[1]);
        let x0 = sampling.x0_with_kept(&x, t)?;
        let last = done + 2 == steps.len();
        if last {
            sampling.report(done + 1)?;
            return Ok(x0);
        }
        let [alpha_bar, next_alpha_bar] =
            [t, next].map(|t| f64::from(sampling.schedule.alpha_bar[t]));
        let eps = ((&x - (&x0 * alpha_bar.sqrt())?)? / (1.0 - alpha_bar).sqrt())?;
        let deviation = eta
            * ((1.0 - next_alpha_bar) / (1.0 - alpha_bar) * (1.0 - alpha_bar / next_alpha_bar))
                .sqrt();
        let direction = (1.0 - next_alpha_bar - deviation * deviation)
            .max(0.0)
            .sqrt();
        x = ((x0 * next_alpha_bar.sqrt())? + (eps * direction)?)?;
        if deviation > 0.0 {
            let noise = (sampling.noise)(NoiseUse::Step(t as u32))?;
            x = (x + (noise * (deviation * sampling.settings.temperature))?)?;
        }
    }
    Ok(x)
}
