//! Rows of numbers, one per beat.

/// Rows of equal width, one per beat of a piece.
#[derive(Clone, Debug, PartialEq)]
pub struct BeatRows {
    width: usize,
    values: Vec<f32>,
}

impl BeatRows {
    /// Makes rows from one `Vec` per beat, in order, all of the same width.
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

    /// Returns the numbers per row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the number of beats.
    pub fn beats(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Returns the row of a beat, or the last row for beats after the end.
    pub fn row(&self, beat: usize) -> &[f32] {
        let beat = beat.min(self.beats().saturating_sub(1));
        &self.values[beat * self.width..(beat + 1) * self.width]
    }

    /// Returns the values of `count` beats from `first`, `[count, width]`.
    pub fn window(&self, first: usize, count: usize) -> Vec<f32> {
        (first..first + count)
            .flat_map(|beat| self.row(beat).iter().copied())
            .collect()
    }
}
