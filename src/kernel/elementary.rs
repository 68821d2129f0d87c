//! The exponential and error functions of vectors, and the activations made of them.

use super::isa::Simd;

/// Returns `e^x` for each number, within 2 units in the last place. `x` is limited to -87.3…88, so that results are
/// finite and normal.
#[inline(always)]
pub(super) fn exp<S: Simd>(simd: S, x: S::V) -> S::V {
    const LOWEST: f32 = -87.336_54;
    const HIGHEST: f32 = 88.0;
    // ln 2 in two parts. The first has so few digits that its products with `n` are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Minimax polynomial of (e^r - 1 - r) / r² on [-ln 2 / 2, ln 2 / 2], from expf of Cephes.
    const COEFFICIENTS: [f32; 6] = [
        1.987_569_1e-4,
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_6e-1,
        5e-1,
    ];
    let x = simd.min(simd.max(x, simd.splat(LOWEST)), simd.splat(HIGHEST));
    let n = simd.round(simd.mul(x, simd.splat(std::f32::consts::LOG2_E)));
    let r = simd.fma(n, simd.splat(-LN_2_HIGH), x);
    let r = simd.fma(n, simd.splat(-LN_2_LOW), r);
    let p = polynomial(simd, &COEFFICIENTS, r);
    let one = simd.splat(1.0);
    let e = simd.add(simd.fma(simd.mul(r, r), p, r), one);
    simd.mul(e, simd.power_of_two(n))
}

/// Returns the sigmoid linear unit of each number, `x / (1 + e^-x)`.
#[inline(always)]
pub(super) fn silu<S: Simd>(simd: S, x: S::V) -> S::V {
    let zero = simd.splat(0.0);
    let e = exp(simd, simd.sub(zero, x));
    simd.div(x, simd.add(simd.splat(1.0), e))
}

/// Returns the exact Gaussian error linear unit of each number: `x · Φ(x)`, where Φ is the normal distribution.
#[inline(always)]
pub(super) fn gelu<S: Simd>(simd: S, x: S::V) -> S::V {
    let half = simd.mul(x, simd.splat(0.5));
    let erf = erf(
        simd,
        simd.mul(x, simd.splat(std::f32::consts::FRAC_1_SQRT_2)),
    );
    simd.fma(half, erf, half)
}

/// Returns the derivative of [`gelu`]: `Φ(x) + x · φ(x)`, where φ is the density of the normal distribution.
#[inline(always)]
pub(super) fn gelu_slope<S: Simd>(simd: S, x: S::V) -> S::V {
    const DENSITY_AT_ZERO: f32 = 0.398_942_3;
    let half = simd.splat(0.5);
    let part = simd.mul(x, simd.splat(std::f32::consts::FRAC_1_SQRT_2));
    let phi = simd.fma(half, erf(simd, part), half);
    let density = exp(simd, simd.sub(simd.splat(0.0), simd.mul(part, part)));
    simd.fma(simd.mul(x, simd.splat(DENSITY_AT_ZERO)), density, phi)
}

/// Returns the error function of each number, within 4e-7: a rational function of degrees 13 and 8, from Eigen.
#[inline(always)]
fn erf<S: Simd>(simd: S, x: S::V) -> S::V {
    const NUMERATOR: [f32; 7] = [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024_e-6,
        -5.692_506_4e-5,
        -7.349_906_3e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ];
    const DENOMINATOR: [f32; 5] = [
        -1.456_607_2e-5,
        -2.133_740_5e-4,
        -1.682_827e-3,
        -7.373_329e-3,
        -1.426_473_9e-2,
    ];
    let x = simd.min(simd.max(x, simd.splat(-4.0)), simd.splat(4.0));
    let square = simd.mul(x, x);
    let numerator = polynomial(simd, &NUMERATOR, square);
    let denominator = polynomial(simd, &DENOMINATOR, square);
    simd.div(simd.mul(x, numerator), denominator)
}

/// Evaluates a polynomial at `x`. The coefficient of the highest power comes first.
#[inline(always)]
fn polynomial<S: Simd>(simd: S, coefficients: &[f32], x: S::V) -> S::V {
    let mut sum = simd.splat(coefficients[0]);
    for &c in &coefficients[1..] {
        sum = simd.fma(sum, x, simd.splat(c));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::isa::{Isa, Kernel, LANES, Lanes};

    struct Apply(Lanes);

    impl Kernel for Apply {
        type Output = [Lanes; 3];
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [Lanes; 3] {
            let x = simd.load(&self.0);
            [
                simd.array(exp(simd, x)),
                simd.array(silu(simd, x)),
                simd.array(gelu(simd, x)),
            ]
        }
    }

    fn near(x: f32, y: f64) -> bool {
        (f64::from(x) - y).abs() <= 2.0 * f64::from(f32::EPSILON) * y.abs() + 1e-37
    }

    #[test]
    fn agrees_with_the_standard_library() {
        for isa in Isa::available() {
            for first in (-1400..1400).step_by(LANES) {
                let x: Lanes = std::array::from_fn(|i| (first + i as i32) as f32 / 16.1);
                let [e, silu, gelu] = isa.run(Apply(x));
                for i in 0..LANES {
                    let exact = f64::from(x[i]).exp();
                    assert!(near(e[i], exact), "e^{} is not {}", x[i], e[i]);
                    let exact = f64::from(x[i]) / (1.0 + f64::from(-x[i]).exp());
                    assert!(near(silu[i], exact), "silu({}) is not {}", x[i], silu[i]);
                    let wide = f64::from(x[i]);
                    let exact = wide / 2.0 * (1.0 + libm::erf(wide / 2f64.sqrt()));
                    let distance = (f64::from(gelu[i]) - exact).abs();
                    let tolerance = 4e-7 * f64::from(x[i].abs()).max(1.0);
                    assert!(distance <= tolerance, "gelu({}) is not {}", x[i], gelu[i]);
                }
            }
        }
    }

    #[test]
    fn exp_of_extreme_arguments_is_finite() {
        let mut x = [0.0; LANES];
        x[..4].copy_from_slice(&[f32::NEG_INFINITY, f32::INFINITY, f32::MIN, f32::MAX]);
        for isa in Isa::available() {
            let [e, ..] = isa.run(Apply(x));
            assert!(e.iter().all(|e| e.is_finite()));
            assert!(e[0] < 1e-37 && e[1] > 1e38);
            assert_eq!(e[4], 1.0);
        }
    }
}
