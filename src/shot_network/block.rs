//! Blocks of convolutions: over space, then over time at four dilations, twice, and an average over squares.

use candle_core::Tensor;

use super::weights::Weights;
use crate::error::Result;
use crate::kernel::conv2d::Conv2d;
use crate::kernel::film::Film;
use crate::kernel::pool::halve;
use crate::kernel::time_conv::TimeConv;

/// The dilations of the branches, in frames; each is a part of the names of its tensors.
const DILATIONS: [usize; 4] = [1, 2, 4, 8];
/// Frames before and after each that a convolution over time takes at most.
const REACH: usize = 8;
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
}

/// A block while the frames of a clip pass it. It holds a few of them, because each result needs frames before and after it.
#[derive(Debug)]
pub(super) struct BlockStream<'a> {
    first: LayerStream<'a>,
    second: LayerStream<'a>,
    /// What the first layer made of the frames, to be added to what the second makes of them.
    residual: Film,
}

impl<'a> BlockStream<'a> {
    /// Starts a clip.
    pub(super) fn new(block: &'a Block) -> Self {
        Self {
            first: LayerStream::new(&block.first),
            second: LayerStream::new(&block.second),
            residual: Film::default(),
        }
    }

    /// Takes the next frames, `[frames, inputs, height, width]`, if there are any. Returns the next results, if there are
    /// any, which have half the height and width, and all channels of all branches. After the last frames, all that are
    /// missing.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub(super) fn push(&mut self, x: Option<&Tensor>, is_last: bool) -> Result<Option<Tensor>> {
        let first = self.first.push(x, is_last, None)?;
        if let Some(first) = &first {
            self.residual.push(first.clone())?;
        }
        let both = (self.second).push(first.as_ref(), is_last, Some(&self.residual))?;
        self.residual.forget(self.second.done);
        Ok(both.map(|both| halve(&both)).transpose()?)
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
}

/// A layer while the frames of a clip pass it.
#[derive(Debug)]
struct LayerStream<'a> {
    layer: &'a Layer,
    /// What the convolution over space made of the frames.
    between: Film,
    /// How many results there were.
    done: usize,
}

impl<'a> LayerStream<'a> {
    fn new(layer: &'a Layer) -> Self {
        Self {
            layer,
            between: Film::default(),
            done: 0,
        }
    }

    /// Takes the next frames. Returns the next results, with `residual` added after ReLU.
    fn push(
        &mut self,
        x: Option<&Tensor>,
        is_last: bool,
        residual: Option<&Film>,
    ) -> Result<Option<Tensor>> {
        if let Some(x) = x {
            self.between.push(self.layer.space.forward(x)?)?;
        }
        let seen = self.between.end();
        let end = if is_last {
            seen
        } else {
            seen.saturating_sub(REACH)
        };
        if end <= self.done {
            return Ok(None);
        }
        let frames = self.done..end;
        let y = (self.layer.time).forward(&self.between, frames, residual)?;
        self.done = end;
        self.between.forget(end.saturating_sub(REACH));
        Ok(Some(y))
    }
}
