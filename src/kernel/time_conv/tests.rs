use super::*;
use crate::kernel::addends::with_optional_slice;
use crate::kernel::tensor::with_slice;
use crate::kernel::testing::{assert_near, assert_reproducible, flat, tensor};
use candle_core::Var;

const DILATIONS: [usize; 3] = [1, 2, 5];

fn layer(outputs: usize, inputs: usize) -> (TimeConv, TimeConv) {
    let weight = tensor(&[DILATIONS.len(), outputs, inputs, TAPS], 1);
    let bias = tensor(&[DILATIONS.len() * outputs], 2);
    let packed = TimeConv::new(weight.clone(), bias.clone(), &DILATIONS).unwrap();
    let tracked = Var::from_tensor(&weight).unwrap().as_tensor().clone();
    let composed = TimeConv::new(tracked, bias, &DILATIONS).unwrap();
    (packed, composed)
}

#[test]
fn agrees_with_the_same_layer_composed_of_candles() {
    for (outputs, inputs, frames, height, width) in [(7, 5, 9, 5, 11), (16, 4, 3, 2, 3)] {
        let (packed, composed) = layer(outputs, inputs);
        let x = tensor(&[frames, 3 * inputs, height, width], 3);
        let y = packed.forward(&x, None).unwrap();
        assert_near(
            &flat(&y),
            &flat(&composed.forward(&x, None).unwrap()),
            1e-5,
            "plain",
        );
        let residual = tensor(y.dims(), 4);
        let y = packed.forward(&x, Some(&residual)).unwrap();
        let expected = composed.forward(&x, Some(&residual)).unwrap();
        assert_near(&flat(&y), &flat(&expected), 1e-5, "residual");
    }
}

#[test]
fn frames_outside_the_video_are_zero() {
    let weight = Tensor::ones((1, 1, 1, TAPS), candle_core::DType::F32, &Device::Cpu).unwrap();
    let bias = Tensor::zeros(1, candle_core::DType::F32, &Device::Cpu).unwrap();
    let conv = TimeConv::new(weight, bias, &[2]).unwrap();
    let x = Tensor::from_vec(vec![1.0_f32, 2.0, 4.0, 8.0], (4, 1, 1, 1), &Device::Cpu).unwrap();
    assert_eq!(
        flat(&conv.forward(&x, None).unwrap()),
        [5.0, 10.0, 5.0, 10.0]
    );
}

#[test]
fn has_the_same_bits_on_any_threads_and_instruction_sets() {
    let (outputs, inputs, frames, area) = (13, 6, 4, 70);
    let (x, bias) = (tensor(&[frames, 3 * inputs, 1, area], 3), tensor(&[39], 2));
    let weight = tensor(&[3, outputs, inputs, TAPS], 1);
    assert_reproducible(1e-5, |isa| {
        let depth = inputs * TAPS;
        with_slice(&weight, |weight| {
            let weights = weight.chunks_exact(outputs * depth);
            let weights: Vec<PackedRows> = weights
                .map(|weight| PackedRows::from_rows(isa, outputs, depth, weight, depth))
                .collect();
            with_slice(&x, |x| {
                with_optional_slice(Some(&bias), |bias| {
                    let work = Work {
                        weights: &weights,
                        dilations: &DILATIONS,
                        inputs,
                        frames,
                        area,
                        x,
                        addends: Addends {
                            bias,
                            residual: None,
                        },
                    };
                    Ok(work.run(isa))
                })
            })
        })
        .unwrap()
    });
}

#[test]
fn rejects_shapes_that_do_not_match() {
    assert!(TimeConv::new(tensor(&[2, 4, 3, TAPS], 1), tensor(&[8], 2), &[1]).is_err());
    let (conv, _) = layer(4, 2);
    assert!(conv.forward(&tensor(&[3, 5, 2, 2], 1), None).is_err());
    let x = tensor(&[3, 6, 2, 2], 1);
    assert!(conv.forward(&x, Some(&x)).is_err());
}
