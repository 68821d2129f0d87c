//! Linear layers of the U-Net.

use candle_nn::VarBuilder;

use crate::error::Result;
use crate::kernel::linear::{GatedLinear, Linear};

/// Loads `weight` `[outputs, inputs]` and `bias` `[outputs]` below `vb`.
pub(crate) fn linear(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<Linear> {
    let plain = candle_nn::linear(inputs, outputs, vb)?;
    Ok(Linear::new(plain.weight().clone(), plain.bias().cloned())?)
}

/// Loads `weight` `[outputs, inputs]` below `vb`.
pub(crate) fn linear_no_bias(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<Linear> {
    let plain = candle_nn::linear_no_bias(inputs, outputs, vb)?;
    Ok(Linear::new(plain.weight().clone(), None)?)
}

/// Loads a layer and its gate, stored together as `weight` `[2·outputs, inputs]` and `bias` `[2·outputs]`, below `vb`.
pub(crate) fn gated_linear(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<GatedLinear> {
    let plain = candle_nn::linear(inputs, 2 * outputs, vb)?;
    Ok(GatedLinear::new(plain.weight(), plain.bias())?)
}

/// Loads a 1×1 convolution, `weight` `[outputs, inputs, 1, 1]` and `bias` `[outputs]`, below `vb` as a linear layer.
pub(crate) fn pointwise(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<Linear> {
    let plain = candle_nn::conv2d(inputs, outputs, 1, candle_nn::Conv2dConfig::default(), vb)?;
    let weight = plain.weight().reshape((outputs, inputs))?;
    Ok(Linear::new(weight, plain.bias().cloned())?)
}
