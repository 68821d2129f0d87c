//! CPU kernels for the network's layers: convolution, normalisation, attention and matrix products in `f32`.
//!
//! # Why our own kernels
//!
//! candle provides the tensors, the automatic differentiation and the backends for other devices. On the CPU these
//! kernels replace its costly operations, for two reasons:
//!
//! - **Speed.** Layers are fused with what surrounds them in the network: a bias, a residual, a SiLU, a gate. 3×3
//!   convolutions use Winograd's algorithm, window attention keeps its scores in a thread's working memory, and weights
//!   are packed once, when the model is loaded.
//! - **Reproducibility.** A draft must not depend on the machine. Sums are never split by the number of threads, and
//!   their order is fixed. Results are therefore the same to the bit for any number of threads and for all instruction
//!   sets with fused multiply-add (AVX2, AVX-512, NEON). The portable fallback rounds a multiply-add twice, so its
//!   results differ in the last bits. Two operations of training use candle's matrix product and are not covered: the
//!   weight gradient of a linear layer, and window attention.
//!
//! # Map
//!
//! | file | contents |
//! |---|---|
//! | `conv2d` | convolution layers; uses `winograd` for 3×3 kernels at stride 1 and padding 1, else `direct` |
//! | `linear` | linear layers, plain and gated |
//! | `group_norm`, `layer_norm` | normalisation layers |
//! | `attention`, `moment_attention` | attention within windows of tokens, and between the time steps of a roll |
//! | `time_conv`, `film` | convolution along the time of a video, at several dilations; its frames, while they come |
//! | `activation` | the activations of transformers |
//! | `softmax`, `upsample`, `pool` | the remaining operations of the networks |
//! | `isa` | vectors of 16 numbers for each instruction set, and the selection of one |
//! | `gemm`, `geometry` | the packed layouts of matrix products, the dimensions of a convolution |
//! | `elementary`, `lanes`, `reduce` | exponential and error function, partial vectors, sums in a fixed order |
//! | `output`, `rows`, `tasks`, `scratch` | work on several threads: results, shares of the work, working memory |
//! | `tensor`, `weight`, `addends` | the interface with candle: slices, packed weights, biases and residuals |
//!
//! A `gradient` file in a layer's folder holds its candle operation and backward pass.
//!
//! # Instruction sets
//!
//! A kernel is written once, as an implementation of `isa::Kernel` that is generic over `isa::Simd`, and compiled for
//! every instruction set. `Isa::detect` picks the best one that the processor has, once per process: AVX-512, then
//! AVX2 with FMA, then NEON, then the portable fallback. The build itself targets the baseline of the platform, so one
//! binary runs everywhere. A kernel and everything it calls must be `#[inline(always)]`: a function that is not
//! inlined is compiled for the baseline.
//!
//! # Gradients
//!
//! Each layer is a candle custom operation with its own backward pass, so `Tensor::backward` works as usual; window
//! attention is composed of candle's operations when gradients are needed. Weights that candle tracks (a `Var`) stay
//! tensors and receive gradients. Convolution and linear layers pack weights that it does not track, and such a layer
//! returns an error if its input is tracked. Tensors on other devices or of other types go through the same layer
//! composed of candle's operations. The tests compare every kernel with that, and every gradient also with finite
//! differences.
//!
//! # Safety
//!
//! `unsafe` serves two purposes, and each use states why it is sound:
//!
//! - **Intrinsics.** A value of `Avx512`, `Avx2` or `Neon` proves that the processor has these instructions: its field
//!   is private, and `detect` is the only constructor.
//! - **Results that several tasks fill** (`output::Output`). Tasks write disjoint ranges, the ranges together cover
//!   the result, and nothing is read before all tasks have finished. Every write checks its bounds.
//!
//! # Example
//!
//! ```
//! use candle_core::{DType, Device, Result, Tensor};
//! use diff_bgm::kernel::conv2d::Conv2d;
//! use diff_bgm::kernel::group_norm::GroupNorm;
//!
//! fn main() -> Result<()> {
//!     let ones = |shape: &[usize]| Tensor::ones(shape, DType::F32, &Device::Cpu);
//!     // 4 to 8 channels, kernel 3×3, stride 1, padding 1.
//!     let conv = Conv2d::new(ones(&[8, 4, 3, 3])?, None, 1, 1)?;
//!     let norm = GroupNorm::new(ones(&[8])?, ones(&[8])?, 4, 1e-5)?.then_silu();
//!     let x = Tensor::rand(-1.0_f32, 1.0, (2, 4, 16, 16), &Device::Cpu)?;
//!     let y = norm.forward(&conv.forward(&x)?)?;
//!     assert_eq!(y.dims(), [2, 8, 16, 16]);
//!     Ok(())
//! }
//! ```

#[cfg_attr(
    not(feature = "models"),
    allow(dead_code, reason = "only CLIP, BLIP and BERT use it")
)]
pub(crate) mod activation;
mod addends;
pub(crate) mod attention;
pub mod conv2d;
mod direct;
mod elementary;
pub(crate) mod film;
mod gemm;
mod geometry;
pub mod group_norm;
mod isa;
mod lanes;
pub(crate) mod layer_norm;
pub(crate) mod linear;
pub(crate) mod moment_attention;
mod output;
pub(crate) mod pool;
mod reduce;
mod rows;
mod scratch;
mod softmax;
mod tasks;
mod tensor;
#[cfg(test)]
mod testing;
pub(crate) mod time_conv;
pub(crate) mod upsample;
mod weight;
mod winograd;
