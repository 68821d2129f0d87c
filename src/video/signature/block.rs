//! Blocks of a picture, searched for in another one.

use super::{PADDED_HEIGHT, PADDED_WIDTH, REACH, Signature};

/// Places where a block may lie in a row of a padded picture, and in a column.
const PLACES_ACROSS: usize = PADDED_WIDTH - BLOCK_WIDTH + 1;
const PLACES_DOWN: usize = PADDED_HEIGHT - BLOCK_HEIGHT + 1;
pub(super) const BLOCK_WIDTH: usize = 8;
pub(super) const BLOCK_HEIGHT: usize = 9;
const BLOCK_PIXELS: f32 = (BLOCK_WIDTH * BLOCK_HEIGHT) as f32;

/// Variance of luma, in squared 8-bit levels, below which a block is noise rather than texture.
pub(super) const NOISE: f32 = 1.0;
/// A block that matches this well at its own position is not searched for around it.
const FOUND: f32 = 0.95;

/// A block of pixels with its mean removed.
pub(super) struct Block {
    pixels: [[f32; BLOCK_WIDTH]; BLOCK_HEIGHT],
    pub(super) variance: f32,
}

impl Block {
    /// Cuts out the block whose first pixel is at `x`, `y` of a padded picture.
    pub(super) fn cut(luma: &[f32], x: usize, y: usize) -> Self {
        let mut pixels = [[0.0; BLOCK_WIDTH]; BLOCK_HEIGHT];
        let mut sums = [0.0; BLOCK_WIDTH];
        for (row, y) in pixels.iter_mut().zip(y..) {
            let first = y * PADDED_WIDTH + x;
            row.copy_from_slice(&luma[first..first + BLOCK_WIDTH]);
            for (sum, pixel) in sums.iter_mut().zip(row) {
                *sum += *pixel;
            }
        }
        let mean = sums.iter().sum::<f32>() / BLOCK_PIXELS;
        for pixel in pixels.as_flattened_mut() {
            *pixel -= mean;
        }
        Self {
            variance: covariance(&pixels, &pixels),
            pixels,
        }
    }

    /// Returns the best squared correlation, 0 to 1, with a block within [`REACH`] of `x`, `y` in another picture.
    pub(super) fn best_match(&self, other: &Signature, x: usize, y: usize) -> f32 {
        let there = Self::cut(&other.luma, x + REACH, y + REACH);
        let common = covariance(&self.pixels, &there.pixels);
        let mut best = self.correlation(common, there.variance);
        if best < FOUND {
            let variances = other.variances();
            for there_y in y..=y + 2 * REACH {
                for there_x in x..=x + 2 * REACH {
                    let there = &other.luma[there_y * PADDED_WIDTH + there_x..];
                    let variance = variances[there_y * PLACES_ACROSS + there_x];
                    // The mean of the other block need not be removed, because this one has none.
                    let common = self.covariance_with(there);
                    best = best.max(self.correlation(common, variance));
                }
            }
        }
        best
    }

    fn correlation(&self, common: f32, variance: f32) -> f32 {
        let common = common.max(0.0);
        common * common / ((self.variance + NOISE) * (variance + NOISE))
    }

    /// Returns the covariance with the block that begins with the first of these pixels of a padded picture.
    #[inline(always)]
    fn covariance_with(&self, luma: &[f32]) -> f32 {
        let mut sums = [0.0; BLOCK_WIDTH];
        for (row, line) in self.pixels.iter().zip(luma.chunks(PADDED_WIDTH)) {
            let line = &line[..BLOCK_WIDTH];
            for column in 0..BLOCK_WIDTH {
                sums[column] += row[column] * line[column];
            }
        }
        sums.iter().sum::<f32>() / BLOCK_PIXELS
    }
}

/// Returns the variance of the block at each place, row by row, of a padded picture.
pub(super) fn block_variances(luma: &[f32]) -> Vec<f32> {
    // Sums of levels and of their squares: over the width of a block, then over its height.
    let mut across = [[[0.0_f32; PLACES_ACROSS]; 2]; PADDED_HEIGHT];
    for ([sums, squares], line) in across.iter_mut().zip(luma.chunks_exact(PADDED_WIDTH)) {
        for column in 0..BLOCK_WIDTH {
            let levels = &line[column..column + PLACES_ACROSS];
            for place in 0..PLACES_ACROSS {
                sums[place] += levels[place];
                squares[place] += levels[place] * levels[place];
            }
        }
    }
    let mut variances = Vec::with_capacity(PLACES_ACROSS * PLACES_DOWN);
    for lines in across.windows(BLOCK_HEIGHT) {
        let [mut sums, mut squares] = [[0.0_f32; PLACES_ACROSS]; 2];
        for line in lines {
            for place in 0..PLACES_ACROSS {
                sums[place] += line[0][place];
                squares[place] += line[1][place];
            }
        }
        let variance = |(sum, square): (&f32, &f32)| {
            let mean = sum / BLOCK_PIXELS;
            (square / BLOCK_PIXELS - mean * mean).max(0.0)
        };
        variances.extend(sums.iter().zip(&squares).map(variance));
    }
    variances
}

fn covariance(
    block: &[[f32; BLOCK_WIDTH]; BLOCK_HEIGHT],
    other: &[[f32; BLOCK_WIDTH]; BLOCK_HEIGHT],
) -> f32 {
    // One sum per column, which the compiler vectorises.
    let mut sums = [0.0; BLOCK_WIDTH];
    for (row, other_row) in block.iter().zip(other) {
        for column in 0..BLOCK_WIDTH {
            sums[column] += row[column] * other_row[column];
        }
    }
    sums.iter().sum::<f32>() / BLOCK_PIXELS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::frame::Frame;

    #[test]
    fn the_variance_at_a_place_is_that_of_the_block_cut_out_there() {
        let signature = Signature::of(&Frame::scene(3, 0.0, 1.0));
        for (x, y) in [(0, 0), (5, 9), (PLACES_ACROSS - 1, PLACES_DOWN - 1)] {
            let found = signature.variances()[y * PLACES_ACROSS + x];
            let expected = Block::cut(&signature.luma, x, y).variance;
            assert!((found - expected).abs() < 1e-2, "{found} for {expected}");
        }
    }
}
