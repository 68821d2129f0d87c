use super::*;
use crate::kernel::testing::convolution::Case;

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
        case.assert_agrees(3e-6, |isa, addends| {
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
