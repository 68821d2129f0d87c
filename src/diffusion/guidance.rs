//! Classifier-free guidance: runs the network with and without the condition in one batch.

use candle_core::Tensor;

use crate::diffusion::condition::{Condition, PreparedCondition};
use crate::diffusion::model::Model;
use crate::diffusion::sampler::Denoiser;
use crate::error::Result;

/// A model under one condition, guided by `ε_u + s·(ε_c − ε_u)` (Ho & Salimans, 2022).
///
/// Velocity predictions are combined in the same way, which gives the same x₀.
pub struct GuidedModel<'a> {
    model: &'a Model,
    condition: PreparedCondition,
    guidance_scale: f64,
    x0_range: Option<(f32, f32)>,
}

impl<'a> GuidedModel<'a> {
    /// Prepares the `condition` of one segment and the unconditional `free`. A `guidance_scale` of 1 skips the free pass
    /// and halves the work. Every x₀ is clamped to `x0_range`, if given.
    ///
    /// # Errors
    /// Returns an error if the conditions do not fit the model.
    pub fn new(
        model: &'a Model,
        condition: &Condition,
        free: &Condition,
        guidance_scale: f64,
        x0_range: Option<(f32, f32)>,
    ) -> Result<Self> {
        let condition = if guidance_scale == 1.0 {
            model.prepare(&[condition])?
        } else {
            model.prepare(&[free, condition])?
        };
        Ok(Self {
            model,
            condition,
            guidance_scale,
            x0_range,
        })
    }

    /// Returns the guided prediction for `x_t` `[1, 2, steps, pitches]`.
    ///
    /// # Errors
    /// Returns an error if the shape does not fit the model.
    pub fn predict(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor> {
        if self.guidance_scale == 1.0 {
            return self.model.predict(x_t, diffusion_step, &self.condition);
        }
        let batch = Tensor::cat(&[x_t, x_t], 0)?;
        let prediction = self
            .model
            .predict(&batch, diffusion_step, &self.condition)?;
        let (free, conditioned) = (prediction.narrow(0, 0, 1)?, prediction.narrow(0, 1, 1)?);
        Ok((&free + ((conditioned - &free)? * self.guidance_scale)?)?)
    }
}

impl Denoiser for GuidedModel<'_> {
    fn x0(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor> {
        let prediction = self.predict(x_t, diffusion_step)?;
        let x0 = self.model.x0(x_t, &prediction, diffusion_step)?;
        match self.x0_range {
            Some((low, high)) => Ok(x0.clamp(low, high)?),
            None => Ok(x0),
        }
    }
}
