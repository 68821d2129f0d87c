//! Any processor: arrays, which the compiler vectorises for the baseline.

use super::{Kernel, LANES, Lanes, Simd, multiply_block};
use std::array::from_fn;

/// The portable implementation, which every processor can run.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Portable;

impl Simd for Portable {
    type V = Lanes;
    const ROWS: usize = 2;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
    #[inline]
    fn multiply(self, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]) {
        match width {
            1 => multiply_block::<_, 2, 1>(self, a, b, c),
            _ => unreachable!("a register block is 1 vector wide"),
        }
    }
    #[inline(always)]
    fn prefetch(self, _: &f32) {}
    #[inline(always)]
    fn splat(self, x: f32) -> Lanes {
        [x; LANES]
    }
    #[inline(always)]
    fn load(self, x: &Lanes) -> Lanes {
        *x
    }
    #[inline(always)]
    fn array(self, x: Lanes) -> Lanes {
        x
    }
    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn sub(self, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    fn div(self, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    fn fma(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    fn min(self, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    fn max(self, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    fn round(self, x: Lanes) -> Lanes {
        from_fn(|i| x[i].round_ties_even())
    }
    #[inline(always)]
    fn power_of_two(self, x: Lanes) -> Lanes {
        from_fn(|i| f32::from_bits(((x[i] as i32 + 127) as u32) << 23))
    }
    #[inline(always)]
    fn deinterleave4(self, x: [Lanes; 4]) -> [Lanes; 4] {
        from_fn(|p| from_fn(|i| x[i / 4][4 * (i % 4) + p]))
    }
    #[inline(always)]
    fn interleave4(self, x: [Lanes; 4]) -> [Lanes; 4] {
        from_fn(|i| from_fn(|j| x[j % 4][4 * i + j / 4]))
    }
}
