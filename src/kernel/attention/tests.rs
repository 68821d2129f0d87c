use super::*;
use crate::kernel::testing::{assert_near, numbers, on_threads};

fn tensor(shape: (usize, usize, usize), seed: u32) -> Tensor {
    let numbers = numbers(shape.0 * shape.1 * shape.2, seed);
    let x = Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap();
    (x * 3.0).unwrap()
}

fn flat(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// Batch, tokens, keys, width, heads, windows.
const CASES: [[usize; 6]; 5] = [
    [1, 1, 1, 4, 1, 1],
    [2, 100, 100, 24, 2, 2],
    [2, 64, 16, 32, 4, 2],
    [1, 51, 9, 40, 5, 3],
    [1, 130, 77, 64, 1, 1],
];

#[test]
fn agrees_with_the_composition_of_plain_operations() {
    for [batch, tokens, keys, width, heads, windows] in CASES {
        let q = tensor((batch, tokens, width), 1);
        let [k, v] = [2, 3].map(|seed| tensor((batch, keys, width), seed));
        let found = attend(&q, &k, &v, heads, windows).unwrap();
        let expected = compose(&q, &k, &v, heads, windows).unwrap();
        assert_near(&flat(&found), &flat(&expected), 3e-6, "attention");
    }
}

#[test]
fn does_not_depend_on_threads_or_fused_instruction_set() {
    for [batch, tokens, keys, width, heads, windows] in CASES {
        let shape = Shape {
            batch,
            tokens,
            keys,
            width,
            heads,
            windows,
        };
        let q = numbers(batch * tokens * width, 1);
        let [k, v] = [2, 3].map(|seed| numbers(batch * keys * width, seed));
        let best = attend_slices(Isa::detect(), shape, &q, &k, &v);
        for isa in Isa::available() {
            for threads in [1, 2, 3] {
                let y = on_threads(threads, || attend_slices(isa, shape, &q, &k, &v));
                assert_near(&y, &best, 3e-6, &format!("{isa:?}"));
                assert!(y == best || matches!(isa, Isa::Portable(_)));
            }
        }
    }
}

#[test]
fn a_window_does_not_see_another_windows_keys() {
    let q = tensor((1, 8, 4), 1);
    let [k, v] = [2, 3].map(|seed| tensor((1, 6, 4), seed));
    let whole = attend(&q, &k, &v, 2, 2).unwrap();
    for window in 0..2 {
        let part = |x: &Tensor| {
            let count = x.dim(1).unwrap() / 2;
            x.narrow(1, window * count, count).unwrap()
        };
        let alone = attend(&part(&q), &part(&k), &part(&v), 2, 1).unwrap();
        assert_eq!(flat(&part(&whole)), flat(&alone));
    }
}

#[test]
fn what_cannot_be_split_is_refused() {
    let q = tensor((1, 7, 4), 1);
    assert!(attend(&q, &q, &q, 2, 2).is_err());
    assert!(attend(&q, &q, &q, 3, 1).is_err());
}
