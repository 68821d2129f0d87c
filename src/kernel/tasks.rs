//! Shares of a matrix product for the threads of a pool.

use rayon::prelude::*;
use std::ops::Range;

/// Calls `work` in parallel with ranges of `rows` and of `columns` that together cover each pair of them once.
///
/// The rows are cut into at least `chunks` ranges, as many for each thread. If there are fewer rows than threads, the
/// columns are cut as well. Callers count rows and columns in units that cannot be cut.
pub(super) fn for_each_share(
    rows: usize,
    columns: usize,
    chunks: usize,
    work: impl Fn(Range<usize>, Range<usize>) + Sync,
) {
    let threads = rayon::current_num_threads();
    let chunks = chunks.next_multiple_of(threads).min(rows);
    let parts = threads.div_ceil(chunks.max(1)).min(columns);
    (0..chunks * parts).into_par_iter().for_each(|task| {
        let (chunk, part) = (task / parts, task % parts);
        work(share(rows, chunk, chunks), share(columns, part, parts));
    });
}

/// Returns share `index` of `0..len` cut into `count` shares of about the same length.
fn share(len: usize, index: usize, count: usize) -> Range<usize> {
    index * len / count..(index + 1) * len / count
}

#[cfg(test)]
mod tests {
    use super::for_each_share;
    use crate::kernel::testing::on_threads;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn shares_cover_every_pair_once() {
        for (rows, columns, chunks) in [(0, 3, 0), (1, 7, 1), (2, 1, 1), (17, 5, 4), (40, 3, 9)] {
            for threads in [1, 2, 3] {
                let visits: Vec<_> = (0..rows * columns).map(|_| AtomicUsize::new(0)).collect();
                on_threads(threads, || {
                    for_each_share(rows, columns, chunks, |some_rows, some_columns| {
                        for row in some_rows {
                            for column in some_columns.clone() {
                                visits[row * columns + column].fetch_add(1, Ordering::Relaxed);
                            }
                        }
                    });
                });
                assert!(visits.iter().all(|x| x.load(Ordering::Relaxed) == 1));
            }
        }
    }
}
