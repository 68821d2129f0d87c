//! The embedding of the diffusion step: sinusoids, then two linear layers.

use candle_core::{DType, Device, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use crate::error::Result;

/// The longest period of the sinusoids.
const MAX_PERIOD: f64 = 10_000.0;

/// Embeds diffusion steps: `channels` sinusoids, then linear, SiLU and linear to `4·channels`.
#[derive(Clone, Debug)]
pub(crate) struct TimeEmbedding {
    channels: usize,
    expand: Linear,
    project: Linear,
}

impl TimeEmbedding {
    /// Loads `0` and `2` below `vb`.
    pub(crate) fn new(channels: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            channels,
            expand: linear(channels, 4 * channels, vb.pp("0"))?,
            project: linear(4 * channels, 4 * channels, vb.pp("2"))?,
        })
    }

    /// Embeds one diffusion step per sample, `[batch]` to `[batch, 4·channels]`.
    pub(crate) fn forward(&self, steps: &[usize], device: &Device) -> Result<Tensor> {
        let hidden = self
            .expand
            .forward(&sinusoids(steps, self.channels, device)?)?;
        Ok(self.project.forward(&hidden.silu()?)?)
    }
}

/// Maps `[batch]` diffusion steps to `[batch, channels]`: cosines at geometrically falling frequencies, then sines.
pub fn sinusoids(steps: &[usize], channels: usize, device: &Device) -> Result<Tensor> {
    let half = channels / 2;
    let mut values = Vec::with_capacity(steps.len() * channels);
    for &step in steps {
        let angle = |i: usize| {
            // The reference multiplies in single precision, so round the frequency first.
            let frequency = libm::exp(-libm::log(MAX_PERIOD) * i as f64 / half as f64) as f32;
            f64::from(step as f32 * frequency)
        };
        values.extend((0..half).map(|i| libm::cos(angle(i)) as f32));
        values.extend((0..half).map(|i| libm::sin(angle(i)) as f32));
    }
    Ok(Tensor::from_vec(values, (steps.len(), 2 * half), device)?.to_dtype(DType::F32)?)
}
