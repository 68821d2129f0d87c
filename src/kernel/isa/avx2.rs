//! AVX2 with FMA: a vector is two registers.

use super::{Kernel, Lanes, Simd, multiply_block};
use std::arch::x86_64::*;

/// Proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Avx2(());

impl Avx2 {
    /// Returns the proof, or `None` if the processor lacks one of them.
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

#[target_feature(enable = "avx2,fma")]
fn enter<K: Kernel>(simd: Avx2, kernel: K) -> K::Output {
    kernel.run(simd)
}

#[target_feature(enable = "avx2,fma")]
fn multiply(simd: Avx2, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]) {
    match width {
        1 => multiply_block::<_, 6, 1>(simd, a, b, c),
        _ => unreachable!("a register block is 1 vector wide"),
    }
}

/// Evaluates an expression of intrinsics that need only AVX2 and FMA.
macro_rules! avx2 {
    ($call:expr) => {
        // SAFETY: an `Avx2` exists only if the processor has these instructions.
        unsafe { $call }
    };
}

/// Applies an intrinsic to both registers.
macro_rules! both {
    ($f:ident, $($x:expr),+) => {
        avx2!([$f($($x[0]),+), $f($($x[1]),+)])
    };
}

impl Simd for Avx2 {
    type V = [__m256; 2];
    const ROWS: usize = 6;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        avx2!(enter(self, kernel))
    }
    #[inline(always)]
    fn multiply(self, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]) {
        avx2!(multiply(self, width, a, b, c));
    }
    #[inline(always)]
    fn prefetch(self, x: &f32) {
        avx2!(_mm_prefetch::<_MM_HINT_T0>((&raw const *x).cast()));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        let x = avx2!(_mm256_set1_ps(x));
        [x, x]
    }
    #[inline(always)]
    fn load(self, x: &Lanes) -> Self::V {
        avx2!([
            _mm256_loadu_ps(x.as_ptr()),
            _mm256_loadu_ps(x.as_ptr().add(8))
        ])
    }
    #[inline(always)]
    fn array(self, x: Self::V) -> Lanes {
        avx2!(std::mem::transmute::<Self::V, Lanes>(x))
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        both!(_mm256_add_ps, a, b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        both!(_mm256_sub_ps, a, b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        both!(_mm256_mul_ps, a, b)
    }
    #[inline(always)]
    fn div(self, a: Self::V, b: Self::V) -> Self::V {
        both!(_mm256_div_ps, a, b)
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        both!(_mm256_fmadd_ps, a, b, c)
    }
    #[inline(always)]
    fn min(self, a: Self::V, b: Self::V) -> Self::V {
        both!(_mm256_min_ps, a, b)
    }
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        both!(_mm256_max_ps, a, b)
    }
    #[inline(always)]
    fn round(self, x: Self::V) -> Self::V {
        avx2!([_mm256_round_ps::<8>(x[0]), _mm256_round_ps::<8>(x[1])])
    }
    #[inline(always)]
    fn power_of_two(self, x: Self::V) -> Self::V {
        #[inline(always)]
        fn half(x: __m256) -> __m256 {
            avx2!({
                let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(x), _mm256_set1_epi32(127));
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
            })
        }
        [half(x[0]), half(x[1])]
    }
    #[inline(always)]
    fn deinterleave4(self, x: [Self::V; 4]) -> [Self::V; 4] {
        // Each half of the result comes from two of the vectors: eight groups of four numbers.
        #[inline(always)]
        fn half(x: [__m128; 8]) -> [__m256; 4] {
            let [a, b, c, d, e, f, g, h] = x;
            avx2!(transpose4([
                _mm256_set_m128(e, a),
                _mm256_set_m128(f, b),
                _mm256_set_m128(g, c),
                _mm256_set_m128(h, d),
            ]))
        }
        let low = half(quarters(x[0], x[1]));
        let high = half(quarters(x[2], x[3]));
        [
            [low[0], high[0]],
            [low[1], high[1]],
            [low[2], high[2]],
            [low[3], high[3]],
        ]
    }
    #[inline(always)]
    fn interleave4(self, [a, b, c, d]: [Self::V; 4]) -> [Self::V; 4] {
        // The transpose leaves group `i` in the lower half of vector `i`, and group `i + 4` in the upper one.
        #[inline(always)]
        fn half(x: [__m256; 4]) -> [[__m256; 2]; 2] {
            let [a, b, c, d] = avx2!(transpose4(x));
            avx2!([
                [
                    _mm256_permute2f128_ps::<0x20>(a, b),
                    _mm256_permute2f128_ps::<0x20>(c, d)
                ],
                [
                    _mm256_permute2f128_ps::<0x31>(a, b),
                    _mm256_permute2f128_ps::<0x31>(c, d)
                ],
            ])
        }
        let [x0, x1] = half([a[0], b[0], c[0], d[0]]);
        let [x2, x3] = half([a[1], b[1], c[1], d[1]]);
        [x0, x1, x2, x3]
    }
}

/// Returns the eight groups of four numbers of two vectors.
#[inline(always)]
fn quarters(x: [__m256; 2], y: [__m256; 2]) -> [__m128; 8] {
    #[inline(always)]
    fn halves(x: __m256) -> [__m128; 2] {
        avx2!([_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x)])
    }
    let ([a, b], [c, d]) = (halves(x[0]), halves(x[1]));
    let ([e, f], [g, h]) = (halves(y[0]), halves(y[1]));
    [a, b, c, d, e, f, g, h]
}

/// Transposes the 4 × 4 numbers in the lower halves, and the 4 × 4 numbers in the upper halves.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn transpose4([a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
    let (ab0, ab1) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    let (cd0, cd1) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
    [
        _mm256_shuffle_ps::<0x44>(ab0, cd0),
        _mm256_shuffle_ps::<0xee>(ab0, cd0),
        _mm256_shuffle_ps::<0x44>(ab1, cd1),
        _mm256_shuffle_ps::<0xee>(ab1, cd1),
    ]
}
