//! Convolution along time at several dilations, for videos: one frame after the other, each an image of many channels.

use super::film::{Film, Frames};
use super::gemm::{PackedRows, Panels, groups_of};
use super::isa::{Isa, LANES, Lanes, Simd};
use super::lanes::take;
use super::output::Output;
use super::scratch::{ScratchKernel, run_with_scratch};
use super::tensor::with_slice;
use super::weight::Weight;
use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;
use std::ops::Range;

/// Frames that each result is a sum over.
const TAPS: usize = 3;
/// Groups of columns that a task works on. A column is a position in a frame.
const CHUNK_GROUPS: usize = 3;

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

/// A convolution of packed weights.
#[derive(Clone, Copy)]
struct Work<'a> {
    weights: &'a [PackedRows],
    dilations: &'a [usize],
    /// Channels of the input of one branch.
    inputs: usize,
    /// The first frame of the result, and how many there are.
    first: usize,
    count: usize,
    /// Positions in a frame.
    area: usize,
    x: &'a Frames<'a>,
    bias: &'a [f32],
    residual: Option<&'a Frames<'a>>,
}

impl Work<'_> {
    fn run(self, isa: Isa) -> Vec<f32> {
        let branches = self.dilations.len();
        let chunks = groups_of(self.area).div_ceil(CHUNK_GROUPS);
        let rows = self.weights.first().map_or(0, |weights| weights.rows);
        let fill = |output: &Output| {
            (0..self.count * branches * chunks)
                .into_par_iter()
                .for_each(|task| {
                    let chunk = Chunk {
                        work: self,
                        output,
                        frame: task / chunks / branches,
                        branch: task / chunks % branches,
                        first: task % chunks * CHUNK_GROUPS * LANES,
                    };
                    let depth = self.inputs * TAPS;
                    let scratch_len = CHUNK_GROUPS * depth + isa.rows() * isa.width();
                    run_with_scratch(isa, scratch_len, chunk);
                });
        };
        // SAFETY: the chunks cover all columns of all frames and branches, and each task writes its own columns of the
        // channels of its branch.
        unsafe { Output::filled_by(self.count * branches * rows * self.area, fill) }
    }
}

/// A task's columns of one branch of one frame of the result, from `first` on.
struct Chunk<'a> {
    work: Work<'a>,
    output: &'a Output<'a>,
    frame: usize,
    branch: usize,
    first: usize,
}

impl ScratchKernel for Chunk<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]) {
        let weights = &self.work.weights[self.branch];
        let columns = (self.work.area - self.first).min(CHUNK_GROUPS * LANES);
        let panels = Panels::new(S::WIDTH, groups_of(columns), weights.depth);
        let (inputs, block) = scratch.split_at_mut(panels.len());
        self.pack(panels, columns, inputs);
        for panel in 0..panels.count() {
            let width = panels.width(panel);
            let inputs = panels.panel(inputs, panel);
            let first = panels.first_group(panel) * LANES;
            for rows in 0..weights.blocks() {
                let block = &mut block[..S::ROWS * width];
                simd.multiply(width, weights.block(rows), inputs, block);
                let here = (columns - first).min(width * LANES);
                self.write(simd, rows * S::ROWS, first, here, block);
            }
        }
    }
}

impl Chunk<'_> {
    /// Packs the chunk's columns of the channels of its branch in the three frames.
    #[inline(always)]
    fn pack(&self, panels: Panels, columns: usize, to: &mut [Lanes]) {
        let Work {
            dilations,
            inputs,
            first,
            area,
            x,
            ..
        } = self.work;
        let dilation = dilations[self.branch];
        for tap in 0..TAPS {
            let frame = (first + self.frame + tap * dilation).checked_sub(dilation);
            let planes = frame
                .and_then(|frame| x.get(frame))
                .map(|frame| &frame[self.branch * inputs * area..][..inputs * area]);
            for channel in 0..inputs {
                for group in 0..panels.groups {
                    let at = panels.index_of(group, channel * TAPS + tap);
                    to[at] = match planes {
                        Some(planes) => {
                            let count = (columns - group * LANES).min(LANES);
                            let start = channel * area + self.first + group * LANES;
                            take(&planes[start..], count)
                        }
                        None => [0.0; LANES],
                    };
                }
            }
        }
    }

    /// Finishes a register block, and writes it.
    #[inline(always)]
    fn write<S: Simd>(
        &self,
        simd: S,
        first_row: usize,
        first_column: usize,
        columns: usize,
        block: &[Lanes],
    ) {
        let Work {
            weights,
            first,
            area,
            bias,
            residual,
            ..
        } = self.work;
        let rows = weights[self.branch].rows;
        let residual = residual.and_then(|residual| residual.get(first + self.frame));
        let width = block.len() / S::ROWS;
        let zero = simd.splat(0.0);
        for (row, sums) in (first_row..rows).zip(block.chunks_exact(width)) {
            let row = self.branch * rows + row;
            let bias = simd.splat(bias[row]);
            for (group, sums) in sums.iter().enumerate() {
                let column = group * LANES;
                if column >= columns {
                    break;
                }
                let count = (columns - column).min(LANES);
                let at = row * area + self.first + first_column + column;
                let mut sum = simd.max(simd.add(simd.load(sums), bias), zero);
                if let Some(residual) = residual {
                    sum = simd.add(sum, simd.load(&take(&residual[at..], count)));
                }
                let at = self.frame * weights.len() * rows * area + at;
                // SAFETY: only this task writes these columns of this branch's channels.
                unsafe { self.output.write_lanes(at, &simd.array(sum), count) };
            }
        }
    }
}

#[cfg(test)]
mod tests;
