//! From candle's tensors to slices, and from slices to vectors.

use super::isa::{LANES, Lanes};
use candle_core::{CpuStorage, DType, Layout, Result, Storage, Tensor};

/// Calls `f` with the numbers of a contiguous `f32` tensor on the CPU.
pub(super) fn with_slice<R>(x: &Tensor, f: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    let (storage, layout) = x.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => f(slice(storage, layout)?),
        _ => candle_core::bail!("the CPU kernels were given a tensor of another device"),
    }
}

/// The numbers of a contiguous `f32` tensor.
pub(super) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("the CPU kernels were given a tensor with strides");
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// Whether the CPU kernels can work on a tensor.
pub(super) fn is_ours(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32
}

/// Like [`with_slice`], for what may be missing.
pub(super) fn with_optional_slice<R>(
    x: Option<&Tensor>,
    f: impl FnOnce(Option<&[f32]>) -> Result<R>,
) -> Result<R> {
    match x {
        Some(x) => with_slice(x, |x| f(Some(x))),
        None => f(None),
    }
}

/// The first `count` numbers of `from`, filled up with zeros.
#[inline(always)]
pub(super) fn load_some(from: &[f32], count: usize) -> Lanes {
    match from.first_chunk::<LANES>() {
        Some(lanes) if count >= LANES => *lanes,
        _ => {
            let mut lanes = [0.0; LANES];
            lanes[..count].copy_from_slice(&from[..count]);
            lanes
        }
    }
}
