use super::*;
use crate::kernel::testing::{assert_near, numbers, on_threads};

const CHANNELS: usize = 12;

fn layer(silu: bool) -> GroupNorm {
    let [weight, bias] =
        [1, 2].map(|seed| Tensor::new(numbers(CHANNELS, seed), &Device::Cpu).unwrap());
    let layer = GroupNorm::new(weight, bias, 4, 1e-5).unwrap();
    if silu { layer.then_silu() } else { layer }
}

fn tensor(shape: &[usize], seed: u32) -> Tensor {
    let numbers = numbers(shape.iter().product(), seed);
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

fn flat(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn agrees_with_the_composition_of_plain_operations() {
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
    let best = normalise(Isa::detect(), norm, &x, &shift);
    for isa in Isa::available() {
        for threads in [1, 2, 3] {
            let y = on_threads(threads, || normalise(isa, norm, &x, &shift));
            assert_near(&y, &best, 1e-5, &format!("{isa:?}"));
            assert!(y == best || matches!(isa, Isa::Portable(_)));
        }
    }
}

#[test]
fn a_wrong_number_of_channels_is_refused() {
    assert!(layer(false).forward(&tensor(&[1, 8, 2, 2], 9)).is_err());
}
