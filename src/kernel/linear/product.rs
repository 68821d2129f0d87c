//! The product of rows and packed weights, split over threads.

use super::super::elementary::gelu;
use super::super::gemm::PackedColumns;
use super::super::isa::{Isa, Kernel, LANES, Lanes, Simd};
use super::super::output::Output;
use super::super::scratch::with_scratch;
use super::super::tensor::load_some;
use rayon::prelude::*;
use std::ops::Range;

/// Rows that a task packs at once, about.
const CHUNK_ROWS: usize = 48;

/// How rows of numbers lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `[rows, columns]`.
    Rows,
    /// `[rows / area, columns, area]`: a plane a column, as images have a plane a channel.
    Planes {
        /// Rows in a plane.
        area: usize,
    },
}

impl Layout {
    /// Where a row starts, and how far its numbers are apart, if there are `columns` of them.
    #[inline(always)]
    fn row(self, row: usize, columns: usize) -> (usize, usize) {
        match self {
            Self::Rows => (row * columns, 1),
            Self::Planes { area } => (row / area * columns * area + row % area, area),
        }
    }
}

/// What is done to a product before it is written.
#[derive(Clone, Copy)]
pub(super) struct Finish<'a> {
    /// One number a column, added.
    pub(super) bias: Option<&'a [f32]>,
    /// As many numbers as the result, added.
    pub(super) residual: Option<&'a [f32]>,
    /// Weights and bias of the product whose GELU multiplies the result, before the residual is added.
    pub(super) gate: Option<(&'a PackedColumns, Option<&'a [f32]>)>,
}

/// `[rows, columns]`: the product of `x`, `[rows, depth]`, and `weights`, finished. The layouts are those of `x` and of
/// the result, which the residual shares.
pub(super) fn multiply(
    isa: Isa,
    x: &[f32],
    weights: &PackedColumns,
    finish: Finish,
    layouts: [Layout; 2],
) -> Vec<f32> {
    let rows = x.len() / weights.panels.depth;
    let blocks = rows.div_ceil(isa.rows());
    let panels = weights.panels.count();
    // As many tasks for each thread; where there are few rows, tasks share out the columns.
    let threads = rayon::current_num_threads();
    let chunks = rows
        .div_ceil(CHUNK_ROWS)
        .next_multiple_of(threads)
        .min(blocks);
    let parts = threads.div_ceil(chunks.max(1)).min(panels);
    let fill = |output: &Output| {
        (0..chunks * parts).into_par_iter().for_each(|task| {
            let (chunk, part) = (task / parts, task % parts);
            let first_row = chunk * blocks / chunks * isa.rows();
            let end_row = rows.min((chunk + 1) * blocks / chunks * isa.rows());
            let chunk = Chunk {
                x,
                weights,
                finish,
                layouts,
                output,
                first_row,
                end_row,
                first_panel: part * panels / parts,
                end_panel: (part + 1) * panels / parts,
            };
            // The packed rows, and a register block of the product and one of its gate.
            let blocks = (end_row - first_row).div_ceil(isa.rows());
            let packed = (blocks * isa.rows() * weights.panels.depth).div_ceil(LANES);
            let len = packed + 2 * isa.rows() * isa.width();
            with_scratch(len, |scratch| {
                let (rows, products) = scratch.split_at_mut(packed);
                isa.run(WithScratch {
                    chunk,
                    rows: rows.as_flattened_mut(),
                    products,
                });
            });
        });
    };
    // SAFETY: the chunks cover all rows, and their parts all panels; each writes its own columns of its rows.
    unsafe { Output::filled_by(rows * weights.columns, fill) }
}

/// Some rows, and some panels of columns.
struct Chunk<'a> {
    x: &'a [f32],
    weights: &'a PackedColumns,
    finish: Finish<'a>,
    layouts: [Layout; 2],
    output: &'a Output<'a>,
    first_row: usize,
    end_row: usize,
    first_panel: usize,
    end_panel: usize,
}

/// A chunk and its working memory.
struct WithScratch<'a> {
    chunk: Chunk<'a>,
    rows: &'a mut [f32],
    products: &'a mut [Lanes],
}

impl Kernel for WithScratch<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            chunk,
            rows,
            products,
        } = self;
        let panels = chunk.weights.panels;
        let depth = panels.depth;
        chunk.pack::<S>(rows);
        for panel in chunk.first_panel..chunk.end_panel {
            let width = panels.width(panel);
            let (values, gates) = products.split_at_mut(S::ROWS * width);
            let blocks = (chunk.first_row..chunk.end_row).step_by(S::ROWS);
            for (first, rows) in blocks.zip(rows.chunks_exact(S::ROWS * depth)) {
                simd.multiply(width, rows, chunk.weights.panel(panel), values);
                if let Some((weights, _)) = chunk.finish.gate {
                    let gates = &mut gates[..S::ROWS * width];
                    simd.multiply(width, rows, weights.panel(panel), gates);
                }
                for group in 0..width {
                    let column = (panels.first_group(panel) + group) * LANES;
                    let rows = first..chunk.end_row.min(first + S::ROWS);
                    for (_, at) in rows.clone().zip((group..).step_by(width)) {
                        values[at] = chunk.finish(simd, column, &values[at], &gates[at]);
                    }
                    match chunk.layouts[1] {
                        Layout::Rows => {
                            for (row, at) in rows.zip((group..).step_by(width)) {
                                chunk.write_row(simd, row, column, &values[at]);
                            }
                        }
                        Layout::Planes { .. } => {
                            chunk.write_planes(rows, column, &values[group..], width);
                        }
                    }
                }
            }
        }
    }
}

impl Chunk<'_> {
    /// Packs the rows in blocks `[depth, ROWS]`, the last one filled up with its last row.
    #[inline(always)]
    fn pack<S: Simd>(&self, packed: &mut [f32]) {
        let depth = self.weights.panels.depth;
        for (block, packed) in packed.chunks_exact_mut(S::ROWS * depth).enumerate() {
            let first = self.first_row + block * S::ROWS;
            let (start, stride) = self.layouts[0].row(first, depth);
            let (last, _) = self.layouts[0].row(first + S::ROWS - 1, depth);
            if stride > 1 && first + S::ROWS <= self.end_row && last == start + S::ROWS - 1 {
                // The block's rows lie side by side in their planes.
                for (column, packed) in packed.chunks_exact_mut(S::ROWS).enumerate() {
                    let x = &self.x[start + column * stride..][..S::ROWS];
                    packed.copy_from_slice(x);
                }
                continue;
            }
            for lane in 0..S::ROWS {
                let row = (first + lane).min(self.end_row - 1);
                let (start, stride) = self.layouts[0].row(row, depth);
                let packed = packed.chunks_exact_mut(S::ROWS);
                if stride == 1 {
                    for (packed, &x) in packed.zip(&self.x[start..start + depth]) {
                        packed[lane] = x;
                    }
                } else {
                    for (packed, &x) in packed.zip(self.x[start..].iter().step_by(stride)) {
                        packed[lane] = x;
                    }
                }
            }
        }
    }

    /// Finishes a product but for the residual.
    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, column: usize, value: &Lanes, gate: &Lanes) -> Lanes {
        let count = (self.weights.columns - column).min(LANES);
        let mut y = simd.load(value);
        if let Some(bias) = self.finish.bias {
            y = simd.add(y, simd.load(&load_some(&bias[column..], count)));
        }
        if let Some((_, bias)) = self.finish.gate {
            let mut gate = simd.load(gate);
            if let Some(bias) = bias {
                gate = simd.add(gate, simd.load(&load_some(&bias[column..], count)));
            }
            y = simd.mul(y, gelu(simd, gate));
        }
        simd.array(y)
    }

    /// Writes the numbers of one row from `column` on, with the residual.
    #[inline(always)]
    fn write_row<S: Simd>(&self, simd: S, row: usize, column: usize, y: &Lanes) {
        let columns = self.weights.columns;
        let count = (columns - column).min(LANES);
        let at = row * columns + column;
        let mut y = simd.load(y);
        if let Some(residual) = self.finish.residual {
            y = simd.add(y, simd.load(&load_some(&residual[at..], count)));
        }
        // SAFETY: only this task writes these columns of its rows.
        unsafe { self.output.write_lanes(at, &simd.array(y), count) };
    }

    /// Writes a vector of each of `rows`, `stride` apart in `y`, from `column` on, with the residual.
    #[inline(always)]
    fn write_planes(&self, rows: Range<usize>, column: usize, y: &[Lanes], stride: usize) {
        let columns = self.weights.columns;
        for lane in 0..(columns - column).min(LANES) {
            for (row, y) in rows.clone().zip(y.iter().step_by(stride)) {
                let (start, apart) = self.layouts[1].row(row, columns);
                let at = start + (column + lane) * apart;
                let residual = self.finish.residual.map_or(0.0, |residual| residual[at]);
                // SAFETY: only this task writes these columns of its rows.
                unsafe { self.output.write(at, &[y[lane] + residual]) };
            }
        }
    }
}
