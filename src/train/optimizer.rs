//! AdamW over named variables, with state that can be saved and resumed.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::train::variables::Named;

/// Keeps division by a vanishing variance finite.
const EPS: f64 = 1e-8;
/// Keeps division by the norm of vanishing gradients finite.
const NORM_EPS: f64 = 1e-6;

/// AdamW (Loshchilov & Hutter, 2019).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamW {
    /// Decay rates of the averages of the gradients and of their squares.
    pub betas: (f64, f64),
    /// The share of the learning rate by which weights shrink at each step.
    pub weight_decay: f64,
}

/// Moving averages of the gradients and of their squares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    /// The gradients'.
    pub(crate) mean: Named<Tensor>,
    /// Their squares'.
    pub(crate) variance: Named<Tensor>,
}

/// Returns the gradients by name, detached from the graph. Variables without a gradient are left out.
///
/// # Errors
/// Returns an error if the device fails.
pub fn gradients(vars: &Named<Var>, store: &GradStore) -> Result<Named<Tensor>> {
    let found = vars.iter().filter_map(|(name, var)| {
        let gradient = store.get(var.as_tensor())?;
        Some((name.clone(), gradient.detach()))
    });
    Ok(found.collect())
}

/// Scales `gradients` down so that their joint norm is at most `max_norm`, and returns the norm they had.
///
/// # Errors
/// Returns an error if the device fails.
pub(crate) fn clip(gradients: &mut Named<Tensor>, max_norm: f64) -> Result<f64> {
    let squares = gradients.values().map(|gradient| gradient.sqr()?.sum_all());
    let squares = squares.collect::<candle_core::Result<Vec<_>>>()?;
    if squares.is_empty() {
        return Ok(0.0);
    }
    // In one transfer, because each waits for all work queued on the device.
    let squares: Vec<f32> = Tensor::stack(&squares, 0)?.to_vec1()?;
    let norm = squares.into_iter().map(f64::from).sum::<f64>().sqrt();
    let scale = max_norm / (norm + NORM_EPS);
    if scale < 1.0 {
        for gradient in gradients.values_mut() {
            *gradient = (&*gradient * scale)?;
        }
    }
    Ok(norm)
}

impl AdamW {
    /// Takes one step. `rate_of` gives the learning rate of a weight by its name; `step` counts from 1.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub(crate) fn step(
        &self,
        vars: &BTreeMap<String, Var>,
        gradients: &Named<Tensor>,
        moments: &mut Moments,
        rate_of: impl Fn(&str) -> f64,
        step: u64,
    ) -> Result<()> {
        let (mean_decay, variance_decay) = self.betas;
        let step = i32::try_from(step).unwrap_or(i32::MAX);
        let mean_scale = 1.0 / (1.0 - mean_decay.powi(step));
        let variance_scale = 1.0 / (1.0 - variance_decay.powi(step));
        for (name, gradient) in gradients {
            let Some(var) = vars.get(name) else { continue };
            let rate = rate_of(name);
            let mean = average(moments.mean.get(name), gradient, mean_decay)?;
            let square = gradient.sqr()?;
            let variance = average(moments.variance.get(name), &square, variance_decay)?;
            let root = ((&variance * variance_scale)?.sqrt()? + EPS)?;
            let towards = ((&mean * mean_scale)? / root)?;
            let kept = (var.as_tensor().detach() * (1.0 - rate * self.weight_decay))?;
            var.set(&(kept - (towards * rate)?)?)?;
            moments.mean.insert(name.clone(), mean);
            moments.variance.insert(name.clone(), variance);
        }
        Ok(())
    }
}

/// Returns the moving average `before`, or zero if `None`, moved towards `value`.
///
/// # Errors
/// Returns an error if the device fails.
pub(crate) fn average(before: Option<&Tensor>, value: &Tensor, decay: f64) -> Result<Tensor> {
    let share = (value * (1.0 - decay))?;
    Ok(match before {
        Some(before) => ((before * decay)? + share)?,
        None => share,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn gradients_are_clipped_by_their_joint_norm() {
        let tensor = |values: &[f32]| Tensor::new(values, &Device::Cpu).unwrap();
        let mut gradients = Named::from([
            ("a".to_owned(), tensor(&[3.0, 0.0])),
            ("b".to_owned(), tensor(&[4.0])),
        ]);
        assert_eq!(clip(&mut gradients, 10.0).unwrap(), 5.0);
        assert_eq!(gradients["b"].to_vec1::<f32>().unwrap(), [4.0]);
        clip(&mut gradients, 1.0).unwrap();
        let clipped = gradients["b"].to_vec1::<f32>().unwrap()[0];
        assert!((clipped - 0.8).abs() < 1e-6);
    }

    #[test]
    fn steps_converge_to_the_minimum() {
        let var = Var::new(&[4.0_f32, -3.0], &Device::Cpu).unwrap();
        let vars = Named::from([("w".to_owned(), var.clone())]);
        let adam = AdamW {
            betas: (0.9, 0.99),
            weight_decay: 0.0,
        };
        let mut moments = Moments::default();
        for step in 1..=400 {
            let loss = (var.as_tensor() - 1.0)
                .unwrap()
                .sqr()
                .unwrap()
                .sum_all()
                .unwrap();
            let gradients = gradients(&vars, &loss.backward().unwrap()).unwrap();
            adam.step(&vars, &gradients, &mut moments, |_| 0.05, step)
                .unwrap();
        }
        let found = var.to_vec1::<f32>().unwrap();
        assert!(
            found.iter().all(|value| (value - 1.0).abs() < 0.02),
            "{found:?}"
        );
    }
}
