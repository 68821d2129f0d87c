//! Products over the planes of one head of one image.

use crate::kernel::gemm::{Panels, groups_of};
use crate::kernel::isa::{LANES, Lanes, Simd};

/// What attends to what: `channels` are those of a head.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) batch: usize,
    pub(super) heads: usize,
    pub(super) channels: usize,
    pub(super) moments: usize,
    pub(super) pitches: usize,
}

impl Shape {
    /// Numbers in a plane.
    pub(super) fn area(&self) -> usize {
        self.moments * self.pitches
    }

    /// Numbers in a head's planes.
    pub(super) fn head(&self) -> usize {
        self.channels * self.area()
    }

    /// Numbers in the planes of all heads.
    pub(super) fn image(&self) -> usize {
        self.heads * self.head()
    }

    /// What a score is multiplied by.
    pub(super) fn scale(&self) -> f32 {
        1.0 / ((self.channels * self.pitches) as f32).sqrt()
    }

    /// Numbers of all moments that are multiplied for a score.
    #[inline(always)]
    fn depth(&self) -> usize {
        self.channels * self.pitches
    }
}

/// Working memory of one task, kept for all its products.
pub(super) struct Workspace {
    rows: Vec<f32>,
    columns: Vec<Lanes>,
    product: Vec<Lanes>,
}

impl Workspace {
    /// For products of planes of `shape`.
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

/// `[moments, moments]`: for every moment of `left` and every one of `right`, both `[channels, moments, pitches]`, the
/// sum of the products of their numbers.
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
                work.columns[panels.place(group, channel * pitches + pitch)][lane] = *x;
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

/// For every channel of `planes`, `[channels, moments, pitches]`, and every moment the sum of all moments' numbers, each
/// times its weight: `weights` is `[moments to, moments from]`, or the other way round if `turned`. `write` is given
/// places of the result and its numbers.
#[inline(always)]
pub(super) fn outer<S: Simd>(
    simd: S,
    shape: &Shape,
    (weights, turned): (&[f32], bool),
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
            let at = if turned {
                from * moments + to
            } else {
                to * moments + from
            };
            packed[to % S::ROWS] = weights[at];
        }
    }
    let panels = Panels::new(S::WIDTH, groups_of(pitches), moments);
    for (channel, plane) in planes.chunks_exact(shape.area()).enumerate() {
        for (moment, line) in plane.chunks_exact(pitches).enumerate() {
            for (group, x) in line.chunks(LANES).enumerate() {
                work.columns[panels.place(group, moment)][..x.len()].copy_from_slice(x);
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
