//! Residual blocks, and the layers that halve and double the plane.

use candle_core::Tensor;
use candle_nn::VarBuilder;

use crate::diffusion::conv::Conv2d;
use crate::diffusion::linear::linear;
use crate::diffusion::norm::GroupNorm;
use crate::error::Result;
use crate::kernel::linear::Linear;
use crate::kernel::upsample::double;

const NORM_EPS: f64 = 1e-5;

/// Two 3×3 convolutions, each after group normalisation and SiLU, with a residual connection. The time embedding is
/// added between them.
#[derive(Clone, Debug)]
pub(crate) struct ResBlock {
    in_norm: GroupNorm,
    in_conv: Conv2d,
    time_projection: Linear,
    out_norm: GroupNorm,
    out_conv: Conv2d,
    skip: Option<Conv2d>,
}

impl ResBlock {
    /// Loads `in_layers`, `emb_layers`, `out_layers` and, if the width changes, `skip_connection` below `vb`.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        time_width: usize,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let skip = if inputs == outputs {
            None
        } else {
            Some(Conv2d::new(
                inputs,
                outputs,
                1,
                1,
                vb.pp("skip_connection"),
            )?)
        };
        Ok(Self {
            in_norm: GroupNorm::new(inputs, NORM_EPS, vb.pp("in_layers.0"))?.then_silu(),
            in_conv: Conv2d::new(inputs, outputs, 3, 1, vb.pp("in_layers.2"))?,
            time_projection: linear(time_width, outputs, vb.pp("emb_layers.1"))?,
            out_norm: GroupNorm::new(outputs, NORM_EPS, vb.pp("out_layers.0"))?.then_silu(),
            out_conv: Conv2d::new(outputs, outputs, 3, 1, vb.pp("out_layers.3"))?,
            skip,
        })
    }

    /// Maps `x` `[batch, inputs, height, width]` and `time` `[batch, time_width]` to `[batch, outputs, height, width]`.
    pub(crate) fn forward(&self, x: &Tensor, time: &Tensor) -> Result<Tensor> {
        let hidden = self.in_conv.forward(&self.in_norm.forward(x)?)?;
        let shift = self.time_projection.forward(&time.silu()?)?;
        let hidden = self.out_norm.forward_shifted(&hidden, &shift)?;
        match &self.skip {
            Some(skip) => self.out_conv.forward_residual(&hidden, &skip.forward(x)?),
            None => self.out_conv.forward_residual(&hidden, x),
        }
    }
}

/// Halves the plane with a strided 3×3 convolution.
#[derive(Clone, Debug)]
pub(crate) struct Downsample(Conv2d);

impl Downsample {
    /// Loads `op` below `vb`.
    pub(crate) fn new(channels: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self(Conv2d::new(channels, channels, 3, 2, vb.pp("op"))?))
    }

    /// Maps `[batch, channels, height, width]` to `[batch, channels, height / 2, width / 2]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.0.forward(x)
    }
}

/// Doubles the plane by repeating its values, then smooths with a 3×3 convolution.
#[derive(Clone, Debug)]
pub(crate) struct Upsample(Conv2d);

impl Upsample {
    /// Loads `conv` below `vb`.
    pub(crate) fn new(channels: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self(Conv2d::new(channels, channels, 3, 1, vb.pp("conv"))?))
    }

    /// Maps `[batch, channels, height, width]` to `[batch, channels, 2·height, 2·width]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.0.forward(&double(x)?)
    }
}
