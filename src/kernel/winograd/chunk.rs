//! A task's share of a convolution: some quads of tiles, carried to the points, multiplied and carried back.

use super::super::direct::{Addends, Geometry};
use super::super::gemm::Panels;
use super::super::isa::{Isa, Kernel, LANES, Lanes, Simd};
use super::super::output::Output;
use super::super::tensor::load_some;
use super::transform::{transform_input, transform_output};
use super::{CHUNK_GROUPS, GROUP, POINTS, SIDE, WinogradWeights};

/// A quad's place: four tiles side by side.
#[derive(Clone, Copy)]
struct Quad {
    image: usize,
    /// Its first row.
    y: usize,
    /// Its first column over [`LANES`].
    column: usize,
}

/// Some groups of quads, and some of the result's channels.
pub(super) struct Chunk<'a> {
    pub(super) geometry: Geometry,
    pub(super) weights: &'a WinogradWeights,
    pub(super) x: &'a [f32],
    pub(super) addends: Addends<'a>,
    pub(super) output: &'a Output<'a>,
    pub(super) first: usize,
    pub(super) groups: usize,
    pub(super) first_block: usize,
    pub(super) end_block: usize,
    pub(super) blocks_at_once: usize,
}

/// A chunk and its working memory.
pub(super) struct WithScratch<'a> {
    pub(super) chunk: Chunk<'a>,
    pub(super) scratch: &'a mut [Lanes],
}

impl Kernel for WithScratch<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { chunk, scratch } = self;
        let channels = chunk.geometry.channels;
        let panels = Panels::new(S::WIDTH, chunk.groups, channels);
        let (points, scratch) = scratch.split_at_mut(POINTS * POINTS * panels.len());
        let (band, products) = scratch.split_at_mut(chunk.band_len());
        for channel in 0..channels {
            chunk.carry_to_points(simd, panels, channel, band, points);
        }
        for first in (chunk.first_block..chunk.end_block).step_by(chunk.blocks_at_once) {
            let blocks = first..chunk.end_block.min(first + chunk.blocks_at_once);
            let count = blocks.len();
            for point in 0..POINTS * POINTS {
                let points = &points[point * panels.len()..];
                let products = &mut products[point * count * S::ROWS * chunk.groups..];
                for panel in 0..panels.count() {
                    let width = panels.width(panel);
                    let start = panels.first_group(panel) * count * S::ROWS;
                    let products = products[start..].chunks_exact_mut(S::ROWS * width);
                    for (block, products) in blocks.clone().zip(products) {
                        let points = panels.panel(points, panel);
                        let weights = chunk.weights.block(point, block);
                        simd.multiply(width, weights, points, products);
                    }
                }
            }
            let rows = chunk.weights.rows.min(blocks.end * S::ROWS) - first * S::ROWS;
            // The products lie as in panels of one row each, one block after the other.
            for panel in 0..panels.count() {
                let width = panels.width(panel);
                for row in 0..rows {
                    for group in 0..width {
                        let start = panels.first_group(panel) * count * S::ROWS;
                        let at = start + row * width + group;
                        let stride = count * S::ROWS * chunk.groups;
                        let group = panels.first_group(panel) + group;
                        let row = first * S::ROWS + row;
                        chunk.finish(simd, row, group, &products[at..], stride);
                    }
                }
            }
        }
    }
}

impl Chunk<'_> {
    /// Vectors of the carried input on its way: each quad with a neighbour on each side, at most.
    #[inline(always)]
    fn band_len(&self) -> usize {
        POINTS * self.groups * GROUP * 3
    }

    /// Vectors of working memory: the input's points, the band, and the products at the points.
    pub(super) fn scratch_len(&self, isa: Isa) -> usize {
        let rows = self.geometry.channels + self.blocks_at_once * isa.rows();
        POINTS * POINTS * self.groups * rows + self.band_len()
    }

    /// The place of a quad, counted over all images, if there is such a quad.
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

    /// Carries the chunk's tiles of one channel to the points.
    #[inline(always)]
    fn carry_to_points<S: Simd>(
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
        // 1. Down the plane, a vector at a time; quads side by side share their neighbours.
        let mut starts = [0; CHUNK_GROUPS * GROUP];
        let (mut index, mut place) = (0, 0);
        while index < self.groups * GROUP {
            let Some(quad) = self.quad(self.first * GROUP + index) else {
                break;
            };
            let plane = (quad.image * channels + channel) * height * width;
            let rest = &self.x[plane..];
            let plane = &rest[..height * width];
            let run = (columns - quad.column).min(self.groups * GROUP - index);
            for i in 0..run + 2 {
                let column = (quad.column + i).wrapping_sub(1);
                let mut carried = [zero; POINTS];
                if column < columns {
                    let mut rows = [zero; POINTS];
                    let count = (width - column * LANES).min(LANES);
                    for (y, row) in rows.iter_mut().enumerate() {
                        let y = (quad.y + y).wrapping_sub(1);
                        if y < height {
                            let at = y * width + column * LANES;
                            *row = simd.load(&load_some(&plane[at..], count));
                            // The next channel's plane is too far away for the processor to guess.
                            if let Some(next) = rest.get(height * width + at) {
                                simd.prefetch(next);
                            }
                        }
                    }
                    carried = transform_input(simd, rows);
                }
                for (point, carried) in carried.into_iter().enumerate() {
                    band[point * band_width + place + i] = simd.array(carried);
                }
            }
            for i in 0..run {
                starts[index + i] = (place + 1 + i) * LANES;
            }
            index += run;
            place += run + 2;
        }
        // What lies beyond the last quad is computed like the rest and never written.
        for start in &mut starts[index..] {
            *start = LANES;
        }
        // 2. Along the rows, the four quads of a group at once.
        for group in 0..self.groups {
            let starts = &starts[group * GROUP..][..GROUP];
            let place = panels.place(group, channel);
            for (y, band) in band.chunks_exact(band_width).enumerate() {
                let band = band.as_flattened();
                let mut near = [zero; GROUP];
                let mut far = [zero; GROUP];
                for (i, &start) in starts.iter().enumerate() {
                    near[i] = simd.load(&load_some(&band[start - 1..], LANES));
                    far[i] = simd.load(&load_some(&band[start + SIDE - 1..], LANES));
                }
                let [a, b, c, d] = simd.deinterleave4(near);
                let [e, f, ..] = simd.deinterleave4(far);
                let carried = transform_input(simd, [a, b, c, d, e, f]);
                for (x, carried) in carried.into_iter().enumerate() {
                    points[(y * POINTS + x) * panels.len() + place] = simd.array(carried);
                }
            }
        }
    }

    /// Carries the products of one channel and group, `stride` apart, back to results and writes these.
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
            for (y, carried) in transform_output(simd, column).into_iter().enumerate() {
                half[y][x] = carried;
            }
        }
        let bias = simd.splat(self.addends.bias.map_or(0.0, |bias| bias[row]));
        for (y, half) in half.into_iter().enumerate() {
            let results = simd.interleave4(transform_output(simd, half));
            for (i, result) in results.into_iter().enumerate() {
                let Some(quad) = self.quad((self.first + group) * GROUP + i) else {
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
                    let residual = load_some(&residual[at..], count);
                    result = simd.add(result, simd.load(&residual));
                }
                // SAFETY: only this task writes this channel of this quad.
                unsafe { self.output.write_lanes(at, &simd.array(result), count) };
            }
        }
    }
}
