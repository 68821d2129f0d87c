//! Vectors of sixteen `f32`, one implementation an instruction set, chosen at run time.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use std::sync::OnceLock;

/// Numbers in a vector, on every instruction set; narrower registers are used several at a time.
pub const LANES: usize = 16;

/// The numbers of one vector in memory.
pub type Lanes = [f32; LANES];

/// The right to use one instruction set, and its arithmetic on vectors of [`LANES`] numbers.
///
/// Values of implementing types exist only where the processor has the instructions.
pub trait Simd: Copy + Send + Sync + 'static {
    /// A vector of [`LANES`] numbers.
    type V: Copy;
    /// Rows of the matrix product's register block.
    const ROWS: usize;
    /// Vectors in a row of the register block, at most 3.
    const WIDTH: usize;

    /// Runs `kernel` in code compiled for this instruction set.
    fn run<K: Kernel>(self, kernel: K) -> K::Output;

    /// `c = a · b` for a register block: `a` is `[depth, ROWS]`, `b` is `[depth, width · LANES]` and `c` is
    /// `[ROWS, width · LANES]`, with `width` at most [`Simd::WIDTH`]. Sums run over `depth` in order.
    fn multiply(self, width: usize, a: &[f32], b: &[Lanes], c: &mut [Lanes]);

    /// Asks for the cache line of `x` to be brought near, where the instruction set can.
    fn prefetch(self, x: &f32);
    /// A vector of equal numbers.
    fn splat(self, x: f32) -> Self::V;
    /// A vector from memory.
    fn load(self, x: &Lanes) -> Self::V;
    /// A vector's numbers.
    fn array(self, x: Self::V) -> Lanes;
    /// `a + b`
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a - b`
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a · b`
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a / b`
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a · b + c`, rounded once except on the portable implementation.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller of each pair.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The larger of each pair.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// The nearest whole numbers, ties to even.
    fn round(self, x: Self::V) -> Self::V;
    /// `2^x` for whole numbers from -126 to 127.
    fn power_of_two(self, x: Self::V) -> Self::V;
    /// Sixty-four numbers in a row as four vectors of every fourth number: `out[p][i] = in[4 i + p]`.
    fn deinterleave4(self, x: [Self::V; 4]) -> [Self::V; 4];
    /// Undoes [`Simd::deinterleave4`].
    fn interleave4(self, x: [Self::V; 4]) -> [Self::V; 4];
}

/// A piece of work that is compiled for every instruction set. `run` and everything it calls must be
/// `#[inline(always)]`, or it is compiled for the baseline.
pub trait Kernel {
    /// What it returns.
    type Output;
    /// Does the work.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// An instruction set that this processor has.
#[derive(Clone, Copy, Debug)]
pub enum Isa {
    /// AVX-512 F, with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    /// Whatever the compiler's baseline offers.
    Portable(portable::Portable),
}

impl Isa {
    /// The best instruction set of this processor.
    pub fn detect() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// Every instruction set that this processor has, best first.
    pub fn available() -> Vec<Self> {
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
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
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

    /// Rows of the register block: see [`Simd::ROWS`].
    pub fn rows(self) -> usize {
        struct Rows;
        impl Kernel for Rows {
            type Output = usize;
            fn run<S: Simd>(self, _: S) -> usize {
                S::ROWS
            }
        }
        self.run(Rows)
    }

    /// Vectors in a row of the register block: see [`Simd::WIDTH`].
    pub fn width(self) -> usize {
        struct Width;
        impl Kernel for Width {
            type Output = usize;
            fn run<S: Simd>(self, _: S) -> usize {
                S::WIDTH
            }
        }
        self.run(Width)
    }
}

/// The register block of [`Simd::multiply`], for implementations of it.
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
