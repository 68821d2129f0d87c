//! NEON: a vector is four registers.

use super::{Kernel, Lanes, Simd, multiply_block};
use std::arch::aarch64::*;
use std::array::from_fn;

/// Proof that the processor has NEON, as every 64-bit ARM processor does.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Neon(());

impl Neon {
    /// Returns the proof, or `None` if the processor lacks NEON.
    pub(super) fn detect() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

/// Evaluates an expression of NEON intrinsics.
macro_rules! neon {
    ($call:expr) => {
        // SAFETY: a `Neon` exists only if the processor has these instructions.
        unsafe { $call }
    };
}

/// Applies an intrinsic to all four registers.
macro_rules! all {
    ($f:ident, $($x:expr),+) => {
        neon!([
            $f($($x[0]),+),
            $f($($x[1]),+),
            $f($($x[2]),+),
            $f($($x[3]),+),
        ])
    };
}

impl Simd for Neon {
    type V = [float32x4_t; 4];
    const ROWS: usize = 6;
    const WIDTH: usize = 1;

    // NEON is part of the baseline of 64-bit ARM and need not be enabled.
    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
    #[inline]
    fn multiply(self, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]) {
        match width {
            1 => multiply_block::<_, 6, 1>(self, a, b, c),
            _ => unreachable!("a register block is 1 vector wide"),
        }
    }
    #[inline(always)]
    fn prefetch(self, _: &f32) {}
    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        [neon!(vdupq_n_f32(x)); 4]
    }
    #[inline(always)]
    fn load(self, x: &Lanes) -> Self::V {
        let (x, _) = x.as_chunks::<4>();
        from_fn(|i| neon!(vld1q_f32(x[i].as_ptr())))
    }
    #[inline(always)]
    fn array(self, x: Self::V) -> Lanes {
        neon!(std::mem::transmute::<Self::V, Lanes>(x))
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        all!(vaddq_f32, a, b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        all!(vsubq_f32, a, b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        all!(vmulq_f32, a, b)
    }
    #[inline(always)]
    fn div(self, a: Self::V, b: Self::V) -> Self::V {
        all!(vdivq_f32, a, b)
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        all!(vfmaq_f32, c, a, b)
    }
    #[inline(always)]
    fn min(self, a: Self::V, b: Self::V) -> Self::V {
        // NEON's own minimum treats NaN differently from the other instruction sets.
        from_fn(|i| neon!(vbslq_f32(vcltq_f32(a[i], b[i]), a[i], b[i])))
    }
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        from_fn(|i| neon!(vbslq_f32(vcgtq_f32(a[i], b[i]), a[i], b[i])))
    }
    #[inline(always)]
    fn round(self, x: Self::V) -> Self::V {
        all!(vrndnq_f32, x)
    }
    #[inline(always)]
    fn power_of_two(self, x: Self::V) -> Self::V {
        from_fn(|i| {
            neon!({
                let exponent = vaddq_s32(vcvtq_s32_f32(x[i]), vdupq_n_s32(127));
                vreinterpretq_f32_s32(vshlq_n_s32::<23>(exponent))
            })
        })
    }
    #[inline(always)]
    fn deinterleave4(self, x: [Self::V; 4]) -> [Self::V; 4] {
        let columns = [
            transpose4(x[0]),
            transpose4(x[1]),
            transpose4(x[2]),
            transpose4(x[3]),
        ];
        from_fn(|p| from_fn(|i| columns[i][p]))
    }
    #[inline(always)]
    fn interleave4(self, x: [Self::V; 4]) -> [Self::V; 4] {
        from_fn(|i| transpose4([x[0][i], x[1][i], x[2][i], x[3][i]]))
    }
}

/// Transposes 4 × 4 numbers.
#[inline(always)]
fn transpose4([a, b, c, d]: [float32x4_t; 4]) -> [float32x4_t; 4] {
    neon!({
        let (ac0, ac1) = (vzip1q_f32(a, c), vzip2q_f32(a, c));
        let (bd0, bd1) = (vzip1q_f32(b, d), vzip2q_f32(b, d));
        [
            vzip1q_f32(ac0, bd0),
            vzip2q_f32(ac0, bd0),
            vzip1q_f32(ac1, bd1),
            vzip2q_f32(ac1, bd1),
        ]
    })
}
