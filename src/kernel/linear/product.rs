//! The product of rows and packed weights, split over threads.

use super::super::elementary::gelu;
use super::super::gemm::PackedColumns;
use super::super::isa::{Isa, Kernel, LANES, Lanes, Simd};
use super::super::output::Output;
use super::super::scratch::with_scratch;
use super::super::tensor::load_some;
use rayon::prelude::*;

/// Rows that a task packs at once, about.
const CHUNK_ROWS: usize = 48;

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

/// `[rows, columns]`: the product of `x`, `[rows, depth]`, and `weights`, finished.
pub(super) fn multiply(isa: Isa, x: &[f32], weights: &PackedColumns, finish: Finish) -> Vec<f32> {
    let depth = weights.panels.depth;
    let rows = x.len() / depth;
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
                x: &x[first_row * depth..end_row * depth],
                weights,
                finish,
                output,
                first_row,
                first_panel: part * panels / parts,
                end_panel: (part + 1) * panels / parts,
            };
            // The packed rows, and a register block of the product and one of its gate.
            let blocks = (end_row - first_row).div_ceil(isa.rows());
            let packed = (blocks * isa.rows() * depth).div_ceil(LANES);
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
    output: &'a Output<'a>,
    first_row: usize,
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
            for (block, rows) in rows.chunks_exact(S::ROWS * depth).enumerate() {
                if block * S::ROWS * depth >= chunk.x.len() {
                    break;
                }
                simd.multiply(width, rows, chunk.weights.panel(panel), values);
                if let Some((weights, _)) = chunk.finish.gate {
                    let gates = &mut gates[..S::ROWS * width];
                    simd.multiply(width, rows, weights.panel(panel), gates);
                }
                let first = block * S::ROWS;
                let count = (chunk.x.len() / depth - first).min(S::ROWS);
                for row in 0..count {
                    for group in 0..width {
                        let at = row * width + group;
                        let column = (panels.first_group(panel) + group) * LANES;
                        let row = chunk.first_row + first + row;
                        chunk.store(simd, row, column, &values[at], &gates[at]);
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
        let rows = self.x.len() / depth;
        for (block, packed) in packed.chunks_exact_mut(S::ROWS * depth).enumerate() {
            for lane in 0..S::ROWS {
                let row = (block * S::ROWS + lane).min(rows - 1);
                let x = &self.x[row * depth..][..depth];
                for (packed, &x) in packed.chunks_exact_mut(S::ROWS).zip(x) {
                    packed[lane] = x;
                }
            }
        }
    }

    /// Finishes and writes the numbers of one row from `column` on.
    #[inline(always)]
    fn store<S: Simd>(&self, simd: S, row: usize, column: usize, value: &Lanes, gate: &Lanes) {
        let columns = self.weights.columns;
        let count = (columns - column).min(LANES);
        let at = row * columns + column;
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
        if let Some(residual) = self.finish.residual {
            y = simd.add(y, simd.load(&load_some(&residual[at..], count)));
        }
        // SAFETY: only this task writes these columns of its rows.
        unsafe { self.output.write_lanes(at, &simd.array(y), count) };
    }
}
