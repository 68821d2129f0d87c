//! A layer's weights, packed unless they are being trained.

use super::tensor::{is_supported, with_slice};
use candle_core::{Result, Tensor};
use std::sync::Arc;

/// A layer's weights: a tensor, or numbers packed as `P` for a kernel.
#[derive(Clone, Debug)]
pub(super) enum Weight<P> {
    /// Weights that may be trained, or that are not `f32` on the CPU.
    Plain(Tensor),
    /// Weights that stay as they are, shared by clones of the layer.
    Packed(Arc<P>),
}

impl<P> Weight<P> {
    /// Packs `weight` with `pack` if a kernel can use it and candle does not track it.
    pub(super) fn new(weight: Tensor, pack: impl FnOnce(&[f32]) -> P) -> Result<Self> {
        if !is_supported(&weight) || weight.track_op() {
            return Ok(Self::Plain(weight));
        }
        let packed = with_slice(&weight.contiguous()?, |weight| Ok(pack(weight)))?;
        Ok(Self::Packed(Arc::new(packed)))
    }
}
