//! Matrix products by register blocks: the left side packed in blocks of rows, the right side in panels of columns.

use super::isa::{Isa, LANES, Lanes};

/// The left side of a product, `[blocks, depth, ROWS]`; the last block is filled up with zeros.
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
    /// Packs the matrix whose row `i` starts at `i · stride` in `matrix`, for `isa`.
    pub(super) fn from_rows(
        isa: Isa,
        rows: usize,
        depth: usize,
        matrix: &[f32],
        stride: usize,
    ) -> Self {
        let block_rows = isa.rows();
        let mut packed = vec![0.0; rows.next_multiple_of(block_rows) * depth];
        for (block, packed) in packed.chunks_exact_mut(block_rows * depth).enumerate() {
            for lane in 0..block_rows.min(rows - block * block_rows) {
                let row = &matrix[(block * block_rows + lane) * stride..][..depth];
                for (packed, &x) in packed.chunks_exact_mut(block_rows).zip(row) {
                    packed[lane] = x;
                }
            }
        }
        Self {
            rows,
            depth,
            block_rows,
            packed,
        }
    }

    /// Packs the matrix whose column `i` starts at `i · stride` in `matrix`, for `isa`.
    pub(super) fn from_columns(
        isa: Isa,
        rows: usize,
        depth: usize,
        matrix: &[f32],
        stride: usize,
    ) -> Self {
        let block_rows = isa.rows();
        let mut packed = vec![0.0; rows.next_multiple_of(block_rows) * depth];
        for (block, packed) in packed.chunks_exact_mut(block_rows * depth).enumerate() {
            let first = block * block_rows;
            let count = block_rows.min(rows - first);
            for (column, packed) in packed.chunks_exact_mut(block_rows).enumerate() {
                packed[..count].copy_from_slice(&matrix[column * stride + first..][..count]);
            }
        }
        Self {
            rows,
            depth,
            block_rows,
            packed,
        }
    }

    /// The number of blocks.
    pub(super) fn blocks(&self) -> usize {
        self.rows.div_ceil(self.block_rows)
    }

    /// One block, `[depth, ROWS]`.
    #[inline(always)]
    pub(super) fn block(&self, index: usize) -> &[f32] {
        let len = self.depth * self.block_rows;
        &self.packed[index * len..][..len]
    }
}

/// How `groups` groups of [`LANES`] columns are laid out as panels `[depth, width · LANES]`, each as wide as the
/// register block, the last maybe narrower.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panels {
    /// Groups of [`LANES`] columns.
    pub(super) groups: usize,
    /// Rows of a panel.
    pub(super) depth: usize,
    block_width: usize,
}

impl Panels {
    /// The layout for a register block of `block_width` vectors a row.
    #[inline(always)]
    pub(super) fn new(block_width: usize, groups: usize, depth: usize) -> Self {
        Self {
            groups,
            depth,
            block_width,
        }
    }

    /// The number of panels.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.groups.div_ceil(self.block_width)
    }

    /// The first group of a panel.
    #[inline(always)]
    pub(super) fn first_group(&self, panel: usize) -> usize {
        panel * self.block_width
    }

    /// The groups in a panel.
    #[inline(always)]
    pub(super) fn width(&self, panel: usize) -> usize {
        self.block_width.min(self.groups - panel * self.block_width)
    }

    /// A panel of `packed`.
    #[inline(always)]
    pub(super) fn panel<'a>(&self, packed: &'a [Lanes], panel: usize) -> &'a [Lanes] {
        &packed[self.first_group(panel) * self.depth..][..self.width(panel) * self.depth]
    }

    /// Where row `row` of group `group` lies.
    #[inline(always)]
    pub(super) fn place(&self, group: usize, row: usize) -> usize {
        let panel = group / self.block_width;
        let first = self.first_group(panel);
        first * self.depth + row * self.width(panel) + group - first
    }

    /// Vectors in all panels together.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.groups * self.depth
    }
}

/// The right side of a product, in panels; the last group is filled up with zeros.
#[derive(Clone, Debug)]
pub(super) struct PackedColumns {
    /// Columns of the matrix.
    pub(super) columns: usize,
    /// How they lie.
    pub(super) panels: Panels,
    packed: Vec<Lanes>,
}

impl PackedColumns {
    /// Packs the matrix whose columns are the rows of `transposed`, `[columns, depth]`, for `isa`.
    pub(super) fn new(isa: Isa, columns: usize, depth: usize, transposed: &[f32]) -> Self {
        let panels = Panels::new(isa.width(), groups_of(columns), depth);
        let mut packed = vec![[0.0; LANES]; panels.len()];
        for column in 0..columns {
            let (group, lane) = (column / LANES, column % LANES);
            for (row, &x) in transposed[column * depth..][..depth].iter().enumerate() {
                packed[panels.place(group, row)][lane] = x;
            }
        }
        Self {
            columns,
            panels,
            packed,
        }
    }

    /// One panel, `[depth, width · LANES]`.
    #[inline(always)]
    pub(super) fn panel(&self, index: usize) -> &[Lanes] {
        self.panels.panel(&self.packed, index)
    }
}

/// Groups of [`LANES`] columns that hold `columns` columns.
pub(super) fn groups_of(columns: usize) -> usize {
    columns.div_ceil(LANES)
}
