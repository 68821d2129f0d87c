use super::super::direct::tests::{Case, naive};
use super::*;
use crate::kernel::testing::{assert_near, on_threads};

fn cases() -> Vec<Case> {
    [
        (1, 1, 1, 1, 1),
        (1, 3, 7, 5, 37),
        (2, 5, 17, 13, 8),
        (2, 20, 40, 16, 16),
        (1, 2, 9, 20, 64),
        (3, 4, 50, 8, 20),
        (1, 70, 8, 12, 128),
    ]
    .map(|(batch, channels, rows, height, width)| {
        let geometry = Geometry {
            batch,
            channels,
            height,
            width,
            kernel: 3,
            stride: 1,
            padding: 1,
        };
        Case::new(geometry, rows)
    })
    .into()
}

fn pack(isa: Isa, case: &Case) -> WinogradWeights {
    WinogradWeights::new(isa, case.rows, case.geometry.channels, &case.weight)
}

#[test]
fn agrees_with_the_definition() {
    for case in cases() {
        for addends in case.addends() {
            let expected = naive(case.geometry, case.rows, &case.weight, &case.x, addends);
            for isa in Isa::available() {
                let found = convolve(isa, case.geometry, &pack(isa, &case), &case.x, addends);
                let what = format!("{isa:?} {:?}", case.geometry);
                assert_near(&found, &expected, 3e-6, &what);
            }
        }
    }
}

#[test]
fn does_not_depend_on_threads_or_fused_instruction_set() {
    for case in cases() {
        let best = Isa::detect();
        let addends = case.addends()[1];
        let expected = convolve(best, case.geometry, &pack(best, &case), &case.x, addends);
        for isa in Isa::available() {
            let weights = pack(isa, &case);
            let [one, two, three] = [1, 2, 3].map(|threads| {
                on_threads(threads, || {
                    convolve(isa, case.geometry, &weights, &case.x, addends)
                })
            });
            assert_eq!(one, two);
            assert_eq!(one, three);
            assert!(one == expected || matches!(isa, Isa::Portable(_)));
        }
    }
}
