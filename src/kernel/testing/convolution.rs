//! Convolutions to test kernels with, and their results by definition.

use super::{assert_near, assert_reproducible, numbers};
use crate::kernel::addends::Addends;
use crate::kernel::geometry::Geometry;
use crate::kernel::isa::Isa;

/// Convolves by the definition, one result at a time, with sums in `f64`.
fn naive(case: &Case, addends: Addends) -> Vec<f32> {
    let Case {
        geometry: g,
        rows,
        ref weight,
        ref x,
        ..
    } = *case;
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

/// A convolution with random input, weights, bias and residual.
pub(in crate::kernel) struct Case {
    pub(in crate::kernel) geometry: Geometry,
    /// Channels of the result.
    pub(in crate::kernel) rows: usize,
    pub(in crate::kernel) weight: Vec<f32>,
    pub(in crate::kernel) x: Vec<f32>,
    bias: Vec<f32>,
    residual: Vec<f32>,
}

impl Case {
    /// Creates a case with `rows` channels in the result.
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

    fn addends(&self) -> Addends<'_> {
        Addends {
            bias: Some(&self.bias),
            residual: Some(&self.residual),
        }
    }

    /// Panics unless `convolve` agrees with the definition within `tolerance` on every instruction set, both with and
    /// without addends.
    pub(in crate::kernel) fn assert_agrees(
        &self,
        tolerance: f32,
        convolve: impl Fn(Isa, Addends) -> Vec<f32>,
    ) {
        for addends in [Addends::default(), self.addends()] {
            let expected = naive(self, addends);
            for isa in Isa::available() {
                let what = format!("{isa:?} {:?}", self.geometry);
                assert_near(&convolve(isa, addends), &expected, tolerance, &what);
            }
        }
    }

    /// Panics unless `convolve` is reproducible: see [`assert_reproducible`].
    pub(in crate::kernel) fn assert_reproducible(
        &self,
        convolve: impl Fn(Isa, Addends) -> Vec<f32> + Sync,
    ) {
        assert_reproducible(1e-5, |isa| convolve(isa, self.addends()));
    }
}
