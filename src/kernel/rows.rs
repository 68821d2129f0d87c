//! Operations on one row of a matrix at a time.

use rayon::prelude::*;

/// Some consecutive rows of a matrix: what a task reads, and the rows of the result that it fills.
pub(super) struct Rows<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
    width: usize,
    first: usize,
}

impl<'a> Rows<'a> {
    /// Returns each row's index in the whole matrix, its numbers, and its row of the result.
    #[inline(always)]
    pub(super) fn each(self) -> impl Iterator<Item = (usize, &'a [f32], &'a mut [f32])> {
        let rows = self.x.chunks_exact(self.width);
        let rows = rows.zip(self.y.chunks_exact_mut(self.width));
        (self.first..)
            .zip(rows)
            .map(|(index, (x, y))| (index, x, y))
    }
}

/// Calls `work` in parallel with all rows of `x`, `[rows, width]`, `rows_at_once` of them at a time.
///
/// Returns the result, which has the shape of `x`, and what the calls returned, in the order of the rows.
pub(super) fn map_rows<R: Send>(
    x: &[f32],
    width: usize,
    rows_at_once: usize,
    work: impl Fn(Rows) -> R + Sync,
) -> (Vec<f32>, Vec<R>) {
    let mut y = vec![0.0; x.len()];
    let chunk = (width * rows_at_once).max(1);
    let chunks = x.par_chunks(chunk).zip(y.par_chunks_mut(chunk));
    let returned = chunks
        .enumerate()
        .map(|(index, (x, y))| {
            let first = index * rows_at_once;
            work(Rows { x, y, width, first })
        })
        .collect();
    (y, returned)
}
