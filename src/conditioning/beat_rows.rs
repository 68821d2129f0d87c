//! Rows of numbers, one a beat.

/// Rows of equal width, one for each beat of a piece.
#[derive(Clone, Debug, PartialEq)]
pub struct BeatRows {
    width: usize,
    values: Vec<f32>,
}

impl BeatRows {
    /// One row for each beat, in order; all of the same width.
    pub fn new(rows: impl IntoIterator<Item = Vec<f32>>) -> Self {
        let mut width = 0;
        let mut values = Vec::new();
        for row in rows {
            debug_assert!(width == 0 || row.len() == width);
            width = row.len();
            values.extend(row);
        }
        Self { width, values }
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many beats there are.
    pub fn beats(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The row of a beat; beats beyond the last repeat it.
    pub fn row(&self, beat: usize) -> &[f32] {
        let beat = beat.min(self.beats().saturating_sub(1));
        &self.values[beat * self.width..(beat + 1) * self.width]
    }

    /// The rows of `count` beats from `first`, one after another, `[count, width]`.
    pub fn window(&self, first: usize, count: usize) -> Vec<f32> {
        (first..first + count)
            .flat_map(|beat| self.row(beat).iter().copied())
            .collect()
    }
}
