//! AVX-512: a vector is one register.

use super::{Kernel, Lanes, Simd, multiply_block};
use std::arch::x86_64::*;

/// Proof that the processor has AVX-512 F, AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Avx512(());

impl Avx512 {
    /// Returns the proof, or `None` if the processor lacks one of them.
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma"))
        .then_some(Self(()))
    }
}

#[target_feature(enable = "avx512f,avx2,fma")]
fn enter<K: Kernel>(simd: Avx512, kernel: K) -> K::Output {
    kernel.run(simd)
}

#[target_feature(enable = "avx512f,avx2,fma")]
fn multiply(simd: Avx512, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]) {
    match width {
        1 => multiply_block::<_, 8, 1>(simd, a, b, c),
        2 => multiply_block::<_, 8, 2>(simd, a, b, c),
        3 => multiply_block::<_, 8, 3>(simd, a, b, c),
        _ => unreachable!("a register block is 1 to 3 vectors wide"),
    }
}

/// Evaluates an expression of intrinsics that need only AVX-512 F.
macro_rules! avx512 {
    ($call:expr) => {
        // SAFETY: an `Avx512` exists only if the processor has these instructions.
        unsafe { $call }
    };
}

impl Simd for Avx512 {
    type V = __m512;
    const ROWS: usize = 8;
    const WIDTH: usize = 3;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        avx512!(enter(self, kernel))
    }
    #[inline(always)]
    fn multiply(self, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]) {
        avx512!(multiply(self, width, a, b, c));
    }
    #[inline(always)]
    fn prefetch(self, x: &f32) {
        avx512!(_mm_prefetch::<_MM_HINT_T0>((&raw const *x).cast()));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        avx512!(_mm512_set1_ps(x))
    }
    #[inline(always)]
    fn load(self, x: &Lanes) -> __m512 {
        avx512!(_mm512_loadu_ps(x.as_ptr()))
    }
    #[inline(always)]
    fn array(self, x: __m512) -> Lanes {
        avx512!(std::mem::transmute::<__m512, Lanes>(x))
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_add_ps(a, b))
    }
    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_sub_ps(a, b))
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_mul_ps(a, b))
    }
    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_div_ps(a, b))
    }
    #[inline(always)]
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        avx512!(_mm512_fmadd_ps(a, b, c))
    }
    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_min_ps(a, b))
    }
    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_max_ps(a, b))
    }
    #[inline(always)]
    fn round(self, x: __m512) -> __m512 {
        avx512!(_mm512_roundscale_ps::<8>(x))
    }
    #[inline(always)]
    fn power_of_two(self, x: __m512) -> __m512 {
        avx512!({
            let exponent = _mm512_add_epi32(_mm512_cvtps_epi32(x), _mm512_set1_epi32(127));
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(exponent))
        })
    }
    #[inline(always)]
    fn deinterleave4(self, [a, b, c, d]: [__m512; 4]) -> [__m512; 4] {
        avx512!({
            // Takes every second number of two vectors, twice.
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
            let (ab0, ab1) = (
                _mm512_permutex2var_ps(a, even, b),
                _mm512_permutex2var_ps(a, odd, b),
            );
            let (cd0, cd1) = (
                _mm512_permutex2var_ps(c, even, d),
                _mm512_permutex2var_ps(c, odd, d),
            );
            [
                _mm512_permutex2var_ps(ab0, even, cd0),
                _mm512_permutex2var_ps(ab1, even, cd1),
                _mm512_permutex2var_ps(ab0, odd, cd0),
                _mm512_permutex2var_ps(ab1, odd, cd1),
            ]
        })
    }
    #[inline(always)]
    fn interleave4(self, [a, b, c, d]: [__m512; 4]) -> [__m512; 4] {
        avx512!({
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
            let (ac0, ac1) = (
                _mm512_permutex2var_ps(a, low, c),
                _mm512_permutex2var_ps(a, high, c),
            );
            let (bd0, bd1) = (
                _mm512_permutex2var_ps(b, low, d),
                _mm512_permutex2var_ps(b, high, d),
            );
            [
                _mm512_permutex2var_ps(ac0, low, bd0),
                _mm512_permutex2var_ps(ac0, high, bd0),
                _mm512_permutex2var_ps(ac1, low, bd1),
                _mm512_permutex2var_ps(ac1, high, bd1),
            ]
        })
    }
}
