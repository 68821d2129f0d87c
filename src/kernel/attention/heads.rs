//! Attention of one head in one window at a time, with queries side by side in vectors.
//!
//! Scores are computed as keys · queriesᵀ for a few queries at once and never kept for longer. Each query has its own
//! lane, so the softmax runs down the keys without crossing lanes, and its result is already packed as the right side
//! of the product with the values.

use super::super::elementary::exp;
use super::super::gemm::{PackedRows, Panels, groups_of};
use super::super::isa::{Isa, Kernel, LANES, Lanes, Simd};
use super::super::output::Output;
use super::super::scratch::with_scratch;
use rayon::prelude::*;

/// What attends to what.
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
                // Windows follow one another within an image, and images one another.
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
                with_scratch(isa.width() * rows, |scratch| {
                    isa.run(WithScratch { head, scratch });
                });
            });
    };
    // SAFETY: the tasks cover all windows and heads, and each writes its head's part of its window's tokens.
    unsafe { Output::filled_by(queries.len(), fill) }
}

/// One head in one window.
struct Head<'a> {
    queries: &'a [f32],
    query_count: usize,
    keys: PackedRows,
    /// Transposed.
    values: PackedRows,
    /// Numbers from one token to the next.
    width: usize,
    output: &'a Output<'a>,
    at: usize,
}

/// A head and its working memory.
struct WithScratch<'a> {
    head: Head<'a>,
    scratch: &'a mut [Lanes],
}

impl Kernel for WithScratch<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { head, scratch } = self;
        let (key_count, depth) = (head.keys.rows, head.keys.depth);
        let panels = Panels::new(S::WIDTH, groups_of(head.query_count), depth);
        for panel in 0..panels.count() {
            let width = panels.width(panel);
            let (queries, scratch) = scratch.split_at_mut(depth * width);
            let (scores, results) = scratch.split_at_mut(head.keys.blocks() * S::ROWS * width);
            let first = panels.first_group(panel) * LANES;
            let count = (head.query_count - first).min(width * LANES);
            head.pack_queries(first, count, width, queries);
            let blocks = scores.chunks_exact_mut(S::ROWS * width);
            for (block, scores) in blocks.enumerate() {
                simd.multiply(width, head.keys.block(block), queries, scores);
            }
            let scores = &mut scores[..key_count * width];
            let mut scales = [[0.0; LANES]; 3];
            for (group, scale) in scales[..width].iter_mut().enumerate() {
                *scale = soften(simd, &mut scores[group..], width);
            }
            for block in 0..head.values.blocks() {
                let results = &mut results[block * S::ROWS * width..][..S::ROWS * width];
                simd.multiply(width, head.values.block(block), scores, results);
            }
            head.write(simd, first, count, width, results, &scales);
        }
    }
}

impl Head<'_> {
    /// Packs `count` queries from `first` on as `[depth, width · LANES]`, scaled; missing ones are zero.
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

    /// Writes `results`, `[head width, width · LANES]`, times `scales`, to the tokens from `first` on.
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
                // SAFETY: only this task writes its head's part of these tokens.
                unsafe { self.output.write_lanes(at + start, &token, here) };
            }
        }
    }
}

/// Replaces every `stride`-th vector of scores by `e^(score - largest)`; returns the inverse of their sums.
#[inline(always)]
fn soften<S: Simd>(simd: S, scores: &mut [Lanes], stride: usize) -> Lanes {
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
