//! Blocks of convolutions: over space, then over time at four dilations, twice, and an average over squares.

use candle_core::Tensor;

use super::weights::Weights;
use crate::error::Result;
use crate::kernel::conv2d::Conv2d;
use crate::kernel::pool::halve;
use crate::kernel::time_conv::TimeConv;

/// The dilations of the branches, in frames; each is a part of the names of its tensors.
const DILATIONS: [usize; 4] = [1, 2, 4, 8];
/// Frames that a convolution over time takes, and pixels in each direction that one over space takes.
const TAPS: usize = 3;
/// What the authors' batch normalisation adds to each variance.
const EPSILON: f64 = 1e-3;

/// Two layers, of which the second is added to the first.
#[derive(Debug)]
pub(super) struct Block {
    first: Layer,
    second: Layer,
}

impl Block {
    /// Loads the block called `name`, whose four branches have `channels` channels each.
    pub(super) fn new(
        weights: &Weights<'_>,
        name: &str,
        inputs: usize,
        channels: usize,
    ) -> Result<Self> {
        let name = |layer: usize| format!("{name}.DDCNN.{layer}");
        Ok(Self {
            first: Layer::new(weights, &name(0), inputs, channels)?,
            second: Layer::new(weights, &name(1), 4 * channels, channels)?,
        })
    }

    /// Applies the block to `x`, `[frames, inputs, height, width]`. The result has half the height and width, and all
    /// channels of all branches.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let first = self.first.forward(x, None)?;
        let both = self.second.forward(&first, Some(&first))?;
        Ok(halve(&both)?)
    }
}

/// A convolution over space, then one over time for each branch, normalised, and ReLU.
#[derive(Debug)]
struct Layer {
    space: Conv2d,
    time: TimeConv,
}

impl Layer {
    fn new(weights: &Weights<'_>, name: &str, inputs: usize, channels: usize) -> Result<Self> {
        let between = 2 * channels;
        let (mut space, mut time) = (Vec::new(), Vec::new());
        for dilation in DILATIONS {
            let name = |part: usize| format!("{name}.Conv3D_{dilation}.layers.{part}.weight");
            let over_space = weights.tensor(&name(0), &[between, inputs, 1, TAPS, TAPS])?;
            space.push(over_space.squeeze(2)?);
            let over_time = weights.tensor(&name(1), &[channels, between, TAPS, 1, 1])?;
            time.push(over_time.reshape((channels, between, TAPS))?);
        }
        let all = DILATIONS.len() * channels;
        let norm = |part: &str| weights.tensor(&format!("{name}.bn.{part}"), &[all]);
        // A normalisation with fixed statistics is a factor and a bias of the convolution before it.
        let spread = (norm("running_var")? + EPSILON)?.sqrt()?;
        let factor = (norm("weight")? / spread)?;
        let bias = (norm("bias")? - (norm("running_mean")? * &factor)?)?;
        let factor = factor.reshape((DILATIONS.len(), channels, 1, 1))?;
        let time = Tensor::stack(&time, 0)?.broadcast_mul(&factor)?;
        Ok(Self {
            space: Conv2d::new(Tensor::cat(&space, 0)?, None, 1, 1)?,
            time: TimeConv::new(time, bias, &DILATIONS)?,
        })
    }

    /// Applies the layer, and adds `residual` after ReLU.
    fn forward(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        Ok(self.time.forward(&self.space.forward(x)?, residual)?)
    }
}
