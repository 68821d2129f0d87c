//! Convolution along time at several dilations, for videos: one frame after the other, each an image of many channels.

mod product;

use super::film::{Film, Frames};
use super::gemm::PackedRows;
use super::isa::Isa;
use super::tensor::with_slice;
use super::weight::Weight;
use candle_core::{Device, Result, Tensor};
use product::Work;
use std::ops::Range;

/// Frames that each result is a sum over.
const TAPS: usize = 3;

/// Branches side by side, each a convolution of three frames at a dilation of its own, followed by ReLU.
///
/// A branch has its own channels of the input and of the result. Frames before the first and after the last are zero.
/// Long videos are convolved part by part.
/// Weights that candle does not track are packed once; such a layer passes no gradients on.
#[derive(Clone, Debug)]
pub(crate) struct TimeConv {
    /// The weights of each branch, packed as rows of `[outputs, inputs · TAPS]`.
    weight: Weight<Vec<PackedRows>>,
    bias: Tensor,
    /// How many frames apart the taps of each branch are.
    dilations: Vec<usize>,
    /// Channels of one branch.
    inputs: usize,
    outputs: usize,
}

impl TimeConv {
    /// Creates the layer from `weight`, `[branches, outputs, inputs, 3]`, `bias`, `[branches · outputs]`, and the dilation of
    /// each branch, in frames.
    pub(crate) fn new(weight: Tensor, bias: Tensor, dilations: &[usize]) -> Result<Self> {
        let (branches, outputs, inputs, taps) = weight.dims4()?;
        if taps != TAPS || branches != dilations.len() || bias.dims1()? != branches * outputs {
            candle_core::bail!(
                "a convolution along time with weights {:?}, biases {:?} and dilations {dilations:?}",
                weight.dims(),
                bias.dims()
            );
        }
        let depth = inputs * TAPS;
        let weight = Weight::new(weight, |weight| {
            let branch =
                |weight| PackedRows::from_rows(Isa::detect(), outputs, depth, weight, depth);
            weight.chunks_exact(outputs * depth).map(branch).collect()
        })?;
        Ok(Self {
            weight,
            bias,
            dilations: dilations.to_vec(),
            inputs,
            outputs,
        })
    }

    /// Returns relu(convolution + bias) + residual for some `frames` of `x`, each of which has `[branches · inputs, height,
    /// width]` numbers. The residual has those of the result, `[branches · outputs, height, width]`. Frames that `x` does not
    /// have are zero.
    ///
    /// # Errors
    ///
    /// Returns an error if the shapes do not fit, or the residual lacks some of the frames.
    pub(crate) fn forward(
        &self,
        x: &Film,
        frames: Range<usize>,
        residual: Option<&Film>,
    ) -> Result<Tensor> {
        let branches = self.dilations.len();
        let rows = branches * self.outputs;
        let &[channels, height, width] = x.shape().unwrap_or_default() else {
            candle_core::bail!("a convolution along the time of a film without frames");
        };
        let residual_fits = residual.is_none_or(|residual| {
            residual.shape() == Some(&[rows, height, width]) && residual.has(&frames)
        });
        if channels != branches * self.inputs || !residual_fits || frames.end > x.end() {
            candle_core::bail!(
                "a convolution along time of {branches} · {} channels got {:?} and residual {:?}",
                self.inputs,
                x.shape(),
                residual.map(Film::shape)
            );
        }
        let packed = match &self.weight {
            Weight::Plain(weight) => return self.compose(x, frames, weight, residual),
            Weight::Packed(packed) => packed,
        };
        let shape = (frames.len(), rows, height, width);
        let run = |x: &Frames<'_>, residual: Option<&Frames<'_>>| {
            with_slice(&self.bias, |bias| {
                let work = Work {
                    weights: packed,
                    dilations: &self.dilations,
                    inputs: self.inputs,
                    first: frames.start,
                    count: frames.len(),
                    area: height * width,
                    x,
                    bias,
                    residual,
                };
                Ok(work.run(Isa::detect()))
            })
        };
        let y = x.with_frames(|x| match residual {
            Some(residual) => residual.with_frames(|residual| run(x, Some(residual))),
            None => run(x, None),
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }

    /// Applies weights that may be trained, or that are on another device.
    fn compose(
        &self,
        x: &Film,
        frames: Range<usize>,
        weight: &Tensor,
        residual: Option<&Film>,
    ) -> Result<Tensor> {
        let (first, x) = x.whole()?;
        let start = frames.start - first;
        let branch = |(branch, &dilation): (usize, &usize)| {
            let x = x.narrow(1, branch * self.inputs, self.inputs)?;
            let padded = x.pad_with_zeros(0, dilation, dilation)?;
            let mut sum: Option<Tensor> = None;
            for tap in 0..TAPS {
                let weight = weight.get(branch)?.narrow(2, tap, 1)?.unsqueeze(3)?;
                let y = padded.narrow(0, start + tap * dilation, frames.len())?;
                let y = y.contiguous()?.conv2d(&weight.contiguous()?, 0, 1, 1, 1)?;
                sum = Some(match sum {
                    Some(sum) => (sum + y)?,
                    None => y,
                });
            }
            sum.ok_or_else(|| candle_core::Error::Msg("no taps".to_owned()))
        };
        let branches = self.dilations.iter().enumerate().map(branch);
        let y = Tensor::cat(&branches.collect::<Result<Vec<_>>>()?, 1)?;
        let y = y
            .broadcast_add(&self.bias.reshape((1, (), 1, 1))?)?
            .relu()?;
        match residual {
            Some(residual) => {
                let (first, residual) = residual.whole()?;
                y + residual.narrow(0, frames.start - first, frames.len())?
            }
            None => Ok(y),
        }
    }
}

#[cfg(test)]
mod tests;
