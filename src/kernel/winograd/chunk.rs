//! A task's share of a convolution: transforms some quads of tiles, multiplies them, and transforms them back.

use super::transform::{transform_input, transform_output};
use super::{CHUNK_GROUPS, GROUP, POINTS, SIDE, WinogradWeights};
use crate::kernel::addends::Addends;
use crate::kernel::gemm::Panels;
use crate::kernel::geometry::Geometry;
use crate::kernel::isa::{Isa, LANES, Lanes, Simd};
use crate::kernel::lanes::take;
use crate::kernel::output::Output;
use crate::kernel::scratch::ScratchKernel;
use std::ops::Range;

/// The position of a quad, four tiles side by side.
#[derive(Clone, Copy)]
struct Quad {
    image: usize,
    /// Its first row.
    y: usize,
    /// Its first column divided by [`LANES`].
    column: usize,
}

/// Some groups of quads, and some blocks of the result's channels.
pub(super) struct Chunk<'a> {
    pub(super) geometry: Geometry,
    pub(super) weights: &'a WinogradWeights,
    pub(super) x: &'a [f32],
    pub(super) addends: Addends<'a>,
    pub(super) output: &'a Output<'a>,
    pub(super) groups: Range<usize>,
    pub(super) blocks: Range<usize>,
    pub(super) blocks_at_once: usize,
}

impl ScratchKernel for Chunk<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]) {
        let channels = self.geometry.channels;
        let groups = self.groups.len();
        let panels = Panels::new(S::WIDTH, groups, channels);
        let (points, scratch) = scratch.split_at_mut(POINTS * POINTS * panels.len());
        let (band, products) = scratch.split_at_mut(self.band_len());
        for channel in 0..channels {
            self.transform_channel(simd, panels, channel, band, points);
        }
        for first in self.blocks.clone().step_by(self.blocks_at_once) {
            let blocks = first..self.blocks.end.min(first + self.blocks_at_once);
            let count = blocks.len();
            for point in 0..POINTS * POINTS {
                let points = &points[point * panels.len()..];
                let products = &mut products[point * count * S::ROWS * groups..];
                for panel in 0..panels.count() {
                    let width = panels.width(panel);
                    let start = panels.first_group(panel) * count * S::ROWS;
                    let products = products[start..].chunks_exact_mut(S::ROWS * width);
                    for (block, products) in blocks.clone().zip(products) {
                        let points = panels.panel(points, panel);
                        let weights = self.weights.block(point, block);
                        simd.multiply(width, weights, points, products);
                    }
                }
            }
            let rows = self.weights.rows.min(blocks.end * S::ROWS) - first * S::ROWS;
            // At each point the products lie in panels of rows, one block after the other.
            for panel in 0..panels.count() {
                let width = panels.width(panel);
                for row in 0..rows {
                    for group in 0..width {
                        let start = panels.first_group(panel) * count * S::ROWS;
                        let at = start + row * width + group;
                        let stride = count * S::ROWS * groups;
                        let group = panels.first_group(panel) + group;
                        let row = first * S::ROWS + row;
                        self.finish(simd, row, group, &products[at..], stride);
                    }
                }
            }
        }
    }
}

impl Chunk<'_> {
    /// Returns the vectors of the band, the input transformed in one direction: each quad with at most one neighbour
    /// on each side.
    #[inline(always)]
    fn band_len(&self) -> usize {
        POINTS * self.groups.len() * GROUP * 3
    }

    /// Returns the vectors of working memory: the transformed input, the band, and the products at the points.
    pub(super) fn scratch_len(&self, isa: Isa) -> usize {
        let rows = self.geometry.channels + self.blocks_at_once * isa.rows();
        POINTS * POINTS * self.groups.len() * rows + self.band_len()
    }

    /// Returns the position of quad `index`, counted over all images, or `None` after the last one.
    #[inline(always)]
    fn quad(&self, index: usize) -> Option<Quad> {
        let columns = self.geometry.width.div_ceil(LANES);
        let rows = self.geometry.height.div_ceil(SIDE);
        let image = index / (rows * columns);
        (image < self.geometry.batch).then_some(Quad {
            image,
            y: index / columns % rows * SIDE,
            column: index % columns,
        })
    }

    /// Transforms one channel of the chunk's tiles.
    #[inline(always)]
    fn transform_channel<S: Simd>(
        &self,
        simd: S,
        panels: Panels,
        channel: usize,
        band: &mut [Lanes],
        points: &mut [Lanes],
    ) {
        let Geometry {
            channels,
            height,
            width,
            ..
        } = self.geometry;
        let columns = width.div_ceil(LANES);
        let band_width = band.len() / POINTS;
        let zero = simd.splat(0.0);
        // 1. Down the columns, a vector at a time. Adjacent quads share their neighbours.
        let mut starts = [0; CHUNK_GROUPS * GROUP];
        let quads = self.groups.len() * GROUP;
        let (mut index, mut at) = (0, 0);
        while index < quads {
            let Some(quad) = self.quad(self.groups.start * GROUP + index) else {
                break;
            };
            let plane = (quad.image * channels + channel) * height * width;
            let rest = &self.x[plane..];
            let plane = &rest[..height * width];
            let run = (columns - quad.column).min(quads - index);
            for i in 0..run + 2 {
                let column = (quad.column + i).wrapping_sub(1);
                let mut transformed = [zero; POINTS];
                if column < columns {
                    let mut rows = [zero; POINTS];
                    let count = (width - column * LANES).min(LANES);
                    for (y, row) in rows.iter_mut().enumerate() {
                        let y = (quad.y + y).wrapping_sub(1);
                        if y < height {
                            let at = y * width + column * LANES;
                            *row = simd.load(&take(&plane[at..], count));
                            // The next channel's plane is too far away for the processor's own prefetching.
                            if let Some(next) = rest.get(height * width + at) {
                                simd.prefetch(next);
                            }
                        }
                    }
                    transformed = transform_input(simd, rows);
                }
                for (point, transformed) in transformed.into_iter().enumerate() {
                    band[point * band_width + at + i] = simd.array(transformed);
                }
            }
            for i in 0..run {
                starts[index + i] = (at + 1 + i) * LANES;
            }
            index += run;
            at += run + 2;
        }
        // Lanes after the last quad are computed from valid memory and never written to the result.
        for start in &mut starts[index..] {
            *start = LANES;
        }
        // 2. Along the rows, the four quads of a group at once.
        for group in 0..self.groups.len() {
            let starts = &starts[group * GROUP..][..GROUP];
            let at = panels.index_of(group, channel);
            for (y, band) in band.chunks_exact(band_width).enumerate() {
                let band = band.as_flattened();
                let mut near = [zero; GROUP];
                let mut far = [zero; GROUP];
                for (i, &start) in starts.iter().enumerate() {
                    near[i] = simd.load(&take(&band[start - 1..], LANES));
                    far[i] = simd.load(&take(&band[start + SIDE - 1..], LANES));
                }
                let [a, b, c, d] = simd.deinterleave4(near);
                let [e, f, ..] = simd.deinterleave4(far);
                let transformed = transform_input(simd, [a, b, c, d, e, f]);
                for (x, transformed) in transformed.into_iter().enumerate() {
                    points[(y * POINTS + x) * panels.len() + at] = simd.array(transformed);
                }
            }
        }
    }

    /// Transforms the products of one channel and group, `stride` apart, back to results, and writes these with their
    /// addends. `group` counts from the chunk's first.
    #[inline(always)]
    fn finish<S: Simd>(
        &self,
        simd: S,
        row: usize,
        group: usize,
        products: &[Lanes],
        stride: usize,
    ) {
        let Geometry { height, width, .. } = self.geometry;
        let zero = simd.splat(0.0);
        let mut half = [[zero; POINTS]; SIDE];
        for x in 0..POINTS {
            let mut column = [zero; POINTS];
            for (y, column) in column.iter_mut().enumerate() {
                *column = simd.load(&products[(y * POINTS + x) * stride]);
            }
            for (y, transformed) in transform_output(simd, column).into_iter().enumerate() {
                half[y][x] = transformed;
            }
        }
        let bias = simd.splat(self.addends.bias.map_or(0.0, |bias| bias[row]));
        for (y, half) in half.into_iter().enumerate() {
            let results = simd.interleave4(transform_output(simd, half));
            for (i, result) in results.into_iter().enumerate() {
                let Some(quad) = self.quad((self.groups.start + group) * GROUP + i) else {
                    break;
                };
                let y = quad.y + y;
                if y >= height {
                    continue;
                }
                let plane = quad.image * self.weights.rows + row;
                let at = (plane * height + y) * width + quad.column * LANES;
                let count = (width - quad.column * LANES).min(LANES);
                let mut result = simd.add(result, bias);
                if let Some(residual) = self.addends.residual {
                    let residual = take(&residual[at..], count);
                    result = simd.add(result, simd.load(&residual));
                }
                // SAFETY: only this task writes this channel of this quad.
                unsafe { self.output.write_lanes(at, &simd.array(result), count) };
            }
        }
    }
}
