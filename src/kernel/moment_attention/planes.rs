//! Products over the planes of one head of one image.

use crate::kernel::gemm::{Panels, groups_of};
use crate::kernel::isa::{LANES, Lanes, Simd};

/// The dimensions of an attention between moments. `channels` are those of one head.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) batch: usize,
    pub(super) heads: usize,
    pub(super) channels: usize,
    pub(super) moments: usize,
    pub(super) pitches: usize,
}

impl Shape {
    /// Returns the number of elements in a plane.
    pub(super) fn area(&self) -> usize {
        self.moments * self.pitches
    }

    /// Returns the number of elements in the planes of a head.
    pub(super) fn head(&self) -> usize {
        self.channels * self.area()
    }

    /// Returns the number of elements in the planes of all heads.
    pub(super) fn image(&self) -> usize {
        self.heads * self.head()
    }

    /// Returns the factor of a score.
    pub(super) fn scale(&self) -> f32 {
        1.0 / (self.depth() as f32).sqrt()
    }

    /// Returns the number of products in a score.
    #[inline(always)]
    fn depth(&self) -> usize {
        self.channels * self.pitches
    }
}

/// Working memory of one task, used by each of its products in turn.
pub(super) struct Workspace {
    rows: Vec<f32>,
    columns: Vec<Lanes>,
    product: Vec<Lanes>,
}

impl Workspace {
    /// Allocates memory for products of planes of `shape`.
    #[inline(always)]
    pub(super) fn new<S: Simd>(shape: &Shape) -> Self {
        let depth = shape.depth().max(shape.moments);
        let groups = groups_of(shape.moments).max(groups_of(shape.pitches));
        Self {
            rows: vec![0.0; shape.moments.next_multiple_of(S::ROWS) * depth],
            columns: vec![[0.0; LANES]; groups * depth],
            product: vec![[0.0; LANES]; S::ROWS * S::WIDTH],
        }
    }
}

/// Returns the scalar products of each moment of `left` and each of `right`, as `[moments, moments]`. Both sides are
/// `[channels, moments, pitches]`.
#[inline(always)]
pub(super) fn inner<S: Simd>(
    simd: S,
    shape: &Shape,
    left: &[f32],
    right: &[f32],
    work: &mut Workspace,
) -> Vec<f32> {
    let Shape {
        moments, pitches, ..
    } = *shape;
    let depth = shape.depth();
    let panels = Panels::new(S::WIDTH, groups_of(moments), depth);
    for (channel, plane) in left.chunks_exact(shape.area()).enumerate() {
        for (moment, line) in plane.chunks_exact(pitches).enumerate() {
            let block = &mut work.rows[moment / S::ROWS * S::ROWS * depth..][..S::ROWS * depth];
            let packed = block.chunks_exact_mut(S::ROWS).skip(channel * pitches);
            for (packed, x) in packed.zip(line) {
                packed[moment % S::ROWS] = *x;
            }
        }
    }
    for (channel, plane) in right.chunks_exact(shape.area()).enumerate() {
        for (moment, line) in plane.chunks_exact(pitches).enumerate() {
            let (group, lane) = (moment / LANES, moment % LANES);
            for (pitch, x) in line.iter().enumerate() {
                work.columns[panels.index_of(group, channel * pitches + pitch)][lane] = *x;
            }
        }
    }
    let mut sums = vec![0.0; moments * moments];
    for panel in 0..panels.count() {
        let width = panels.width(panel);
        let first_column = panels.first_group(panel) * LANES;
        let columns = (moments - first_column).min(width * LANES);
        for first_row in (0..moments).step_by(S::ROWS) {
            let rows = &work.rows[first_row * depth..][..S::ROWS * depth];
            let product = &mut work.product[..S::ROWS * width];
            simd.multiply(width, rows, panels.panel(&work.columns, panel), product);
            let lines = product.chunks_exact(width).map(<[Lanes]>::as_flattened);
            for (row, line) in (first_row..moments).zip(lines) {
                sums[row * moments + first_column..][..columns].copy_from_slice(&line[..columns]);
            }
        }
    }
    sums
}

/// Weights that sums of moments take, one for each pair of moments.
#[derive(Clone, Copy)]
pub(super) enum MomentWeights<'a> {
    /// `[moments to, moments from]`.
    Rows(&'a [f32]),
    /// `[moments from, moments to]`.
    Columns(&'a [f32]),
}

/// Computes a weighted sum of all moments for each moment of `planes`, `[channels, moments, pitches]`.
///
/// `write` gets the index of an element of the result, a vector, and how many of its numbers to write from there on.
#[inline(always)]
pub(super) fn outer<S: Simd>(
    simd: S,
    shape: &Shape,
    weights: MomentWeights,
    planes: &[f32],
    work: &mut Workspace,
    mut write: impl FnMut(usize, &Lanes, usize),
) {
    let Shape {
        moments, pitches, ..
    } = *shape;
    for to in 0..moments {
        let block = &mut work.rows[to / S::ROWS * S::ROWS * moments..][..S::ROWS * moments];
        for (from, packed) in block.chunks_exact_mut(S::ROWS).enumerate() {
            packed[to % S::ROWS] = match weights {
                MomentWeights::Rows(weights) => weights[to * moments + from],
                MomentWeights::Columns(weights) => weights[from * moments + to],
            };
        }
    }
    let panels = Panels::new(S::WIDTH, groups_of(pitches), moments);
    for (channel, plane) in planes.chunks_exact(shape.area()).enumerate() {
        for (moment, line) in plane.chunks_exact(pitches).enumerate() {
            for (group, x) in line.chunks(LANES).enumerate() {
                work.columns[panels.index_of(group, moment)][..x.len()].copy_from_slice(x);
            }
        }
        for panel in 0..panels.count() {
            let width = panels.width(panel);
            let first_column = panels.first_group(panel) * LANES;
            for first_row in (0..moments).step_by(S::ROWS) {
                let rows = &work.rows[first_row * moments..][..S::ROWS * moments];
                let product = &mut work.product[..S::ROWS * width];
                simd.multiply(width, rows, panels.panel(&work.columns, panel), product);
                for (row, line) in (first_row..moments).zip(product.chunks_exact(width)) {
                    let start = channel * shape.area() + row * pitches;
                    for (group, x) in line.iter().enumerate() {
                        let column = first_column + group * LANES;
                        write(start + column, x, (pitches - column).min(LANES));
                    }
                }
            }
        }
    }
}
