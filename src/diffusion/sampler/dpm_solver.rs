//! DPM-Solver++(2M): a second-order multistep solver that predicts x₀ (Lu et al., 2022, algorithm 2).

use candle_core::Tensor;

use super::Sampling;
use crate::diffusion::schedule::Schedule;
use crate::error::Result;

/// Signal, noise and half the log of their ratio at a diffusion step.
pub(super) struct Level {
    pub(super) alpha: f64,
    pub(super) sigma: f64,
    pub(super) lambda: f64,
}

impl Level {
    pub(super) fn at(schedule: &Schedule, t: usize) -> Self {
        let alpha_bar = f64::from(schedule.alpha_bar[t]);
        let (alpha, sigma) = (alpha_bar.sqrt(), (1.0 - alpha_bar).sqrt());
        Self {
            alpha,
            sigma,
            lambda: libm::log(alpha / sigma),
        }
    }
}

pub(super) fn run(sampling: &mut Sampling<'_>) -> Result<Tensor> {
    let steps = sampling.schedule.spaced_steps(sampling.settings.steps);
    let levels: Vec<Level> = (steps.iter())
        .map(|&t| Level::at(sampling.schedule, t))
        .collect();

    let mut x = sampling.start(sampling.settings.temperature)?;
    let mut previous: Option<Tensor> = None;
    let last = steps.len() - 2;
    for done in 0..=last {
        sampling.report(done)?;
        let x0 = sampling.x0_with_kept(&x, steps[done])?;
        if done == last {
            previous = Some(x0);
            break;
        }
        let (here, next) = (&levels[done], &levels[done + 1]);
        let h = next.lambda - here.lambda;
        let direction = match &previous {
            Some(previous) => {
                let r = (here.lambda - levels[done - 1].lambda) / h;
                ((&x0 * (1.0 + 0.5 / r))? - (previous * (0.5 / r))?)?
            }
            None => x0.clone(),
        };
        let decay = -next.alpha * libm::expm1(-h);
        x = ((x * (next.sigma / here.sigma))? + (direction * decay)?)?;
        previous = Some(x0);
    }
    sampling.report(last + 1)?;
    Ok(previous.unwrap_or(x))
}
