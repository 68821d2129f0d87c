use super::*;
use crate::kernel::testing::{
    assert_gradients, assert_near, assert_reproducible, flat, numbers, tensor,
};

const CHANNELS: usize = 12;

fn layer(silu: bool) -> GroupNorm {
    let [weight, bias] = [1, 2].map(|seed| tensor(&[CHANNELS], seed));
    let layer = GroupNorm::new(weight, bias, 4, 1e-5).unwrap();
    if silu { layer.then_silu() } else { layer }
}

#[test]
fn agrees_with_candles_operations() {
    for (height, width) in [(1, 1), (3, 5), (8, 8), (16, 21)] {
        for silu in [false, true] {
            let x = (tensor(&[2, CHANNELS, height, width], 3) + 5.0).unwrap();
            let shift = tensor(&[2, CHANNELS], 4);
            let layer = layer(silu);
            let plain = layer.forward(&x).unwrap();
            let expected = layer.compose(&x, None).unwrap();
            assert_near(&flat(&plain), &flat(&expected), 1e-5, "plain");
            let shifted = layer.forward_shifted(&x, &shift).unwrap();
            let expected = layer.compose(&x, Some(&shift)).unwrap();
            assert_near(&flat(&shifted), &flat(&expected), 1e-5, "shifted");
        }
    }
}

#[test]
fn does_not_depend_on_threads_or_fused_instruction_set() {
    let area = 77;
    let (x, shift) = (numbers(2 * CHANNELS * area, 5), numbers(2 * CHANNELS, 6));
    let (weight, bias) = (numbers(CHANNELS, 7), numbers(CHANNELS, 8));
    let norm = Norm {
        area,
        groups: 4,
        eps: 1e-5,
        silu: true,
        weight: &weight,
        bias: &bias,
    };
    assert_reproducible(1e-5, |isa| normalise(isa, norm, &x, &shift));
}

#[test]
fn rejects_a_wrong_number_of_channels() {
    assert!(layer(false).forward(&tensor(&[1, 8, 2, 2], 9)).is_err());
}

#[test]
fn gradients_agree_with_candle_and_finite_differences() {
    for silu in [false, true] {
        let shapes: [&[usize]; 4] = [
            &[2, CHANNELS, 5, 7],
            &[2, CHANNELS],
            &[CHANNELS],
            &[CHANNELS],
        ];
        let layer = |at: &[Tensor]| -> Result<GroupNorm> {
            let layer = GroupNorm::new(at[2].clone(), at[3].clone(), 4, 1e-5)?;
            Ok(if silu { layer.then_silu() } else { layer })
        };
        assert_gradients(
            &shapes,
            |at| layer(at)?.forward_shifted(&at[0], &at[1]),
            |at| layer(at)?.compose(&at[0], Some(&at[1])),
        );
    }
}
