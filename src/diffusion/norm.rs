//! Normalisation layers.

use candle_core::Tensor;
use candle_nn::{Init, VarBuilder};

use crate::error::Result;
use crate::kernel::group_norm;
use crate::kernel::layer_norm::LayerNorm;

/// Groups in every group normalisation of the U-Net.
const GROUPS: usize = 32;

/// Group normalisation over 32 groups of channels.
#[derive(Clone, Debug)]
pub(crate) struct GroupNorm(group_norm::GroupNorm);

impl GroupNorm {
    /// Loads `weight` and `bias` `[channels]` below `vb`.
    pub(crate) fn new(channels: usize, eps: f64, vb: VarBuilder) -> Result<Self> {
        let weight = vb.get_with_hints(channels, "weight", Init::Const(1.0))?;
        let bias = vb.get_with_hints(channels, "bias", Init::Const(0.0))?;
        Ok(Self(group_norm::GroupNorm::new(weight, bias, GROUPS, eps)?))
    }

    /// Adds SiLU after the normalisation.
    pub(crate) fn then_silu(self) -> Self {
        Self(self.0.then_silu())
    }

    /// Normalises `[batch, channels, height, width]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward(x)?)
    }

    /// Normalises `x + shift`, where `shift` is `[batch, channels]`.
    pub(crate) fn forward_shifted(&self, x: &Tensor, shift: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward_shifted(x, shift)?)
    }
}

/// Loads a layer normalisation, `weight` and `bias` `[width]`, below `vb`.
pub(crate) fn layer_norm(width: usize, eps: f64, vb: VarBuilder) -> Result<LayerNorm> {
    let weight = vb.get_with_hints(width, "weight", Init::Const(1.0))?;
    let bias = vb.get_with_hints(width, "bias", Init::Const(0.0))?;
    Ok(LayerNorm::new(weight, bias, eps)?)
}
