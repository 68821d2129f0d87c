use super::*;
use crate::kernel::testing::{assert_near, numbers, on_threads};

/// The definition of convolution, one number at a time.
pub(in crate::kernel) fn naive(
    geometry: Geometry,
    rows: usize,
    weight: &[f32],
    x: &[f32],
    addends: Addends,
) -> Vec<f32> {
    let g = geometry;
    let (height_out, width_out) = (g.height_out(), g.width_out());
    let mut y = Vec::new();
    for image in 0..g.batch {
        for row in 0..rows {
            for oy in 0..height_out {
                for ox in 0..width_out {
                    let mut sum = 0.0_f64;
                    for channel in 0..g.channels {
                        for ky in 0..g.kernel {
                            for kx in 0..g.kernel {
                                let iy = (oy * g.stride + ky).wrapping_sub(g.padding);
                                let ix = (ox * g.stride + kx).wrapping_sub(g.padding);
                                if iy < g.height && ix < g.width {
                                    let plane = image * g.channels + channel;
                                    let x = x[(plane * g.height + iy) * g.width + ix];
                                    let tap = ((row * g.channels + channel) * g.kernel + ky)
                                        * g.kernel
                                        + kx;
                                    sum += f64::from(x) * f64::from(weight[tap]);
                                }
                            }
                        }
                    }
                    sum += addends.bias.map_or(0.0, |bias| f64::from(bias[row]));
                    sum += addends
                        .residual
                        .map_or(0.0, |residual| f64::from(residual[y.len()]));
                    y.push(sum as f32);
                }
            }
        }
    }
    y
}

/// A geometry, channels out, and all that a convolution of them takes.
pub(in crate::kernel) struct Case {
    pub(in crate::kernel) geometry: Geometry,
    pub(in crate::kernel) rows: usize,
    pub(in crate::kernel) weight: Vec<f32>,
    pub(in crate::kernel) x: Vec<f32>,
    bias: Vec<f32>,
    residual: Vec<f32>,
}

impl Case {
    pub(in crate::kernel) fn new(geometry: Geometry, rows: usize) -> Self {
        let g = geometry;
        let area = g.height_out() * g.width_out();
        Self {
            geometry,
            rows,
            weight: numbers(rows * g.channels * g.kernel * g.kernel, 1),
            x: numbers(g.batch * g.channels * g.height * g.width, 2),
            bias: numbers(rows, 3),
            residual: numbers(g.batch * rows * area, 4),
        }
    }

    /// Nothing added, and everything.
    pub(in crate::kernel) fn addends(&self) -> [Addends<'_>; 2] {
        [
            Addends {
                bias: None,
                residual: None,
            },
            Addends {
                bias: Some(&self.bias),
                residual: Some(&self.residual),
            },
        ]
    }
}

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
        for addends in case.addends() {
            let expected = naive(case.geometry, case.rows, &case.weight, &case.x, addends);
            for isa in Isa::available() {
                let found = convolve(isa, case.geometry, &pack(isa, &case), &case.x, addends);
                let what = format!("{isa:?} {:?}", case.geometry);
                assert_near(&found, &expected, 1e-6, &what);
            }
        }
    }
}

#[test]
fn does_not_depend_on_the_number_of_threads() {
    for case in cases() {
        for isa in Isa::available() {
            let weights = pack(isa, &case);
            let [one, two, three] = [1, 2, 3].map(|threads| {
                on_threads(threads, || {
                    convolve(isa, case.geometry, &weights, &case.x, case.addends()[1])
                })
            });
            assert_eq!(one, two);
            assert_eq!(one, three);
        }
    }
}
