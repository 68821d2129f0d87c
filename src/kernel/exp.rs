//! The exponential function on vectors.

use super::isa::Simd;

/// `e^x` for each number, within 2 units in the last place; never less than `e^-87.3` or more than
/// `e^88`.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::V) -> S::V {
    const LOWEST: f32 = -87.336_54;
    const HIGHEST: f32 = 88.0;
    // ln 2 in two parts, the first of few enough digits that its multiples are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Minimax polynomial for (e^r - 1 - r) / r² on [-ln 2 / 2, ln 2 / 2] (Cephes' expf).
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
    let mut p = simd.splat(COEFFICIENTS[0]);
    for &c in &COEFFICIENTS[1..] {
        p = simd.fma(p, r, simd.splat(c));
    }
    let one = simd.splat(1.0);
    let e = simd.add(simd.fma(simd.mul(r, r), p, r), one);
    simd.mul(e, simd.power_of_two(n))
}

/// `x / (1 + e^-x)` for each number: the sigmoid linear unit.
#[inline(always)]
pub fn silu<S: Simd>(simd: S, x: S::V) -> S::V {
    let zero = simd.splat(0.0);
    let e = exp(simd, simd.sub(zero, x));
    simd.div(x, simd.add(simd.splat(1.0), e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::isa::{Isa, Kernel, LANES, Lanes};

    struct Apply(Lanes);

    impl Kernel for Apply {
        type Output = [Lanes; 2];
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [Lanes; 2] {
            let x = simd.load(&self.0);
            [simd.array(exp(simd, x)), simd.array(silu(simd, x))]
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
                let [e, silu] = isa.run(Apply(x));
                for i in 0..LANES {
                    let exact = f64::from(x[i]).exp();
                    assert!(near(e[i], exact), "e^{} is not {}", x[i], e[i]);
                    let exact = f64::from(x[i]) / (1.0 + f64::from(-x[i]).exp());
                    assert!(near(silu[i], exact), "silu({}) is not {}", x[i], silu[i]);
                }
            }
        }
    }

    #[test]
    fn extreme_arguments_give_finite_numbers() {
        let mut x = [0.0; LANES];
        x[..4].copy_from_slice(&[f32::NEG_INFINITY, f32::INFINITY, f32::MIN, f32::MAX]);
        for isa in Isa::available() {
            let [e, _] = isa.run(Apply(x));
            assert!(e.iter().all(|e| e.is_finite()));
            assert!(e[0] < 1e-37 && e[1] > 1e38);
            assert_eq!(e[4], 1.0);
        }
    }
}
