//! 3×3 convolution with stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, 2016).
//!
//! A tile of 4 × 4 results takes 36 products per channel instead of 144. Input tiles of 6 × 6 and kernels are
//! transformed to values at 36 points, where convolution is one matrix product per point. The coordinates 0, ±2/3,
//! ±4/3, ∞ keep the rounding error within twice that of direct convolution; with the usual 0, ±1, ±2, ∞ it is four
//! times as large.

mod chunk;
mod transform;

use super::addends::Addends;
use super::geometry::Geometry;
use super::isa::{Isa, LANES};
use super::output::Output;
use super::scratch::run_with_scratch;
use super::tasks::for_each_share;
use chunk::Chunk;
use rayon::prelude::*;
use transform::transform_kernel;

/// The side of a tile of results.
const SIDE: usize = 4;
/// Points in each direction, and the side of an input tile.
const POINTS: usize = 6;
/// Neighbouring tiles whose results fill one vector per row: a quad.
const QUAD: usize = LANES / SIDE;
/// Quads whose values at one point fill one vector: a group.
const GROUP: usize = LANES / QUAD;
/// Groups that a task works on, at most. This is the largest width of a register block.
const CHUNK_GROUPS: usize = 3;
/// Channels of the result whose products are kept before they are transformed back.
const ROWS_AT_ONCE: usize = 32;

/// The transformed weights of a convolution, `[blocks, points, channels in, ROWS]`.
#[derive(Clone, Debug)]
pub(super) struct WinogradWeights {
    rows: usize,
    /// The length of one block at one point.
    len: usize,
    packed: Vec<f32>,
}

impl WinogradWeights {
    /// Transforms and packs `weight`, `[rows, channels, 3, 3]`.
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

    /// Returns the number of blocks.
    fn blocks(&self) -> usize {
        self.packed.len() / (POINTS * POINTS * self.len)
    }

    /// Returns a block at one point, `[channels in, ROWS]`.
    #[inline(always)]
    fn block(&self, point: usize, block: usize) -> &[f32] {
        &self.packed[(block * POINTS * POINTS + point) * self.len..][..self.len]
    }
}

/// Convolves `x`, padded by one.
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
    let quads = batch * height.div_ceil(SIDE) * width.div_ceil(LANES);
    let groups = quads.div_ceil(GROUP);
    let fill = |output: &Output| {
        let chunks = groups.div_ceil(CHUNK_GROUPS);
        for_each_share(groups, weights.blocks(), chunks, |groups, blocks| {
            let chunk = Chunk {
                geometry,
                weights,
                x,
                addends,
                output,
                groups,
                blocks,
                blocks_at_once: ROWS_AT_ONCE.div_ceil(isa.rows()),
            };
            run_with_scratch(isa, chunk.scratch_len(isa), chunk);
        });
    };
    // SAFETY: the shares cover all quads and all channels, and each task writes its own channels of its own quads.
    unsafe { Output::filled_by(batch * weights.rows * height * width, fill) }
}

#[cfg(test)]
mod tests;
