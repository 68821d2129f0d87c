use super::*;
use crate::kernel::testing::convolution::Case;

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kernel, stride, padding) in [(3, 1, 1), (3, 2, 1), (1, 1, 0), (3, 1, 0), (5, 2, 2)] {
        for (batch, channels, rows, height, width) in [
            (1, 3, 7, 5, 37),
            (2, 5, 17, 13, 8),
            (2, 2, 1, 16, 16),
            (1, 1, 9, 20, 48),
        ] {
            let geometry = Geometry {
                batch,
                channels,
                height,
                width,
                kernel,
                stride,
                padding,
            };
            cases.push(Case::new(geometry, rows));
        }
    }
    cases
}

fn pack(isa: Isa, case: &Case) -> PackedRows {
    let depth = case.weight.len() / case.rows;
    PackedRows::from_rows(isa, case.rows, depth, &case.weight, depth)
}

#[test]
fn agrees_with_the_definition() {
    for case in cases() {
        case.assert_agrees(1e-6, |isa, addends| {
            convolve(isa, case.geometry, &pack(isa, &case), &case.x, addends)
        });
    }
}

#[test]
fn does_not_depend_on_threads_or_fused_instruction_set() {
    for case in cases() {
        case.assert_reproducible(|isa, addends| {
            convolve(isa, case.geometry, &pack(isa, &case), &case.x, addends)
        });
    }
}
