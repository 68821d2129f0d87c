//! The network's layers on a CPU: convolution, normalisation, attention and matrix products over plain `f32` slices.
//!
//! Every kernel is written once, over vectors of [`isa::LANES`] numbers, and compiled for each instruction set;
//! [`isa::Isa::detect`] picks one at run time. Work is split over rayon's current pool by outputs only, and every sum
//! is taken in one fixed order, so results depend neither on the number of threads nor, among the instruction sets
//! with fused multiply-add (AVX2, AVX-512, NEON), on the processor. The portable fallback rounds twice where those
//! round once.

pub mod attention;
pub mod conv2d;
mod direct;
pub mod elementary;
mod gemm;
pub mod group_norm;
pub mod isa;
pub mod layer_norm;
pub mod linear;
pub mod moment_attention;
mod output;
mod reduce;
mod scratch;
pub mod softmax;
mod tensor;
#[cfg(test)]
mod testing;
pub mod upsample;
mod winograd;
