//! Convolutions of the U-Net.

use candle_core::Tensor;
use candle_nn::{Conv2dConfig, VarBuilder};

use crate::error::Result;
use crate::kernel::conv2d;

/// A square convolution, padded so that stride 1 keeps the size of the plane and stride 2 halves it.
#[derive(Clone, Debug)]
pub(crate) struct Conv2d(conv2d::Conv2d);

impl Conv2d {
    /// Loads `weight` `[outputs, inputs, kernel, kernel]` and `bias` `[outputs]` below `vb`.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        vb: VarBuilder,
    ) -> Result<Self> {
        let plain = candle_nn::conv2d(inputs, outputs, kernel, Conv2dConfig::default(), vb)?;
        Ok(Self(conv2d::Conv2d::new(
            plain.weight().clone(),
            plain.bias().cloned(),
            stride,
            kernel / 2,
        )?))
    }

    /// Loads `weight` `[outputs, inputs, kernel, kernel]` below `vb`; stride 1, no bias.
    pub(crate) fn without_bias(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        vb: VarBuilder,
    ) -> Result<Self> {
        let weight = vb.get((outputs, inputs, kernel, kernel), "weight")?;
        Ok(Self(conv2d::Conv2d::new(weight, None, 1, kernel / 2)?))
    }

    /// Maps `[batch, inputs, height, width]` to `[batch, outputs, height / stride, width / stride]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward(x)?)
    }

    /// Convolves `x` and adds `residual`, which has the shape of the result.
    pub(crate) fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward_residual(x, residual)?)
    }
}
