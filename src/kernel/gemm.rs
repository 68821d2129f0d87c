//! The packed layouts of matrix products: blocks of rows on the left, panels of columns on the right.

use super::isa::{Isa, LANES, Lanes};
use std::ops::Range;

/// The left side of a product, `[blocks, depth, ROWS]`; the last block is padded with zeros.
#[derive(Clone, Debug)]
pub(super) struct PackedRows {
    /// Rows of the matrix.
    pub(super) rows: usize,
    /// Columns of the matrix.
    pub(super) depth: usize,
    block_rows: usize,
    packed: Vec<f32>,
}

impl PackedRows {
    /// Packs a matrix for `isa`. Row `i` starts at `i · stride` in `matrix`.
    pub(super) fn from_rows(
        isa: Isa,
        rows: usize,
        depth: usize,
        matrix: &[f32],
        stride: usize,
    ) -> Self {
        Self::pack(isa, rows, depth, |rows, packed| {
            for (lane, row) in rows.enumerate() {
                let row = &matrix[row * stride..][..depth];
                for (packed, &x) in packed.chunks_exact_mut(isa.rows()).zip(row) {
                    packed[lane] = x;
                }
            }
        })
    }

    /// Packs a matrix for `isa`. Column `i` starts at `i · stride` in `matrix`.
    pub(super) fn from_columns(
        isa: Isa,
        rows: usize,
        depth: usize,
        matrix: &[f32],
        stride: usize,
    ) -> Self {
        Self::pack(isa, rows, depth, |rows, packed| {
            for (column, packed) in packed.chunks_exact_mut(isa.rows()).enumerate() {
                let x = &matrix[column * stride + rows.start..][..rows.len()];
                packed[..rows.len()].copy_from_slice(x);
            }
        })
    }

    /// Packs each block with `pack_block`, which gets the block's rows and its zeroed memory, `[depth, ROWS]`.
    fn pack(
        isa: Isa,
        rows: usize,
        depth: usize,
        pack_block: impl Fn(Range<usize>, &mut [f32]),
    ) -> Self {
        let block_rows = isa.rows();
        let mut packed = vec![0.0; rows.next_multiple_of(block_rows) * depth];
        for (block, packed) in packed.chunks_exact_mut(block_rows * depth).enumerate() {
            let first = block * block_rows;
            pack_block(first..rows.min(first + block_rows), packed);
        }
        Self {
            rows,
            depth,
            block_rows,
            packed,
        }
    }

    /// Returns the number of blocks.
    pub(super) fn blocks(&self) -> usize {
        self.rows.div_ceil(self.block_rows)
    }

    /// Returns a block, `[depth, ROWS]`.
    #[inline(always)]
    pub(super) fn block(&self, index: usize) -> &[f32] {
        let len = self.depth * self.block_rows;
        &self.packed[index * len..][..len]
    }
}

/// The layout of groups of [`LANES`] columns as panels, `[depth, width · LANES]` each. A panel is as wide as the
/// register block; the last one may be narrower.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panels {
    /// Groups of [`LANES`] columns.
    pub(super) groups: usize,
    /// Rows of a panel.
    pub(super) depth: usize,
    block_width: usize,
}

impl Panels {
    /// Lays out `groups` groups of `depth` rows for a register block of `block_width` vectors per row.
    #[inline(always)]
    pub(super) fn new(block_width: usize, groups: usize, depth: usize) -> Self {
        Self {
            groups,
            depth,
            block_width,
        }
    }

    /// Returns the number of panels.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.groups.div_ceil(self.block_width)
    }

    /// Returns the first group of a panel.
    #[inline(always)]
    pub(super) fn first_group(&self, panel: usize) -> usize {
        panel * self.block_width
    }

    /// Returns the number of groups in a panel.
    #[inline(always)]
    pub(super) fn width(&self, panel: usize) -> usize {
        self.block_width.min(self.groups - panel * self.block_width)
    }

    /// Returns a panel of `packed`.
    #[inline(always)]
    pub(super) fn panel<'a>(&self, packed: &'a [Lanes], panel: usize) -> &'a [Lanes] {
        &packed[self.first_group(panel) * self.depth..][..self.width(panel) * self.depth]
    }

    /// Returns the index of the vector at row `row` of group `group`.
    #[inline(always)]
    pub(super) fn index_of(&self, group: usize, row: usize) -> usize {
        let panel = group / self.block_width;
        let first = self.first_group(panel);
        first * self.depth + row * self.width(panel) + group - first
    }

    /// Returns the number of vectors in all panels.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.groups * self.depth
    }
}

/// The right side of a product, in panels; the last group is padded with zeros.
#[derive(Clone, Debug)]
pub(super) struct PackedColumns {
    /// Columns of the matrix.
    pub(super) columns: usize,
    /// Their layout.
    pub(super) panels: Panels,
    packed: Vec<Lanes>,
}

impl PackedColumns {
    /// Packs a matrix for `isa`, given its transpose, `[columns, depth]`.
    pub(super) fn new(isa: Isa, columns: usize, depth: usize, transposed: &[f32]) -> Self {
        let panels = Panels::new(isa.width(), groups_of(columns), depth);
        let mut packed = vec![[0.0; LANES]; panels.len()];
        for column in 0..columns {
            let (group, lane) = (column / LANES, column % LANES);
            for (row, &x) in transposed[column * depth..][..depth].iter().enumerate() {
                packed[panels.index_of(group, row)][lane] = x;
            }
        }
        Self {
            columns,
            panels,
            packed,
        }
    }

    /// Returns a panel, `[depth, width · LANES]`.
    #[inline(always)]
    pub(super) fn panel(&self, index: usize) -> &[Lanes] {
        self.panels.panel(&self.packed, index)
    }
}

/// Returns the number of groups of [`LANES`] that `columns` columns take.
pub(super) fn groups_of(columns: usize) -> usize {
    columns.div_ceil(LANES)
}
