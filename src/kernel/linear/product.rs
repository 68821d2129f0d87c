//! The product of rows and packed weights.

use crate::kernel::addends::Addends;
use crate::kernel::elementary::gelu;
use crate::kernel::gemm::PackedColumns;
use crate::kernel::isa::{Isa, LANES, Lanes, Simd};
use crate::kernel::lanes::take;
use crate::kernel::output::Output;
use crate::kernel::scratch::{ScratchKernel, run_with_scratch};
use crate::kernel::tasks::for_each_share;
use std::ops::Range;

/// Rows that a task packs at once, approximately.
const CHUNK_ROWS: usize = 48;

/// The layout of a matrix in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `[rows, columns]`.
    Rows,
    /// `[rows / area, columns, area]`: each column is a plane, as each channel of an image is.
    Planes {
        /// Rows in a plane.
        area: usize,
    },
}

impl Layout {
    /// Returns where a row of `columns` numbers starts, and the distance from one number to the next.
    #[inline(always)]
    fn row(self, row: usize, columns: usize) -> (usize, usize) {
        match self {
            Self::Rows => (row * columns, 1),
            Self::Planes { area } => (row / area * columns * area + row % area, area),
        }
    }
}

/// What is done to a product before it is written: the bias is added, the gate applied, the residual added.
#[derive(Clone, Copy)]
pub(super) struct Finish<'a> {
    pub(super) addends: Addends<'a>,
    pub(super) gate: Option<Gate<'a>>,
}

/// A second product of the same rows, whose GELU multiplies the first.
#[derive(Clone, Copy)]
pub(super) struct Gate<'a> {
    pub(super) weights: &'a PackedColumns,
    pub(super) bias: Option<&'a [f32]>,
}

/// Returns the product of `x`, `[rows, depth]`, and `weights`, finished: `[rows, columns]`.
///
/// `layouts` are those of `x` and of the result. The residual has the layout of the result.
pub(super) fn multiply(
    isa: Isa,
    x: &[f32],
    weights: &PackedColumns,
    finish: Finish,
    layouts: [Layout; 2],
) -> Vec<f32> {
    let depth = weights.panels.depth;
    let rows = x.len() / depth;
    let blocks = rows.div_ceil(isa.rows());
    let fill = |output: &Output| {
        let chunks = rows.div_ceil(CHUNK_ROWS);
        for_each_share(blocks, weights.panels.count(), chunks, |blocks, panels| {
            // The packed rows, a register block of the product, and one of its gate.
            let packed = (blocks.len() * isa.rows() * depth).div_ceil(LANES);
            let scratch_len = packed + 2 * isa.rows() * isa.width();
            let chunk = Chunk {
                x,
                weights,
                finish,
                layouts,
                output,
                rows: blocks.start * isa.rows()..rows.min(blocks.end * isa.rows()),
                panels,
            };
            run_with_scratch(isa, scratch_len, chunk);
        });
    };
    // SAFETY: the shares cover all rows and all panels, and each task writes its own columns of its own rows.
    unsafe { Output::filled_by(rows * weights.columns, fill) }
}

/// Some rows of a product, and some of its panels of columns.
struct Chunk<'a> {
    x: &'a [f32],
    weights: &'a PackedColumns,
    finish: Finish<'a>,
    layouts: [Layout; 2],
    output: &'a Output<'a>,
    rows: Range<usize>,
    panels: Range<usize>,
}

impl ScratchKernel for Chunk<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]) {
        let panels = self.weights.panels;
        let depth = panels.depth;
        let packed = self.rows.len().next_multiple_of(S::ROWS) * depth;
        let (rows, products) = scratch.split_at_mut(packed.div_ceil(LANES));
        let rows = &mut rows.as_flattened_mut()[..packed];
        self.pack::<S>(rows);
        for panel in self.panels.clone() {
            let width = panels.width(panel);
            let (values, gates) = products.split_at_mut(S::ROWS * width);
            let blocks = self.rows.clone().step_by(S::ROWS);
            for (first, rows) in blocks.zip(rows.chunks_exact(S::ROWS * depth)) {
                simd.multiply(width, rows, self.weights.panel(panel), values);
                if let Some(gate) = self.finish.gate {
                    let gates = &mut gates[..S::ROWS * width];
                    simd.multiply(width, rows, gate.weights.panel(panel), gates);
                }
                for group in 0..width {
                    let column = (panels.first_group(panel) + group) * LANES;
                    let rows = first..self.rows.end.min(first + S::ROWS);
                    for (_, at) in rows.clone().zip((group..).step_by(width)) {
                        values[at] = self.finish(simd, column, &values[at], &gates[at]);
                    }
                    match self.layouts[1] {
                        Layout::Rows => {
                            for (row, at) in rows.zip((group..).step_by(width)) {
                                self.write_row(simd, row, column, &values[at]);
                            }
                        }
                        Layout::Planes { .. } => {
                            self.write_planes(rows, column, &values[group..], width);
                        }
                    }
                }
            }
        }
    }
}

impl Chunk<'_> {
    /// Packs the rows in blocks `[depth, ROWS]`. The last block is padded with the last row.
    #[inline(always)]
    fn pack<S: Simd>(&self, packed: &mut [f32]) {
        let depth = self.weights.panels.depth;
        for (block, packed) in packed.chunks_exact_mut(S::ROWS * depth).enumerate() {
            let first = self.rows.start + block * S::ROWS;
            let (start, stride) = self.layouts[0].row(first, depth);
            let (last, _) = self.layouts[0].row(first + S::ROWS - 1, depth);
            if stride > 1 && first + S::ROWS <= self.rows.end && last == start + S::ROWS - 1 {
                // The block's rows are neighbours in their planes.
                for (column, packed) in packed.chunks_exact_mut(S::ROWS).enumerate() {
                    let x = &self.x[start + column * stride..][..S::ROWS];
                    packed.copy_from_slice(x);
                }
                continue;
            }
            for lane in 0..S::ROWS {
                let row = (first + lane).min(self.rows.end - 1);
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

    /// Adds the bias to a vector of the product, and applies the gate.
    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, column: usize, value: &Lanes, gate: &Lanes) -> Lanes {
        let count = (self.weights.columns - column).min(LANES);
        let mut y = simd.load(value);
        if let Some(bias) = self.finish.addends.bias {
            y = simd.add(y, simd.load(&take(&bias[column..], count)));
        }
        if let Some(Gate { bias, .. }) = self.finish.gate {
            let mut gate = simd.load(gate);
            if let Some(bias) = bias {
                gate = simd.add(gate, simd.load(&take(&bias[column..], count)));
            }
            y = simd.mul(y, gelu(simd, gate));
        }
        simd.array(y)
    }

    /// Adds the residual to a vector of a row, and writes it from `column` on.
    #[inline(always)]
    fn write_row<S: Simd>(&self, simd: S, row: usize, column: usize, y: &Lanes) {
        let columns = self.weights.columns;
        let count = (columns - column).min(LANES);
        let at = row * columns + column;
        let mut y = simd.load(y);
        if let Some(residual) = self.finish.addends.residual {
            y = simd.add(y, simd.load(&take(&residual[at..], count)));
        }
        // SAFETY: only this task writes these columns of these rows.
        unsafe { self.output.write_lanes(at, &simd.array(y), count) };
    }

    /// Adds the residual to a vector of each of `rows`, `stride` apart in `y`, and writes them from `column` on.
    #[inline(always)]
    fn write_planes(&self, rows: Range<usize>, column: usize, y: &[Lanes], stride: usize) {
        let columns = self.weights.columns;
        for lane in 0..(columns - column).min(LANES) {
            for (row, y) in rows.clone().zip(y.iter().step_by(stride)) {
                let (start, distance) = self.layouts[1].row(row, columns);
                let at = start + (column + lane) * distance;
                let residual = self.finish.addends.residual;
                let residual = residual.map_or(0.0, |residual| residual[at]);
                // SAFETY: only this task writes these columns of these rows.
                unsafe { self.output.write(at, &[y[lane] + residual]) };
            }
        }
    }
}
