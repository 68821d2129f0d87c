//! The gradients of a convolution's weights, as matrix products over places, and of its biases.
//!
//! The input is laid out by places, with all channels of a place side by side and its padding in place. The gradients of
//! the result are laid out the same way, with zeros where lines are longer than theirs. Then a place in the kernel is
//! a distance between the two, and its weights' gradient is one product of two stretches of memory.

use crate::kernel::gemm::{Panels, groups_of};
use crate::kernel::isa::{Isa, Kernel, LANES, Lanes, Simd};
use crate::kernel::output::Output;
use crate::kernel::reduce::total;
use rayon::prelude::*;

/// Places that are multiplied at once, few enough for the nearest cache.
const PLACES: usize = 128;
/// Into how many parts a batch is cut, at most, each with sums of its own.
const PARTS: usize = 8;

/// A convolution of stride 1: `x` is `[batch, channels, height, width]`, the result has `rows` channels.
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

    /// Places in a line with its padding.
    fn line(&self) -> usize {
        self.width + 2 * self.padding
    }

    /// Places of the result, the ends of the lines included.
    fn places(&self) -> usize {
        self.height_out() * self.line()
    }

    /// Places of the input, and those behind it that the last places of the result reach.
    fn places_in(&self) -> usize {
        (self.height + 2 * self.padding) * self.line() + self.kernel - 1
    }
}

/// `[rows, channels, kernel, kernel]`, from `x` and the gradient of the result.
pub(super) fn weight_gradient(isa: Isa, shape: Shape, x: &[f32], gradient: &[f32]) -> Vec<f32> {
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
    let gradients = gradient.par_chunks((each * rows * area_out).max(1));
    let parts: Vec<Sums> = images
        .zip(gradients)
        .map(|(x, gradient)| isa.run(Part { shape, x, gradient }))
        .collect();
    let squares = kernel * kernel;
    let fill = |output: &Output| {
        (0..rows).into_par_iter().for_each(|row| {
            let mut line = vec![0.0; channels * squares];
            for part in &parts {
                part.add_row(row, channels, squares, &mut line);
            }
            // SAFETY: every task writes a row of its own.
            unsafe { output.write(row * line.len(), &line) };
        });
    };
    // SAFETY: the tasks cover all rows.
    unsafe { Output::filled_by(rows * channels * squares, fill) }
}

/// The sum over all places for each of `rows` channels of `gradient`, `[batch, rows, …]`.
pub(super) fn sums_of_channels(isa: Isa, [batch, rows]: [usize; 2], gradient: &[f32]) -> Vec<f32> {
    let area = gradient.len() / (batch * rows).max(1);
    (0..rows)
        .into_par_iter()
        .map(|row| {
            let planes = (0..batch).map(|image| &gradient[(image * rows + row) * area..][..area]);
            planes.map(|plane| isa.run(Total(plane))).sum()
        })
        .collect()
}

/// The sum of some numbers.
struct Total<'a>(&'a [f32]);

impl Kernel for Total<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        total(simd, self.0, 0.0, |x, sum| simd.add(x, sum))
    }
}

/// Sums for a part of the batch, in register blocks `[squares, panels, blocks, ROWS, width · LANES]`.
struct Sums {
    numbers: Vec<Lanes>,
    panels: Panels,
    block_rows: usize,
    blocks: usize,
}

impl Sums {
    /// Where the block of a panel and a place in the kernel starts.
    fn at(&self, square: usize, panel: usize, block: usize) -> usize {
        let row = self.block_rows * self.blocks * self.panels.groups;
        let before = self.block_rows * self.blocks * self.panels.first_group(panel);
        square * row + before + block * self.block_rows * self.panels.width(panel)
    }

    /// Adds the sums of `row` to `line`, `[channels, squares]`.
    fn add_row(&self, row: usize, channels: usize, squares: usize, line: &mut [f32]) {
        let (block, lane) = (row / self.block_rows, row % self.block_rows);
        for square in 0..squares {
            for panel in 0..self.panels.count() {
                let width = self.panels.width(panel);
                let at = self.at(square, panel, block) + lane * width;
                let sums = self.numbers[at..at + width].as_flattened();
                let first = self.panels.first_group(panel) * LANES;
                for (channel, sum) in (first..channels).zip(sums) {
                    line[channel * squares + square] += sum;
                }
            }
        }
    }
}

/// A part of the batch.
struct Part<'a> {
    shape: Shape,
    x: &'a [f32],
    gradient: &'a [f32],
}

impl Kernel for Part<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Sums {
        let Self { shape, x, gradient } = self;
        let (places, places_in) = (shape.places(), shape.places_in());
        let panels = Panels::new(S::WIDTH, groups_of(shape.channels), places_in);
        let blocks = shape.rows.div_ceil(S::ROWS);
        let squares = shape.kernel * shape.kernel;
        let mut sums = Sums {
            numbers: vec![[0.0; LANES]; squares * blocks * S::ROWS * panels.groups],
            panels,
            block_rows: S::ROWS,
            blocks,
        };
        let mut inputs = vec![[0.0; LANES]; panels.len()];
        let mut gradients = vec![0.0; blocks * S::ROWS * places];
        let mut product = vec![[0.0; LANES]; S::ROWS * S::WIDTH];
        let images = x.chunks_exact(shape.channels * shape.height * shape.width);
        let area_out = shape.height_out() * shape.width_out();
        for (x, gradient) in images.zip(gradient.chunks_exact(shape.rows * area_out)) {
            shape.pack_input(panels, x, &mut inputs);
            shape.pack_gradient(S::ROWS, gradient, &mut gradients);
            for first in (0..places).step_by(PLACES) {
                let count = PLACES.min(places - first);
                for panel in 0..panels.count() {
                    let width = panels.width(panel);
                    let inputs = panels.panel(&inputs, panel);
                    for square in 0..squares {
                        let (y, x) = (square / shape.kernel, square % shape.kernel);
                        let from = first + y * shape.line() + x;
                        let inputs = &inputs[from * width..(from + count) * width];
                        for block in 0..blocks {
                            let from = (block * places + first) * S::ROWS;
                            let gradients = &gradients[from..from + count * S::ROWS];
                            let product = &mut product[..S::ROWS * width];
                            simd.multiply(width, gradients, inputs, product);
                            let at = sums.at(square, panel, block);
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
    /// Lays out an image by places. The padding is zero already, and stays so.
    #[inline(always)]
    fn pack_input(&self, panels: Panels, x: &[f32], packed: &mut [Lanes]) {
        for (channel, plane) in x.chunks_exact(self.height * self.width).enumerate() {
            let (group, lane) = (channel / LANES, channel % LANES);
            for (y, line) in plane.chunks_exact(self.width).enumerate() {
                let first = (y + self.padding) * self.line() + self.padding;
                let stride = panels.place(group, 1) - panels.place(group, 0);
                let packed = packed[panels.place(group, first)..].iter_mut();
                for (packed, &x) in packed.step_by(stride).zip(line) {
                    packed[lane] = x;
                }
            }
        }
    }

    /// Lays out the gradients of an image by places, in blocks of rows. The ends of the lines are zero already.
    #[inline(always)]
    fn pack_gradient(&self, block_rows: usize, gradient: &[f32], packed: &mut [f32]) {
        let (height, width, places) = (self.height_out(), self.width_out(), self.places());
        for (row, plane) in gradient.chunks_exact(height * width).enumerate() {
            let (block, lane) = (row / block_rows, row % block_rows);
            for (y, line) in plane.chunks_exact(width).enumerate() {
                let first = (block * places + y * self.line()) * block_rows;
                let packed = packed[first..].chunks_exact_mut(block_rows);
                for (packed, &x) in packed.zip(line) {
                    packed[lane] = x;
                }
            }
        }
    }
}
