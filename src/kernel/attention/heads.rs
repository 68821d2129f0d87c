//! Attention of one head in one window at a time, with one query per lane.
//!
//! Scores are computed as keys · queriesᵀ, a few queries at a time, and overwritten by those of the next queries. As
//! each query has a lane of its own, the softmax runs down the keys without crossing lanes, and its result is already
//! packed as the right side of the product with the values.

use crate::kernel::elementary::exp;
use crate::kernel::gemm::{PackedRows, Panels, groups_of};
use crate::kernel::isa::{Isa, LANES, Lanes, Simd};
use crate::kernel::output::Output;
use crate::kernel::scratch::{ScratchKernel, run_with_scratch};
use rayon::prelude::*;

/// The dimensions of an attention. `width` is that of all heads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) batch: usize,
    pub(super) tokens: usize,
    pub(super) keys: usize,
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) windows: usize,
}

/// Attends from `queries`, `[batch, tokens, width]`, to `keys` and `values`, `[batch, keys, width]`.
pub(super) fn attend_slices(
    isa: Isa,
    shape: Shape,
    queries: &[f32],
    keys: &[f32],
    values: &[f32],
) -> Vec<f32> {
    let Shape {
        batch,
        tokens,
        width,
        heads,
        windows,
        ..
    } = shape;
    let head_width = width / heads;
    let (queries_each, keys_each) = (tokens / windows, shape.keys / windows);
    let fill = |output: &Output| {
        (0..batch * windows * heads)
            .into_par_iter()
            .for_each(|task| {
                // Windows are counted over all images.
                let (window, head) = (task / heads, task % heads);
                let queries_at = window * queries_each * width + head * head_width;
                let keys_at = window * keys_each * width + head * head_width;
                let keys = &keys[keys_at..];
                let values = &values[keys_at..];
                let head = Head {
                    queries: &queries[queries_at..],
                    query_count: queries_each,
                    keys: PackedRows::from_rows(isa, keys_each, head_width, keys, width),
                    values: PackedRows::from_columns(isa, head_width, keys_each, values, width),
                    width,
                    output,
                    at: queries_at,
                };
                let rows = keys_each.next_multiple_of(isa.rows())
                    + head_width.next_multiple_of(isa.rows())
                    + head_width;
                run_with_scratch(isa, isa.width() * rows, head);
            });
    };
    // SAFETY: the tasks cover all heads of all windows, and each writes its head's columns of its window's tokens.
    unsafe { Output::filled_by(queries.len(), fill) }
}

/// One head in one window.
struct Head<'a> {
    queries: &'a [f32],
    query_count: usize,
    keys: PackedRows,
    /// Transposed: `[head width, keys]`.
    values: PackedRows,
    /// The distance from one token to the next in `queries` and in the result.
    width: usize,
    output: &'a Output<'a>,
    /// Where the head's part of the window's first token starts in the result.
    at: usize,
}

impl ScratchKernel for Head<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]) {
        let (key_count, depth) = (self.keys.rows, self.keys.depth);
        let panels = Panels::new(S::WIDTH, groups_of(self.query_count), depth);
        for panel in 0..panels.count() {
            let width = panels.width(panel);
            let (queries, scratch) = scratch.split_at_mut(depth * width);
            let (scores, results) = scratch.split_at_mut(self.keys.blocks() * S::ROWS * width);
            let first = panels.first_group(panel) * LANES;
            let count = (self.query_count - first).min(width * LANES);
            self.pack_queries(first, count, width, queries);
            let blocks = scores.chunks_exact_mut(S::ROWS * width);
            for (block, scores) in blocks.enumerate() {
                simd.multiply(width, self.keys.block(block), queries, scores);
            }
            let scores = &mut scores[..key_count * width];
            let mut scales = [[0.0; LANES]; 3];
            for (group, scale) in scales[..width].iter_mut().enumerate() {
                *scale = exponentiate(simd, &mut scores[group..], width);
            }
            for block in 0..self.values.blocks() {
                let results = &mut results[block * S::ROWS * width..][..S::ROWS * width];
                simd.multiply(width, self.values.block(block), scores, results);
            }
            self.write(simd, first, count, width, results, &scales);
        }
    }
}

impl Head<'_> {
    /// Packs `count` queries from `first` on as `[depth, width · LANES]`, scaled and padded with zeros.
    #[inline(always)]
    fn pack_queries(&self, first: usize, count: usize, width: usize, packed: &mut [Lanes]) {
        let scale = 1.0 / (self.keys.depth as f32).sqrt();
        let packed = packed.as_flattened_mut();
        packed.fill(0.0);
        for lane in 0..count {
            let query = &self.queries[(first + lane) * self.width..][..self.keys.depth];
            for (row, &x) in packed.chunks_exact_mut(width * LANES).zip(query) {
                row[lane] = x * scale;
            }
        }
    }

    /// Writes `results`, `[head width, width · LANES]`, times `scales`, to `count` tokens from `first` on.
    #[inline(always)]
    fn write<S: Simd>(
        &self,
        simd: S,
        first: usize,
        count: usize,
        width: usize,
        results: &mut [Lanes],
        scales: &[Lanes],
    ) {
        let depth = self.values.rows;
        for row in results.chunks_exact_mut(width).take(depth) {
            for (x, scale) in row.iter_mut().zip(scales) {
                *x = simd.array(simd.mul(simd.load(x), simd.load(scale)));
            }
        }
        let results = results.as_flattened();
        for lane in 0..count {
            let at = self.at + (first + lane) * self.width;
            for start in (0..depth).step_by(LANES) {
                let mut token = [0.0; LANES];
                let here = (depth - start).min(LANES);
                for (i, x) in token[..here].iter_mut().enumerate() {
                    *x = results[(start + i) * width * LANES + lane];
                }
                // SAFETY: only this task writes this head's columns of these tokens.
                unsafe { self.output.write_lanes(at + start, &token, here) };
            }
        }
    }
}

/// Replaces every `stride`-th vector of scores by `e^(score - largest)`. Returns the inverse of their sums.
#[inline(always)]
fn exponentiate<S: Simd>(simd: S, scores: &mut [Lanes], stride: usize) -> Lanes {
    let mut largest = simd.splat(f32::MIN);
    for score in scores.iter().step_by(stride) {
        largest = simd.max(largest, simd.load(score));
    }
    let mut sum = simd.splat(0.0);
    for score in scores.iter_mut().step_by(stride) {
        let e = exp(simd, simd.sub(simd.load(score), largest));
        sum = simd.add(sum, e);
        *score = simd.array(e);
    }
    simd.array(simd.div(simd.splat(1.0), sum))
}
