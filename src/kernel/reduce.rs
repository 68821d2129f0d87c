//! Sums in a fixed order.

use super::isa::{LANES, Simd};
use super::lanes::pad;

/// Folds `x`, padded with `neutral`, into four vectors of sums and adds these up. The order depends only on the length
/// of `x`.
#[inline(always)]
pub(super) fn total<S: Simd>(
    simd: S,
    x: &[f32],
    neutral: f32,
    add: impl Fn(S::V, S::V) -> S::V + Copy,
) -> f32 {
    let mut sums = [simd.splat(0.0); 4];
    let (whole, rest) = x.as_chunks::<LANES>();
    let (fours, last) = whole.as_chunks::<4>();
    for four in fours {
        for i in 0..4 {
            sums[i] = add(simd.load(&four[i]), sums[i]);
        }
    }
    for (i, x) in last.iter().enumerate() {
        sums[i] = add(simd.load(x), sums[i]);
    }
    sums[3] = add(simd.load(&pad(rest, neutral)), sums[3]);
    let sum = simd.add(simd.add(sums[0], sums[1]), simd.add(sums[2], sums[3]));
    let mut sums = simd.array(sum);
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
    }
    sums[0]
}

/// Returns the sum of a vector's numbers.
#[inline(always)]
pub(super) fn sum_lanes<S: Simd>(simd: S, vector: S::V) -> f32 {
    total(simd, &simd.array(vector), 0.0, |x, sum| simd.add(x, sum))
}
