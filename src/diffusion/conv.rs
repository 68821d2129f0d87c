//! Convolutions of the U-Net.

use candle_core::Tensor;
use candle_nn::{Conv2dConfig, Module, VarBuilder};

use crate::error::Result;

/// A square convolution with bias that keeps the size of the plane, or halves it with stride 2.
#[derive(Clone, Debug)]
pub struct Conv2d(candle_nn::Conv2d);

impl Conv2d {
    /// Loads `weight` `[outputs, inputs, kernel, kernel]` and `bias` `[outputs]` below `vb`.
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        vb: VarBuilder,
    ) -> Result<Self> {
        let config = Conv2dConfig {
            padding: kernel / 2,
            stride,
            ..Conv2dConfig::default()
        };
        Ok(Self(candle_nn::conv2d(
            inputs, outputs, kernel, config, vb,
        )?))
    }

    /// `[batch, inputs, height, width]` to `[batch, outputs, height / stride, width / stride]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.0.forward(&x.contiguous()?)?)
    }
}
