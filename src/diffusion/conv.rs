//! Convolutions of the U-Net.

use candle_core::Tensor;
use candle_nn::{Conv2dConfig, VarBuilder};

use crate::error::Result;
use crate::kernel::conv2d;

/// A square convolution that keeps the size of the plane, or halves it with stride 2.
#[derive(Clone, Debug)]
pub struct Conv2d(conv2d::Conv2d);

impl Conv2d {
    /// Loads `weight` `[outputs, inputs, kernel, kernel]` and `bias` `[outputs]` below `vb`.
    pub fn new(
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

    /// Loads `weight` `[outputs, inputs, kernel, kernel]` below `vb`, for a convolution of stride 1 without bias.
    pub fn without_bias(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        vb: VarBuilder,
    ) -> Result<Self> {
        let weight = vb.get((outputs, inputs, kernel, kernel), "weight")?;
        Ok(Self(conv2d::Conv2d::new(weight, None, 1, kernel / 2)?))
    }

    /// `[batch, inputs, height, width]` to `[batch, outputs, height / stride, width / stride]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward(x)?)
    }

    /// Convolves `x` and adds `residual`, which has the result's shape.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward_residual(x, residual)?)
    }
}
