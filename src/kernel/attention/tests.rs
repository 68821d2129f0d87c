use super::*;
use crate::kernel::testing::{assert_near, assert_reproducible, flat, numbers, tensor};

/// Returns a tensor of numbers between -3 and 3.
fn wide(shape: [usize; 3], seed: u32) -> Tensor {
    (tensor(&shape, seed) * 3.0).unwrap()
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
fn agrees_with_candles_operations() {
    for [batch, tokens, keys, width, heads, windows] in CASES {
        let q = wide([batch, tokens, width], 1);
        let [k, v] = [2, 3].map(|seed| wide([batch, keys, width], seed));
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
        assert_reproducible(3e-6, |isa| attend_slices(isa, shape, &q, &k, &v));
    }
}

#[test]
fn a_query_sees_only_the_keys_of_its_window() {
    let q = wide([1, 8, 4], 1);
    let [k, v] = [2, 3].map(|seed| wide([1, 6, 4], seed));
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
fn rejects_tokens_and_widths_that_cannot_be_split() {
    let q = wide([1, 7, 4], 1);
    assert!(attend(&q, &q, &q, 2, 2).is_err());
    assert!(attend(&q, &q, &q, 3, 1).is_err());
}
