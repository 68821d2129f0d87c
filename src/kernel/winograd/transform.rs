//! Winograd's transforms to the points and back, in one direction.
//!
//! The points are five finite ones and ∞ (Toom-Cook, transposed). At each finite point, the transform of the input
//! applies the coefficients of the polynomial that vanishes at the other finite points. The transform of the kernel
//! divides by the value of that polynomial at the point, and the transform of the output multiplies by powers of the
//! point.

use super::{POINTS, SIDE};
use crate::kernel::isa::Simd;

/// The points are 0, ±A, ±B and ∞.
const A: f64 = 2.0 / 3.0;
const B: f64 = 4.0 / 3.0;

/// Transforms six consecutive numbers of the input to the points.
#[inline(always)]
pub(super) fn transform_input<S: Simd>(simd: S, x: [S::V; POINTS]) -> [S::V; POINTS] {
    let s = |c: f64| simd.splat(c as f32);
    let even_a = simd.fma(s(-B * B), x[2], x[4]);
    let odd_a = simd.fma(s(-B * B), x[1], x[3]);
    let even_b = simd.fma(s(-A * A), x[2], x[4]);
    let odd_b = simd.fma(s(-A * A), x[1], x[3]);
    let zero = simd.fma(s(-(A * A + B * B)), x[2], x[4]);
    let infinity = simd.fma(s(-(A * A + B * B)), x[3], x[5]);
    [
        simd.fma(s(A * A * B * B), x[0], zero),
        simd.fma(s(A), odd_a, even_a),
        simd.fma(s(-A), odd_a, even_a),
        simd.fma(s(B), odd_b, even_b),
        simd.fma(s(-B), odd_b, even_b),
        simd.fma(s(A * A * B * B), x[1], infinity),
    ]
}

/// Transforms the products at the points back to four consecutive results.
#[inline(always)]
pub(super) fn transform_output<S: Simd>(simd: S, x: [S::V; POINTS]) -> [S::V; SIDE] {
    let s = |c: f64| simd.splat(c as f32);
    let (even_a, odd_a) = (simd.add(x[1], x[2]), simd.sub(x[1], x[2]));
    let (even_b, odd_b) = (simd.add(x[3], x[4]), simd.sub(x[3], x[4]));
    [
        simd.add(x[0], simd.add(even_a, even_b)),
        simd.fma(s(A), odd_a, simd.mul(s(B), odd_b)),
        simd.fma(s(A * A), even_a, simd.mul(s(B * B), even_b)),
        simd.fma(s(A * A * A), odd_a, simd.fma(s(B * B * B), odd_b, x[5])),
    ]
}

/// The finite points.
const FINITE: [f64; POINTS - 1] = [0.0, A, -A, B, -B];
/// For each finite point, the inverse of the product of its differences from the others.
const FACTORS: [f64; POINTS - 1] = factors();

const fn factors() -> [f64; POINTS - 1] {
    let mut factors = [1.0; POINTS - 1];
    let mut i = 0;
    while i < FINITE.len() {
        let mut j = 0;
        while j < FINITE.len() {
            if i != j {
                factors[i] /= FINITE[i] - FINITE[j];
            }
            j += 1;
        }
        i += 1;
    }
    factors
}

/// Transforms a 3×3 kernel to the points, in both directions.
#[inline]
pub(super) fn transform_kernel(kernel: &[f32; 9]) -> [f32; POINTS * POINTS] {
    let mut rows = [[0.0; POINTS]; 3];
    for (row, x) in rows.iter_mut().zip(kernel.as_chunks::<3>().0) {
        *row = kernel_at_points(x.map(f64::from));
    }
    let mut points = [0.0; POINTS * POINTS];
    for x in 0..POINTS {
        let column = kernel_at_points([rows[0][x], rows[1][x], rows[2][x]]);
        for y in 0..POINTS {
            points[y * POINTS + x] = column[y] as f32;
        }
    }
    points
}

/// Transforms three consecutive numbers of a kernel to the points.
#[inline(always)]
fn kernel_at_points(x: [f64; 3]) -> [f64; POINTS] {
    let mut points = [x[2]; POINTS];
    for i in 0..FINITE.len() {
        points[i] = FACTORS[i] * (x[0] + FINITE[i] * (x[1] + FINITE[i] * x[2]));
    }
    points
}
