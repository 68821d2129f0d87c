//! The sums themselves, by chunks of columns.

use super::TAPS;
use crate::kernel::film::Frames;
use crate::kernel::gemm::{PackedRows, Panels, groups_of};
use crate::kernel::isa::{Isa, LANES, Lanes, Simd};
use crate::kernel::lanes::take;
use crate::kernel::output::Output;
use crate::kernel::scratch::{ScratchKernel, run_with_scratch};
use rayon::prelude::*;

/// Groups of columns that a task works on. A column is a position in a frame.
const CHUNK_GROUPS: usize = 3;

/// A convolution of packed weights.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) weights: &'a [PackedRows],
    pub(super) dilations: &'a [usize],
    /// Channels of the input of one branch.
    pub(super) inputs: usize,
    /// The first frame of the result, and how many there are.
    pub(super) first: usize,
    pub(super) count: usize,
    /// Positions in a frame.
    pub(super) area: usize,
    pub(super) x: &'a Frames<'a>,
    pub(super) bias: &'a [f32],
    pub(super) residual: Option<&'a Frames<'a>>,
}

impl Work<'_> {
    /// Returns the frames of the result, `[frames, branches · outputs, area]`.
    pub(super) fn run(self, isa: Isa) -> Vec<f32> {
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
