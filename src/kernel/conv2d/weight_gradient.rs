//! The gradients of a convolution's weights, as matrix products over positions, and of its biases.
//!
//! The padded input is laid out by position, with all channels of a position side by side. The gradient of the result
//! is laid out the same way, each of its lines padded with zeros to the length of the input's. A tap of the kernel then
//! is an offset between the two, and the gradient of its weights is one product of two contiguous ranges.

use crate::kernel::gemm::{Panels, groups_of};
use crate::kernel::isa::{Isa, Kernel, LANES, Lanes, Simd};
use crate::kernel::reduce::total;
use rayon::prelude::*;

/// Positions that are multiplied at once, few enough for the first-level cache.
const POSITIONS: usize = 128;
/// Parts of a batch, at most. Each part has its own sums, so the number must not depend on the threads.
const PARTS: usize = 8;

/// The dimensions of a convolution at stride 1. The input is `[batch, channels, height, width]`; the result has `rows`
/// channels.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) batch: usize,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) rows: usize,
    pub(super) kernel: usize,
    pub(super) padding: usize,
}

impl Shape {
    fn height_out(&self) -> usize {
        self.height + 2 * self.padding + 1 - self.kernel
    }

    fn width_out(&self) -> usize {
        self.width + 2 * self.padding + 1 - self.kernel
    }

    /// Returns the positions in a padded line.
    fn line(&self) -> usize {
        self.width + 2 * self.padding
    }

    /// Returns the positions of the result, with its lines padded.
    fn positions(&self) -> usize {
        self.height_out() * self.line()
    }

    /// Returns the positions of the padded input, and those after it that the last positions of the result reach.
    fn positions_in(&self) -> usize {
        (self.height + 2 * self.padding) * self.line() + self.kernel - 1
    }
}

/// Returns the gradient of the weights, `[rows, channels, kernel, kernel]`, from `x` and the gradient of the result.
pub(super) fn weight_gradient(isa: Isa, shape: Shape, x: &[f32], y_gradient: &[f32]) -> Vec<f32> {
    let Shape {
        batch,
        channels,
        rows,
        kernel,
        ..
    } = shape;
    let area = shape.height * shape.width;
    let area_out = shape.height_out() * shape.width_out();
    let each = batch.div_ceil(PARTS).max(1);
    let images = x.par_chunks((each * channels * area).max(1));
    let gradients = y_gradient.par_chunks((each * rows * area_out).max(1));
    let parts: Vec<Sums> = images
        .zip(gradients)
        .map(|(x, y_gradient)| {
            isa.run(Part {
                shape,
                x,
                y_gradient,
            })
        })
        .collect();
    let taps = kernel * kernel;
    let mut gradient = vec![0.0; rows * channels * taps];
    let lines = gradient.par_chunks_mut((channels * taps).max(1));
    lines.enumerate().for_each(|(row, line)| {
        for part in &parts {
            part.add_row(row, channels, taps, line);
        }
    });
    gradient
}

/// Returns the sum over all positions for each channel of `x`, `[batch, rows, …]`.
pub(super) fn sums_of_channels(isa: Isa, [batch, rows]: [usize; 2], x: &[f32]) -> Vec<f32> {
    let area = x.len() / (batch * rows).max(1);
    (0..rows)
        .into_par_iter()
        .map(|row| {
            let planes = (0..batch).map(|image| &x[(image * rows + row) * area..][..area]);
            planes.map(|plane| isa.run(Total(plane))).sum()
        })
        .collect()
}

/// Sums up a slice.
struct Total<'a>(&'a [f32]);

impl Kernel for Total<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        total(simd, self.0, 0.0, |x, sum| simd.add(x, sum))
    }
}

/// The gradient of the weights from a part of the batch, `[taps, panels, blocks, ROWS, width · LANES]`.
struct Sums {
    numbers: Vec<Lanes>,
    panels: Panels,
    block_rows: usize,
    blocks: usize,
}

impl Sums {
    /// Returns the index of the first vector of a register block.
    fn index_of(&self, tap: usize, panel: usize, block: usize) -> usize {
        let tap_len = self.block_rows * self.blocks * self.panels.groups;
        let before = self.block_rows * self.blocks * self.panels.first_group(panel);
        tap * tap_len + before + block * self.block_rows * self.panels.width(panel)
    }

    /// Adds the sums of `row` to `line`, `[channels, taps]`.
    fn add_row(&self, row: usize, channels: usize, taps: usize, line: &mut [f32]) {
        let (block, lane) = (row / self.block_rows, row % self.block_rows);
        for tap in 0..taps {
            for panel in 0..self.panels.count() {
                let width = self.panels.width(panel);
                let at = self.index_of(tap, panel, block) + lane * width;
                let sums = self.numbers[at..at + width].as_flattened();
                let first = self.panels.first_group(panel) * LANES;
                for (channel, sum) in (first..channels).zip(sums) {
                    line[channel * taps + tap] += sum;
                }
            }
        }
    }
}

/// A part of the batch.
struct Part<'a> {
    shape: Shape,
    x: &'a [f32],
    y_gradient: &'a [f32],
}

impl Kernel for Part<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Sums {
        let Self {
            shape,
            x,
            y_gradient,
        } = self;
        let positions = shape.positions();
        let panels = Panels::new(S::WIDTH, groups_of(shape.channels), shape.positions_in());
        let blocks = shape.rows.div_ceil(S::ROWS);
        let taps = shape.kernel * shape.kernel;
        let mut sums = Sums {
            numbers: vec![[0.0; LANES]; taps * blocks * S::ROWS * panels.groups],
            panels,
            block_rows: S::ROWS,
            blocks,
        };
        let mut inputs = vec![[0.0; LANES]; panels.len()];
        let mut gradients = vec![0.0; blocks * S::ROWS * positions];
        let mut product = vec![[0.0; LANES]; S::ROWS * S::WIDTH];
        let images = x.chunks_exact(shape.channels * shape.height * shape.width);
        let area_out = shape.height_out() * shape.width_out();
        for (x, y_gradient) in images.zip(y_gradient.chunks_exact(shape.rows * area_out)) {
            shape.pack_input(panels, x, &mut inputs);
            shape.pack_gradient(S::ROWS, y_gradient, &mut gradients);
            for first in (0..positions).step_by(POSITIONS) {
                let count = POSITIONS.min(positions - first);
                for panel in 0..panels.count() {
                    let width = panels.width(panel);
                    let inputs = panels.panel(&inputs, panel);
                    for tap in 0..taps {
                        let (y, x) = (tap / shape.kernel, tap % shape.kernel);
                        let from = first + y * shape.line() + x;
                        let inputs = &inputs[from * width..(from + count) * width];
                        for block in 0..blocks {
                            let from = (block * positions + first) * S::ROWS;
                            let gradients = &gradients[from..from + count * S::ROWS];
                            let product = &mut product[..S::ROWS * width];
                            simd.multiply(width, gradients, inputs, product);
                            let at = sums.index_of(tap, panel, block);
                            let sums = &mut sums.numbers[at..at + product.len()];
                            for (sum, product) in sums.iter_mut().zip(product) {
                                *sum = simd.array(simd.add(simd.load(sum), simd.load(product)));
                            }
                        }
                    }
                }
            }
        }
        sums
    }
}

impl Shape {
    /// Lays out an image by position. The padding is already zero and is not written.
    #[inline(always)]
    fn pack_input(&self, panels: Panels, x: &[f32], packed: &mut [Lanes]) {
        for (channel, plane) in x.chunks_exact(self.height * self.width).enumerate() {
            let (group, lane) = (channel / LANES, channel % LANES);
            for (y, line) in plane.chunks_exact(self.width).enumerate() {
                let first = (y + self.padding) * self.line() + self.padding;
                let stride = panels.index_of(group, 1) - panels.index_of(group, 0);
                let packed = packed[panels.index_of(group, first)..].iter_mut();
                for (packed, &x) in packed.step_by(stride).zip(line) {
                    packed[lane] = x;
                }
            }
        }
    }

    /// Lays out the gradient of an image's result by position, in blocks of rows. The ends of the lines are already
    /// zero.
    #[inline(always)]
    fn pack_gradient(&self, block_rows: usize, y_gradient: &[f32], packed: &mut [f32]) {
        let (height, width) = (self.height_out(), self.width_out());
        for (row, plane) in y_gradient.chunks_exact(height * width).enumerate() {
            let (block, lane) = (row / block_rows, row % block_rows);
            for (y, line) in plane.chunks_exact(width).enumerate() {
                let first = (block * self.positions() + y * self.line()) * block_rows;
                let packed = packed[first..].chunks_exact_mut(block_rows);
                for (packed, &x) in packed.zip(line) {
                    packed[lane] = x;
                }
            }
        }
    }
}
