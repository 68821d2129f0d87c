//! Attention over time across a whole segment, so that bars can repeat and vary material from other bars.
//!
//! A moment is one row of the plane with all its pitches. Every moment attends to all moments with weights shared by all
//! pitches, so copied notes keep their pitch. `attention_windows` does not apply here.

use candle_core::Tensor;
use candle_nn::VarBuilder;

use crate::diffusion::conv::Conv2d;
use crate::diffusion::norm::GroupNorm;
use crate::error::Result;
use crate::kernel::moment_attention::attend_to_moments;

const NORM_EPS: f64 = 1e-6;

/// Multi-head attention between moments, with a residual connection.
#[derive(Clone, Debug)]
pub(crate) struct TimeAttention {
    norm: GroupNorm,
    queries_keys_values: Conv2d,
    /// Learned bias added to each score by distance in time, `[heads, moments, moments]`.
    distance_bias: Tensor,
    out: Conv2d,
}

impl TimeAttention {
    /// Loads `norm`, `to_qkv`, `bias` `[heads, 2·moments − 1]` and `to_out` below `vb`.
    pub(crate) fn new(
        channels: usize,
        heads: usize,
        moments: usize,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let bias = vb.get((heads, 2 * moments - 1), "bias")?;
        let rows: Vec<Tensor> = (0..moments)
            .map(|i| bias.narrow(1, moments - 1 - i, moments))
            .collect::<candle_core::Result<_>>()?;
        Ok(Self {
            norm: GroupNorm::new(channels, NORM_EPS, vb.pp("norm"))?,
            queries_keys_values: Conv2d::without_bias(channels, 3 * channels, 1, vb.pp("to_qkv"))?,
            distance_bias: Tensor::stack(&rows, 1)?,
            out: Conv2d::new(channels, channels, 1, 1, vb.pp("to_out"))?,
        })
    }

    /// Applies attention to `x` `[batch, channels, moments, pitches]`; returns the same shape.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let split = self.queries_keys_values.forward(&self.norm.forward(x)?)?;
        let taken = attend_to_moments(&split, &self.distance_bias)?;
        self.out.forward_residual(&taken, x)
    }
}
