//! Vectors of sixteen `f32`, implemented for each instruction set, and the selection of one at run time.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use std::sync::OnceLock;

/// Numbers in a vector. Instruction sets with narrower registers use several per vector.
pub(super) const LANES: usize = 16;

/// A vector in memory.
pub(super) type Lanes = [f32; LANES];

/// The arithmetic of one instruction set on vectors of [`LANES`] numbers.
///
/// A value proves that the processor has the instructions: implementing types can only be created after detection.
pub(super) trait Simd: Copy + Send + Sync + 'static {
    /// A vector of [`LANES`] numbers.
    type V: Copy;
    /// Rows of a register block, the part of a matrix product that stays in registers.
    const ROWS: usize;
    /// Vectors in a row of a register block, at most 3.
    const WIDTH: usize;

    /// Runs `kernel` in code compiled for this instruction set.
    fn run<K: Kernel>(self, kernel: K) -> K::Output;

    /// Computes a register block `c = aᵀ · b`. `a` is `[depth, ROWS]`, `b` is `[depth, width · LANES]` and `c` is
    /// `[ROWS, width · LANES]`, with `width` at most [`Simd::WIDTH`]. Sums run over `depth` in order.
    fn multiply(self, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]);

    /// Prefetches the cache line of `x` if the instruction set can.
    fn prefetch(self, x: &f32);
    /// Returns a vector of equal numbers.
    fn splat(self, x: f32) -> Self::V;
    /// Loads a vector.
    fn load(self, x: &Lanes) -> Self::V;
    /// Stores a vector.
    fn array(self, x: Self::V) -> Lanes;
    /// Returns `a + b`.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// Returns `a - b`.
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// Returns `a · b`.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// Returns `a / b`.
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// Returns `a · b + c`, rounded once, or twice on the portable implementation.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// Returns `a < b ? a : b` for each pair: `b` if either is NaN.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// Returns `a > b ? a : b` for each pair: `b` if either is NaN.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// Rounds to the nearest whole numbers, ties to even.
    fn round(self, x: Self::V) -> Self::V;
    /// Returns `2^x` for whole numbers from -126 to 127.
    fn power_of_two(self, x: Self::V) -> Self::V;
    /// Splits 64 consecutive numbers into four vectors of every fourth number: `out[p][i] = in[4 i + p]`.
    fn deinterleave4(self, x: [Self::V; 4]) -> [Self::V; 4];
    /// Reverses [`Simd::deinterleave4`].
    fn interleave4(self, x: [Self::V; 4]) -> [Self::V; 4];
}

/// Work that is compiled for every instruction set.
pub(super) trait Kernel {
    /// The result.
    type Output;
    /// Does the work. This and everything it calls must be `#[inline(always)]`: a function that is not inlined is
    /// compiled for the baseline.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// An instruction set that this processor has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Isa {
    /// AVX-512 F, with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    /// The baseline of the platform.
    Portable(portable::Portable),
}

impl Isa {
    /// Returns the best instruction set of this processor.
    pub(super) fn detect() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// Returns all instruction sets of this processor, best first.
    pub(super) fn available() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx512::Avx512::detect().map(Self::Avx512));
            all.extend(avx2::Avx2::detect().map(Self::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(neon::Neon::detect().map(Self::Neon));
        all.push(Self::Portable(portable::Portable));
        all
    }

    /// Runs `kernel` with this instruction set.
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => simd.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => simd.run(kernel),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => simd.run(kernel),
            Self::Portable(simd) => simd.run(kernel),
        }
    }

    /// Returns [`Simd::ROWS`].
    pub(super) fn rows(self) -> usize {
        self.run(BlockShape)[0]
    }

    /// Returns [`Simd::WIDTH`].
    pub(super) fn width(self) -> usize {
        self.run(BlockShape)[1]
    }
}

/// Returns the rows of a register block, and the vectors in each.
struct BlockShape;

impl Kernel for BlockShape {
    type Output = [usize; 2];

    fn run<S: Simd>(self, _: S) -> [usize; 2] {
        [S::ROWS, S::WIDTH]
    }
}

/// Computes a register block for implementations of [`Simd::multiply`].
#[inline(always)]
fn multiply_block<S: Simd, const ROWS: usize, const WIDTH: usize>(
    simd: S,
    a: &[f32],
    b: &[Lanes],
    c: &mut [Lanes],
) {
    let (a, _) = a.as_chunks::<ROWS>();
    let (b, _) = b.as_chunks::<WIDTH>();
    let (c, _) = c.as_chunks_mut::<WIDTH>();
    let mut sums = [[simd.splat(0.0); WIDTH]; ROWS];
    for (a, b) in a.iter().zip(b) {
        let mut columns = [simd.splat(0.0); WIDTH];
        for j in 0..WIDTH {
            columns[j] = simd.load(&b[j]);
        }
        for i in 0..ROWS {
            let row = simd.splat(a[i]);
            for j in 0..WIDTH {
                sums[i][j] = simd.fma(row, columns[j], sums[i][j]);
            }
        }
    }
    let c = &mut c[..ROWS];
    for i in 0..ROWS {
        for j in 0..WIDTH {
            c[i][j] = simd.array(sums[i][j]);
        }
    }
}

#[cfg(test)]
mod tests;
