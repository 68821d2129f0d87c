//! Access to the numbers of candle's tensors.

use candle_core::{CpuStorage, DType, Layout, Result, Shape, Storage, Tensor};

/// Returns whether the kernels can work on `x`: `f32` on the CPU.
pub(super) fn is_supported(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32
}

/// Calls `f` with the numbers of `x`.
///
/// # Errors
///
/// Returns an error if `x` is not a contiguous `f32` tensor on the CPU.
pub(super) fn with_slice<R>(x: &Tensor, f: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    let (storage, layout) = x.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => f(slice(storage, layout)?),
        _ => candle_core::bail!("a CPU kernel got a tensor on another device"),
    }
}

/// Returns the numbers of a tensor from its parts.
///
/// # Errors
///
/// Returns an error if the tensor is not contiguous or not `f32`.
pub(super) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("a CPU kernel got a tensor that is not contiguous");
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// Returns `x` made contiguous, or zeros of `shape` with the type and device of `like`.
pub(super) fn or_zeros(
    x: Option<&Tensor>,
    shape: impl Into<Shape>,
    like: &Tensor,
) -> Result<Tensor> {
    match x {
        Some(x) => x.contiguous(),
        None => Tensor::zeros(shape, like.dtype(), like.device()),
    }
}
