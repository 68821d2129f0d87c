//! Normalisation layers.

use candle_core::Tensor;
use candle_nn::{Module, VarBuilder};

use crate::error::Result;

/// Groups of every group normalisation in the U-Net.
const GROUPS: usize = 32;

/// Group normalisation over 32 groups of channels.
#[derive(Clone, Debug)]
pub struct GroupNorm(candle_nn::GroupNorm);

impl GroupNorm {
    /// Loads `weight` and `bias` `[channels]` below `vb`.
    pub fn new(channels: usize, eps: f64, vb: VarBuilder) -> Result<Self> {
        Ok(Self(candle_nn::group_norm(GROUPS, channels, eps, vb)?))
    }

    /// Normalises `[batch, channels, height, width]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward(x)?)
    }

    /// Normalises, then applies SiLU.
    pub fn forward_silu(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.forward(x)?.silu()?)
    }
}
