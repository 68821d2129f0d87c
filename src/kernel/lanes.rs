//! Vectors from slices that may be shorter than a vector.

use super::isa::{LANES, Lanes, Simd};

/// Returns `x`, at most [`LANES`] numbers, followed by `filler`.
#[inline(always)]
pub(super) fn pad(x: &[f32], filler: f32) -> Lanes {
    let mut lanes = [filler; LANES];
    for (lane, &x) in lanes.iter_mut().zip(x) {
        *lane = x;
    }
    lanes
}

/// Returns the first `count` numbers of `x`, at most [`LANES`], followed by zeros.
#[inline(always)]
pub(super) fn take(x: &[f32], count: usize) -> Lanes {
    match x.first_chunk::<LANES>() {
        Some(lanes) if count >= LANES => *lanes,
        _ => {
            let mut lanes = [0.0; LANES];
            lanes[..count].copy_from_slice(&x[..count]);
            lanes
        }
    }
}

/// Loads `x`, at most [`LANES`] numbers, followed by zeros.
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, x: &[f32]) -> S::V {
    simd.load(&take(x, x.len()))
}

/// Stores the first numbers of `vector` in `x`, as many as fit.
#[inline(always)]
pub(super) fn store<S: Simd>(simd: S, vector: S::V, x: &mut [f32]) {
    x.copy_from_slice(&simd.array(vector)[..x.len()]);
}
