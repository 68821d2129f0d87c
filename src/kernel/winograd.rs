//! 3×3 convolution with stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, 2016).
//!
//! A tile of 4 × 4 results takes 36 products a channel instead of 144. Input tiles of 6 × 6 and kernels are carried
//! to 36 points each, where convolution is a matrix product a point. The points' coordinates 0, ±2/3, ±4/3, ∞ keep
//! the rounding error within twice that of direct convolution; with the usual 0, ±1, ±2, ∞ it is four times.

mod chunk;
mod transform;

use super::direct::{Addends, Geometry};
use super::isa::{Isa, LANES};
use super::output::Output;
use super::scratch::with_scratch;
use chunk::{Chunk, WithScratch};
use rayon::prelude::*;
use transform::transform_kernel;

/// Results along a tile's side.
const SIDE: usize = 4;
/// Points along each direction, which is also the side of an input tile.
const POINTS: usize = 6;
/// Tiles whose results fill one vector of a row of the plane.
const QUAD: usize = LANES / SIDE;
/// Quads of tiles whose points fill one vector each.
const GROUP: usize = LANES / QUAD;
/// Groups that a task works on, at most: the register block's width.
const CHUNK_GROUPS: usize = 3;
/// Channels whose points are kept until they are turned into results.
const ROWS_AT_ONCE: usize = 32;

/// A convolution's weights at each point, `[blocks, points, channels in, ROWS]`.
#[derive(Clone, Debug)]
pub(super) struct WinogradWeights {
    rows: usize,
    /// Numbers of one block at one point.
    len: usize,
    packed: Vec<f32>,
}

impl WinogradWeights {
    /// From `weight`, `[rows, channels, 3, 3]`.
    pub(super) fn new(isa: Isa, rows: usize, channels: usize, weight: &[f32]) -> Self {
        let (kernels, _) = weight.as_chunks::<9>();
        let block_rows = isa.rows();
        let len = channels * block_rows;
        let mut packed = vec![0.0; rows.div_ceil(block_rows) * POINTS * POINTS * len];
        let blocks = packed.par_chunks_exact_mut(POINTS * POINTS * len);
        blocks.enumerate().for_each(|(block, packed)| {
            let kernels = kernels[block * block_rows * channels..].chunks_exact(channels);
            for (lane, kernels) in kernels.take(block_rows).enumerate() {
                for (channel, kernel) in kernels.iter().enumerate() {
                    for (point, x) in transform_kernel(kernel).into_iter().enumerate() {
                        packed[point * len + channel * block_rows + lane] = x;
                    }
                }
            }
        });
        Self { rows, len, packed }
    }

    /// The number of blocks.
    fn blocks(&self) -> usize {
        self.packed.len() / (POINTS * POINTS * self.len)
    }

    /// One block at one point, `[channels in, ROWS]`.
    #[inline(always)]
    fn block(&self, point: usize, block: usize) -> &[f32] {
        &self.packed[(block * POINTS * POINTS + point) * self.len..][..self.len]
    }
}

/// The convolution of `x`, padded by one.
pub(super) fn convolve(
    isa: Isa,
    geometry: Geometry,
    weights: &WinogradWeights,
    x: &[f32],
    addends: Addends,
) -> Vec<f32> {
    let Geometry {
        batch,
        height,
        width,
        ..
    } = geometry;
    let blocks = weights.blocks();
    let quads = batch * height.div_ceil(SIDE) * width.div_ceil(LANES);
    let groups = quads.div_ceil(GROUP);
    // As many tasks for each thread; where there are too few tiles, tasks share out the channels.
    let threads = rayon::current_num_threads();
    let chunks = groups
        .div_ceil(CHUNK_GROUPS)
        .next_multiple_of(threads)
        .min(groups);
    let parts = threads.div_ceil(chunks).min(blocks);
    let fill = |output: &Output| {
        (0..chunks * parts).into_par_iter().for_each(|task| {
            let (chunk, part) = (task / parts, task % parts);
            let first = chunk * groups / chunks;
            let groups = (chunk + 1) * groups / chunks - first;
            let chunk = Chunk {
                geometry,
                weights,
                x,
                addends,
                output,
                first,
                groups,
                first_block: part * blocks / parts,
                end_block: (part + 1) * blocks / parts,
                blocks_at_once: ROWS_AT_ONCE.div_ceil(isa.rows()),
            };
            with_scratch(chunk.scratch_len(isa), |scratch| {
                isa.run(WithScratch { chunk, scratch });
            });
        });
    };
    // SAFETY: the chunks cover all quads, and their parts all channels; each writes its own channels of its quads.
    unsafe { Output::filled_by(batch * weights.rows * height * width, fill) }
}

#[cfg(test)]
mod tests;
