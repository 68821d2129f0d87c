//! Attention between the time steps of a roll, with weights that all pitches share.

mod gradient;
mod planes;

use super::softmax::softmax;
use super::tensor::is_supported;
use candle_core::{IndexOp, Result, Tensor};
use gradient::MomentAttention;
use planes::Shape;

/// Attends from each moment of a segment, one row of all its planes, to every moment.
///
/// `queries_keys_values` is `[batch, 3 · channels, moments, pitches]`, and the result `[batch, channels, moments,
/// pitches]`. The channels are cut into heads. The score of two moments is the scalar product of all their numbers in a
/// head's channels, divided by the square root of the count of these numbers, plus the entry of `distance_bias`,
/// `[heads, moments, moments]`.
///
/// # Errors
///
/// Returns an error if the shapes do not match.
pub(crate) fn attend_to_moments(
    queries_keys_values: &Tensor,
    distance_bias: &Tensor,
) -> Result<Tensor> {
    let (batch, all_channels, moments, pitches) = queries_keys_values.dims4()?;
    let heads = distance_bias.dim(0)?;
    if distance_bias.dims() != [heads, moments, moments]
        || heads == 0
        || !all_channels.is_multiple_of(3 * heads)
    {
        candle_core::bail!(
            "attention between moments with biases {:?} got {:?}",
            distance_bias.dims(),
            queries_keys_values.dims()
        );
    }
    if !is_supported(queries_keys_values) {
        return compose(queries_keys_values, distance_bias);
    }
    let shape = Shape {
        batch,
        heads,
        channels: all_channels / (3 * heads),
        moments,
        pitches,
    };
    let op = MomentAttention { shape };
    queries_keys_values
        .contiguous()?
        .apply_op2(&distance_bias.contiguous()?, op)
}

/// Does the same with candle's operations, for other devices.
fn compose(queries_keys_values: &Tensor, distance_bias: &Tensor) -> Result<Tensor> {
    let (batch, all_channels, moments, pitches) = queries_keys_values.dims4()?;
    let heads = distance_bias.dim(0)?;
    let channels = all_channels / (3 * heads);
    let width = channels * pitches;
    // [3, batch, heads, moments, channels · pitches]
    let split = queries_keys_values
        .reshape((batch, 3, heads, channels, moments, pitches))?
        .permute([1, 0, 2, 4, 3, 5])?
        .reshape((3, batch, heads, moments, width))?;
    let (queries, keys, values) = (split.i(0)?, split.i(1)?, split.i(2)?);
    let scores = (queries.matmul(&keys.t()?)? * (width as f64).powf(-0.5))?
        .broadcast_add(&distance_bias.unsqueeze(0)?)?;
    softmax(&scores)?
        .matmul(&values)?
        .reshape((batch, heads, moments, channels, pitches))?
        .transpose(2, 3)?
        .reshape((batch, heads * channels, moments, pitches))
}

#[cfg(test)]
mod tests {
    use super::gradient::{attend, gradients};
    use super::*;
    use crate::kernel::testing::{
        assert_gradients, assert_near, assert_reproducible, flat, numbers, tensor,
    };

    #[test]
    fn agrees_with_candles_operations() {
        for (moments, pitches) in [(1, 1), (5, 7), (32, 20), (33, 50)] {
            let x = tensor(&[2, 18, moments, pitches], 1);
            let bias = tensor(&[2, moments, moments], 2);
            let y = attend_to_moments(&x, &bias).unwrap();
            let expected = compose(&x, &bias).unwrap();
            assert_eq!(y.dims(), expected.dims());
            assert_near(&flat(&y), &flat(&expected), 1e-5, "attention");
        }
    }

    #[test]
    fn gradients_agree_with_candle_and_finite_differences() {
        assert_gradients(
            &[&[2, 18, 9, 21], &[2, 9, 9]],
            |at| attend_to_moments(&at[0], &at[1]),
            |at| compose(&at[0], &at[1]),
        );
    }

    #[test]
    fn does_not_depend_on_threads_or_fused_instruction_set() {
        let shape = Shape {
            batch: 2,
            heads: 2,
            channels: 3,
            moments: 19,
            pitches: 21,
        };
        let x = numbers(shape.batch * 3 * shape.image(), 1);
        let bias = numbers(shape.heads * shape.moments * shape.moments, 2);
        let gradient = numbers(shape.batch * shape.image(), 3);
        assert_reproducible(1e-5, |isa| attend(isa, shape, &x, &bias));
        assert_reproducible(1e-5, |isa| gradients(isa, shape, &x, &bias, &gradient).0);
        assert_reproducible(1e-5, |isa| gradients(isa, shape, &x, &bias, &gradient).1);
    }

    #[test]
    fn rejects_biases_that_do_not_match() {
        let x = tensor(&[1, 12, 4, 5], 1);
        assert!(attend_to_moments(&x, &tensor(&[2, 4, 5], 2)).is_err());
        assert!(attend_to_moments(&x, &tensor(&[3, 4, 4], 2)).is_err());
    }
}
