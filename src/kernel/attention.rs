//! Multi-head attention within windows.

mod heads;

use super::isa::Isa;
use super::softmax::softmax;
use super::tensor::{is_supported, with_slice};
use candle_core::{D, Device, Result, Tensor};
use heads::{Shape, attend_slices};

/// Attends from `queries`, `[batch, tokens, width]`, to `keys` and `values`, `[batch, keys, width]` each. The result is
/// `[batch, tokens, width]`.
///
/// The width is cut into `heads` heads, and tokens and keys into `windows` equal windows: a query sees only the keys of
/// its own window. Scores are divided by the square root of a head's width.
///
/// # Errors
///
/// Returns an error if the shapes do not match, or cannot be cut into so many heads and windows.
pub(crate) fn attend(
    queries: &Tensor,
    keys: &Tensor,
    values: &Tensor,
    heads: usize,
    windows: usize,
) -> Result<Tensor> {
    let (batch, tokens, width) = queries.dims3()?;
    let (batch_keys, key_count, width_keys) = keys.dims3()?;
    let fits = batch == batch_keys
        && width == width_keys
        && keys.dims() == values.dims()
        && heads > 0
        && windows > 0
        && width.is_multiple_of(heads)
        && tokens.is_multiple_of(windows)
        && key_count.is_multiple_of(windows);
    if !fits {
        candle_core::bail!(
            "attention with {heads} heads and {windows} windows from {:?} to {:?} and {:?}",
            queries.dims(),
            keys.dims(),
            values.dims()
        );
    }
    let all = [queries, keys, values];
    if all.iter().any(|x| !is_supported(x) || x.track_op()) {
        return compose(queries, keys, values, heads, windows);
    }
    let [queries, keys, values] = all.map(Tensor::contiguous);
    let shape = Shape {
        batch,
        tokens,
        keys: key_count,
        width,
        heads,
        windows,
    };
    let y = with_slice(&queries?, |queries| {
        with_slice(&keys?, |keys| {
            with_slice(&values?, |values| {
                Ok(attend_slices(Isa::detect(), shape, queries, keys, values))
            })
        })
    })?;
    Tensor::from_vec(y, (batch, tokens, width), &Device::Cpu)
}

/// Does the same with candle's operations, for other devices and for gradients.
fn compose(
    queries: &Tensor,
    keys: &Tensor,
    values: &Tensor,
    heads: usize,
    windows: usize,
) -> Result<Tensor> {
    let split = |x: &Tensor| -> Result<Tensor> {
        let (batch, tokens, width) = x.dims3()?;
        x.reshape((batch * windows, tokens / windows, heads, width / heads))?
            .transpose(1, 2)?
            .contiguous()
    };
    let (split_queries, keys, values) = (split(queries)?, split(keys)?, split(values)?);
    let head_width = split_queries.dim(D::Minus1)? as f64;
    let scores = (split_queries.matmul(&keys.t()?)? * head_width.powf(-0.5))?;
    softmax(&scores)?
        .matmul(&values)?
        .transpose(1, 2)?
        .reshape(queries.shape())
}

#[cfg(test)]
mod tests;
