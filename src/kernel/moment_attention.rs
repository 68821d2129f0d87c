//! Attention from row to row of planes, with weights that all columns share.

mod gradient;
mod planes;

use super::softmax::softmax;
use super::tensor::is_ours;
use candle_core::{IndexOp, Result, Tensor};
use gradient::MomentAttention;
use planes::Shape;

/// Attends from every row of a segment's planes, a moment, to every other one.
///
/// `queries_keys_values` is `[batch, 3 · channels, moments, pitches]`, `distance_bias`, which is added to the scores,
/// `[heads, moments, moments]`. The channels are cut into heads; a score is the product of all numbers of two moments in
/// a head's channels over the square root of their count. The result is `[batch, channels, moments, pitches]`.
pub fn attend_to_moments(queries_keys_values: &Tensor, distance_bias: &Tensor) -> Result<Tensor> {
    let (batch, all_channels, moments, pitches) = queries_keys_values.dims4()?;
    let heads = distance_bias.dim(0)?;
    if distance_bias.dims() != [heads, moments, moments]
        || heads == 0
        || !all_channels.is_multiple_of(3 * heads)
    {
        candle_core::bail!(
            "attention to moments with biases {:?} was given {:?}",
            distance_bias.dims(),
            queries_keys_values.dims()
        );
    }
    if !is_ours(queries_keys_values) {
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

/// The same from candle's operations, for other devices.
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
    use crate::kernel::isa::Isa;
    use crate::kernel::testing::{
        assert_gradients, assert_near, flat, numbers, on_threads, tensor,
    };

    #[test]
    fn agrees_with_the_composition_of_plain_operations() {
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
    fn gradients_are_those_of_the_composition_and_of_finite_differences() {
        assert_gradients(
            &[&[2, 18, 9, 21], &[2, 9, 9]],
            |at| attend_to_moments(&at[0], &at[1]),
            |at| compose(&at[0], &at[1]),
        );
    }

    #[test]
    fn depends_on_neither_threads_nor_fused_instruction_set() {
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
        let both = |isa| {
            let (of_x, of_bias) = gradients(isa, shape, &x, &bias, &gradient);
            [attend(isa, shape, &x, &bias), of_x, of_bias]
        };
        let best = both(Isa::detect());
        for isa in Isa::available() {
            for threads in [1, 2, 3] {
                let found = on_threads(threads, || both(isa));
                for (y, best) in found.iter().zip(&best) {
                    assert_near(y, best, 1e-5, &format!("{isa:?}"));
                    assert!(y == best || matches!(isa, Isa::Portable(_)));
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let x = tensor(&[1, 12, 4, 5], 1);
        assert!(attend_to_moments(&x, &tensor(&[2, 4, 5], 2)).is_err());
        assert!(attend_to_moments(&x, &tensor(&[3, 4, 4], 2)).is_err());
    }
}
