//! Draws the diffusion steps that the windows of a batch are trained at.

use std::f64::consts::SQRT_2;

use crate::diffusion::config::{ModelConfig, Prediction};
use crate::diffusion::schedule::Schedule;

/// Mean of ln σ where most windows are trained with the preconditioned prediction: there the notes are decided.
const MEAN_LOG_SIGMA: f64 = -0.5;
/// Spread of ln σ around it.
const LOG_SIGMA_SPREAD: f64 = 1.0;
/// The share of windows trained around it; the rest are trained anywhere.
const NEAR: f64 = 0.85;

/// The distribution of the diffusion steps of one network.
pub(super) struct NoiseLevels {
    steps: usize,
    /// The share of windows near [`MEAN_LOG_SIGMA`] at this step or below, for every step; `None` if all steps are equally
    /// likely.
    near: Option<Vec<f64>>,
}

impl NoiseLevels {
    /// Returns the distribution for a network: even, except with the preconditioned prediction (Karras et al., 2022).
    pub(super) fn new(config: &ModelConfig) -> Self {
        let schedule =
            Schedule::scaled_linear(config.linear_start, config.linear_end, config.n_steps);
        let below = |&sigma: &f32| {
            let place = (libm::log(f64::from(sigma)) - MEAN_LOG_SIGMA) / LOG_SIGMA_SPREAD;
            0.5 * (1.0 + libm::erf(place / SQRT_2))
        };
        let is_preconditioned = config.prediction == Prediction::Preconditioned;
        let sigmas = schedule.sqrt_recip_m1_alpha_bar.iter();
        Self {
            steps: config.n_steps,
            near: is_preconditioned.then(|| sigmas.map(below).collect()),
        }
    }

    /// Draws a step for each of `count` windows by numbers from `uniform`. Together they cover the distribution evenly.
    pub(super) fn draw(&self, count: usize, uniform: &mut dyn FnMut() -> f64) -> Vec<usize> {
        let last = self.steps - 1;
        let anywhere = |place: f64| ((place * self.steps as f64) as usize).min(last);
        let draw = |index: usize| {
            let place = (index as f64 + uniform()) / count as f64;
            match &self.near {
                None => anywhere(place),
                Some(near) if uniform() < NEAR => {
                    near.partition_point(|&below| below < place).min(last)
                }
                Some(_) => anywhere(uniform()),
            }
        };
        (0..count).map(draw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::noise::{NoiseSource, NoiseUse};

    fn levels(near: bool) -> NoiseLevels {
        let mut config = crate::train::testing::parts_config();
        if !near {
            config.prediction = Prediction::Velocity;
        }
        NoiseLevels::new(&config)
    }

    fn drawn(near: bool) -> Vec<usize> {
        let mut numbers = NoiseSource::new(3, 0).uniform(NoiseUse::Choices);
        levels(near).draw(4000, &mut || numbers.next().unwrap())
    }

    /// Returns the share of `steps` within `range`.
    fn share(steps: &[usize], range: std::ops::Range<usize>) -> f64 {
        let inside = steps.iter().filter(|step| range.contains(step)).count();
        inside as f64 / steps.len() as f64
    }

    #[test]
    fn a_velocity_is_learnt_at_all_steps_alike() {
        let steps = drawn(false);
        for part in 0..10 {
            assert!((share(&steps, part * 100..(part + 1) * 100) - 0.1).abs() < 1e-3);
        }
    }

    #[test]
    fn a_preconditioned_prediction_is_learnt_mostly_where_notes_are_decided() {
        let steps = drawn(true);
        // ln σ lies within a spread of its mean, −1.5 to 0.5, at the steps 50 to 505.
        let expected = 0.85 * 0.6827 + 0.15 * 0.456;
        assert!(
            (share(&steps, 50..506) - expected).abs() < 0.02,
            "{}",
            share(&steps, 50..506)
        );
        assert!(share(&steps, 900..1000) > 0.01);
    }
}
