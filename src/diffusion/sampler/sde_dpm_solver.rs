//! SDE-DPM-Solver++(2M): the multistep solver of second order in x₀ with fresh noise at every step (Lu et al., 2022,
//! appendix; Karras et al., 2022, for the spacing of the steps).
//!
//! `churn` is the η of the stochastic differential equation: 1 adds all of its noise, 0 gives the
//! deterministic solver.

use candle_core::Tensor;

use super::Sampling;
use super::dpm_solver::Level;
use crate::diffusion::noise::NoiseUse;
use crate::error::Result;

pub(super) fn run(sampling: &mut Sampling<'_>) -> Result<Tensor> {
    let steps = sampling.schedule.karras_steps(sampling.settings.steps);
    let levels: Vec<Level> = (steps.iter())
        .map(|&t| Level::at(sampling.schedule, t))
        .collect();
    let (churn, temperature) = (sampling.settings.churn, sampling.settings.temperature);

    // Kept cells are put back as x₀ at every step, so sampling starts from noise alone.
    let mut x = ((sampling.noise)(NoiseUse::Start)? * temperature)?;
    let mut previous: Option<(Tensor, f64)> = None;
    let last = steps.len() - 2;
    for done in 0..=last {
        sampling.report(done)?;
        let x0 = sampling.x0_with_kept(&x, steps[done])?;
        if done == last {
            sampling.report(done + 1)?;
            return Ok(x0);
        }
        let (here, next) = (&levels[done], &levels[done + 1]);
        let h = next.lambda - here.lambda;
        let direction = match &previous {
            Some((before, h_before)) => (&x0 + ((&x0 - before)? * (0.5 * h / h_before))?)?,
            None => x0.clone(),
        };
        let decay = next.sigma / here.sigma * libm::exp(-churn * h);
        let gain = -next.alpha * libm::expm1(-(1.0 + churn) * h);
        x = ((x * decay)? + (direction * gain)?)?;
        if churn > 0.0 {
            let deviation = next.sigma * (-libm::expm1(-2.0 * churn * h)).sqrt();
            let noise = (sampling.noise)(NoiseUse::Step(done as u32 + 1))?;
            x = (x + (noise * (deviation * temperature))?)?;
        }
        previous = Some((x0, h));
    }
    Ok(x)
}
