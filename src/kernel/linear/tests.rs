use super::*;
use crate::kernel::addends::Addends;
use crate::kernel::testing::{assert_near, assert_reproducible, flat, numbers, tensor};

#[test]
fn agrees_with_candles_matrix_product() {
    for (rows, inputs, outputs) in [(1, 5, 3), (2, 64, 100), (131, 17, 16), (50, 33, 129)] {
        let (weight, bias) = (tensor(&[outputs, inputs], 1), tensor(&[outputs], 2));
        let layer = Linear::new(weight.clone(), Some(bias)).unwrap();
        let x = tensor(&[2, rows, inputs], 3);
        let residual = tensor(&[2, rows, outputs], 4);
        let found = layer.forward(&x).unwrap();
        let expected = layer.compose(&x, &weight).unwrap();
        assert_eq!(found.dims(), expected.dims());
        assert_near(&flat(&found), &flat(&expected), 1e-5, "plain");
        let found = layer.forward_residual(&x, &residual).unwrap();
        let expected = (expected + residual).unwrap();
        assert_near(&flat(&found), &flat(&expected), 1e-5, "residual");
    }
}

#[test]
fn planes_give_the_results_of_transposed_rows() {
    let layer = Linear::new(tensor(&[20, 6], 1), Some(tensor(&[20], 2))).unwrap();
    let planes = tensor(&[2, 6, 5, 7], 3);
    let rows = planes.flatten_from(2).unwrap().transpose(1, 2).unwrap();
    let expected = layer.forward(&rows).unwrap();
    let found = layer.forward_from_planes(&planes).unwrap();
    assert_eq!(found.dims(), expected.dims());
    assert_eq!(flat(&found), flat(&expected));
    let residual = tensor(&[2, 20, 5, 7], 4);
    let found = layer.forward_to_planes(&rows, &residual).unwrap();
    let expected = expected.transpose(1, 2).unwrap().reshape((2, 20, 5, 7));
    let expected = (expected.unwrap() + residual).unwrap();
    assert_eq!(found.dims(), expected.dims());
    assert_eq!(flat(&found), flat(&expected));
}

#[test]
fn a_gated_layer_is_a_layer_times_the_gelu_of_its_gate() {
    for (rows, inputs, outputs) in [(3, 5, 7), (70, 20, 100)] {
        let (weight, bias) = (tensor(&[2 * outputs, inputs], 1), tensor(&[2 * outputs], 2));
        let layer = GatedLinear::new(&weight, Some(&bias)).unwrap();
        let x = tensor(&[rows, inputs], 3);
        let found = flat(&layer.forward(&x).unwrap());
        let value = layer.value.forward(&x).unwrap();
        let gate = layer.gate.forward(&x).unwrap().gelu_erf().unwrap();
        assert_near(&found, &flat(&(value * gate).unwrap()), 1e-5, "gated");
    }
}

#[test]
fn does_not_depend_on_threads_or_fused_instruction_set() {
    for (rows, inputs, outputs) in [(1, 5, 3), (131, 17, 130), (2, 40, 500)] {
        let x = numbers(rows * inputs, 1);
        let weights = [2, 3].map(|seed| numbers(outputs * inputs, seed));
        let bias = numbers(outputs, 4);
        assert_reproducible(1e-5, |isa| {
            let [value, gate] =
                [0, 1].map(|i| PackedColumns::new(isa, outputs, inputs, &weights[i]));
            let finish = Finish {
                addends: Addends {
                    bias: Some(&bias),
                    residual: None,
                },
                gate: Some(Gate {
                    weights: &gate,
                    bias: Some(&bias),
                }),
            };
            multiply(isa, &x, &value, finish, [Layout::Rows; 2])
        });
    }
}

#[test]
fn rejects_shapes_that_do_not_match() {
    assert!(Linear::new(tensor(&[4, 3], 1), Some(tensor(&[3], 2))).is_err());
    let layer = Linear::new(tensor(&[4, 3], 1), None).unwrap();
    assert!(layer.forward(&tensor(&[2, 4], 3)).is_err());
}
