//! Convolution as an implicit matrix product: a task packs only the patches of the input that it multiplies.

use super::addends::Addends;
use super::gemm::{PackedRows, Panels, groups_of};
use super::geometry::Geometry;
use super::isa::{Isa, LANES, Lanes, Simd};
use super::lanes::take;
use super::output::Output;
use super::scratch::{ScratchKernel, run_with_scratch};
use rayon::prelude::*;

/// Groups of columns that a task works on. A column is a position in the result.
const CHUNK_GROUPS: usize = 3;

/// Convolves `x` by weights packed as `[channels out, channels in · kernel · kernel]`.
pub(super) fn convolve(
    isa: Isa,
    geometry: Geometry,
    weights: &PackedRows,
    x: &[f32],
    addends: Addends,
) -> Vec<f32> {
    // A 1×1 kernel has no neighbours, so an image can be treated as one long row.
    let geometry = if geometry.kernel == 1 && geometry.stride == 1 && geometry.padding == 0 {
        Geometry {
            height: 1,
            width: geometry.height * geometry.width,
            ..geometry
        }
    } else {
        geometry
    };
    let area = geometry.height_out() * geometry.width_out();
    let chunks = groups_of(area).div_ceil(CHUNK_GROUPS);
    let len = geometry.batch * weights.rows * area;
    let fill = |output: &Output| {
        (0..geometry.batch * chunks)
            .into_par_iter()
            .for_each(|task| {
                let chunk = Chunk {
                    geometry,
                    weights,
                    x,
                    addends,
                    output,
                    image: task / chunks,
                    first: task % chunks * CHUNK_GROUPS * LANES,
                };
                let scratch_len = CHUNK_GROUPS * weights.depth + isa.rows() * isa.width();
                run_with_scratch(isa, scratch_len, chunk);
            });
    };
    // SAFETY: the chunks cover all columns of all images, and each task writes its own columns of all channels.
    unsafe { Output::filled_by(len, fill) }
}

/// A task's columns of one image, from `first` on.
struct Chunk<'a> {
    geometry: Geometry,
    weights: &'a PackedRows,
    x: &'a [f32],
    addends: Addends<'a>,
    output: &'a Output<'a>,
    image: usize,
    first: usize,
}

impl ScratchKernel for Chunk<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]) {
        let area = self.geometry.height_out() * self.geometry.width_out();
        let columns = (area - self.first).min(CHUNK_GROUPS * LANES);
        let panels = Panels::new(S::WIDTH, groups_of(columns), self.weights.depth);
        let (patches, block) = scratch.split_at_mut(panels.len());
        self.pack(panels, columns, patches);
        for panel in 0..panels.count() {
            let width = panels.width(panel);
            let patches = panels.panel(patches, panel);
            let first = panels.first_group(panel) * LANES;
            for rows in 0..self.weights.blocks() {
                let block = &mut block[..S::ROWS * width];
                simd.multiply(width, self.weights.block(rows), patches, block);
                let here = (columns - first).min(width * LANES);
                self.write(simd, rows * S::ROWS, first, here, block);
            }
        }
    }
}

impl Chunk<'_> {
    /// Packs the patch of the input under each of the chunk's columns.
    #[inline(always)]
    fn pack(&self, panels: Panels, columns: usize, patches: &mut [Lanes]) {
        let Geometry {
            channels,
            height,
            width,
            kernel,
            stride,
            padding,
            ..
        } = self.geometry;
        let width_out = self.geometry.width_out();
        let x = &self.x[self.image * channels * height * width..];
        for group in 0..panels.groups {
            let start = self.first + group * LANES;
            let here = (columns - group * LANES).min(LANES);
            let (first_y, first_x) = (start / width_out, start % width_out);
            let one_line = here == LANES && first_x + LANES <= width_out;
            let mut row = 0;
            for plane in x.chunks_exact(height * width).take(channels) {
                for ky in 0..kernel {
                    for kx in 0..kernel {
                        let mut lanes = [0.0; LANES];
                        let from = first_x * stride + kx;
                        let to = (from + (LANES - 1) * stride).wrapping_sub(padding);
                        if one_line && from >= padding && to < width {
                            let y = (first_y * stride + ky).wrapping_sub(padding);
                            if y < height {
                                let line = &plane[y * width..][..width];
                                copy_inner(&line[from - padding..=to], stride, &mut lanes);
                            }
                        } else {
                            let (mut y, mut x, mut lane) = (first_y, first_x, 0);
                            while lane < here {
                                let run = (width_out - x).min(here - lane);
                                let from_y = (y * stride + ky).wrapping_sub(padding);
                                if from_y < height {
                                    let line = &plane[from_y * width..][..width];
                                    let from = x * stride + kx;
                                    let to = &mut lanes[lane..lane + run];
                                    copy_padded(line, from, padding, stride, to);
                                }
                                (y, x, lane) = (y + 1, 0, lane + run);
                            }
                        }
                        patches[panels.index_of(group, row)] = lanes;
                        row += 1;
                    }
                }
            }
        }
    }

    /// Adds bias and residual to a register block, and writes it.
    #[inline(always)]
    fn write<S: Simd>(
        &self,
        simd: S,
        first_row: usize,
        first_column: usize,
        columns: usize,
        block: &[Lanes],
    ) {
        let area = self.geometry.height_out() * self.geometry.width_out();
        let rows = self.weights.rows;
        let width = block.len() / S::ROWS;
        for (row, sums) in (first_row..rows).zip(block.chunks_exact(width)) {
            let bias = simd.splat(self.addends.bias.map_or(0.0, |bias| bias[row]));
            for (group, sums) in sums.iter().enumerate() {
                let column = group * LANES;
                if column >= columns {
                    break;
                }
                let count = (columns - column).min(LANES);
                let at = (self.image * rows + row) * area + self.first + first_column + column;
                let mut sum = simd.add(simd.load(sums), bias);
                if let Some(residual) = self.addends.residual {
                    sum = simd.add(sum, simd.load(&take(&residual[at..], count)));
                }
                // SAFETY: only this task writes these columns.
                unsafe { self.output.write_lanes(at, &simd.array(sum), count) };
            }
        }
    }
}

/// Copies every `stride`-th number of a line. Strides 1 and 2 have branches of their own for the compiler to optimise.
#[inline(always)]
fn copy_inner(line: &[f32], stride: usize, to: &mut Lanes) {
    match stride {
        1 => to.copy_from_slice(line),
        2 => {
            for (to, &x) in to.iter_mut().zip(line.iter().step_by(2)) {
                *to = x;
            }
        }
        _ => {
            for (to, &x) in to.iter_mut().zip(line.iter().step_by(stride)) {
                *to = x;
            }
        }
    }
}

/// Copies every `stride`-th number of a padded line from index `from` on. What falls on the padding is not written.
#[inline(always)]
fn copy_padded(line: &[f32], from: usize, padding: usize, stride: usize, to: &mut [f32]) {
    for (i, to) in to.iter_mut().enumerate() {
        if let Some(&x) = line.get((from + i * stride).wrapping_sub(padding)) {
            *to = x;
        }
    }
}

#[cfg(test)]
mod tests;
