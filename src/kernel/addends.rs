//! Biases and residuals, which are added to the result of a convolution or a linear layer.

use super::tensor::with_slice;
use candle_core::{Result, Tensor};

/// What is added to a result before it is written.
#[derive(Clone, Copy, Default)]
pub(super) struct Addends<'a> {
    /// One number per output channel or column.
    pub(super) bias: Option<&'a [f32]>,
    /// As many numbers as the result has, in the same layout.
    pub(super) residual: Option<&'a [f32]>,
}

/// Calls `f` with the input and the addends of a layer whose weights are packed.
///
/// # Errors
///
/// Returns an error if candle tracks `x` or `residual`: packed weights have no backward pass.
pub(super) fn with_addends<R>(
    x: &Tensor,
    bias: Option<&Tensor>,
    residual: Option<&Tensor>,
    f: impl FnOnce(&[f32], Addends) -> Result<R>,
) -> Result<R> {
    if x.track_op() || residual.is_some_and(Tensor::track_op) {
        candle_core::bail!("a layer with packed weights cannot pass gradients on to its input");
    }
    let residual = residual.map(Tensor::contiguous).transpose()?;
    with_slice(&x.contiguous()?, |x| {
        with_optional_slice(bias, |bias| {
            with_optional_slice(residual.as_ref(), |residual| {
                f(x, Addends { bias, residual })
            })
        })
    })
}

/// Calls `f` with the numbers of `x`, or with `None`.
pub(super) fn with_optional_slice<R>(
    x: Option<&Tensor>,
    f: impl FnOnce(Option<&[f32]>) -> Result<R>,
) -> Result<R> {
    match x {
        Some(x) => with_slice(x, |x| f(Some(x))),
        None => f(None),
    }
}
