//! Softmax over the last dimension.

use super::elementary::exp;
use super::isa::{Isa, Kernel, LANES, Simd};
use super::output::Output;
use super::reduce::total;
use super::tensor::{is_ours, load_some, slice, with_slice};
use candle_core::{CpuStorage, CustomOp1, D, Device, Layout, Result, Shape, Tensor};
use candle_nn::ops;
use rayon::prelude::*;

/// Numbers that a task works on, about.
const CHUNK: usize = 1 << 14;

/// `e^x` over its sum along the last dimension of `x`.
pub fn softmax(x: &Tensor) -> Result<Tensor> {
    if is_ours(x) {
        return x.contiguous()?.apply_op1(Softmax);
    }
    ops::softmax(x, D::Minus1)
}

struct Softmax;

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.dim(D::Minus1)?;
        let y = map_rows(slice(x, layout)?, width, |x, output, at| {
            Isa::detect().run(Rows {
                x,
                width,
                output,
                at,
            });
        });
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let width = y.dim(D::Minus1)?;
        let of_x = with_slice(y, |y| {
            with_slice(&gradient.contiguous()?, |gradient| {
                Ok(map_rows(y, width, |y, output, at| {
                    Isa::detect().run(GradientRows {
                        y,
                        gradient: &gradient[at..at + y.len()],
                        width,
                        output,
                        at,
                    });
                }))
            })
        })?;
        Ok(Some(Tensor::from_vec(of_x, y.shape(), &Device::Cpu)?))
    }
}

/// As many numbers as `x` has, of which `work` fills those of some rows: it is given these rows, the result and where
/// they start in it.
fn map_rows(x: &[f32], width: usize, work: impl Fn(&[f32], &Output, usize) + Sync) -> Vec<f32> {
    let chunk = width * CHUNK.div_ceil(width.max(1)).max(1);
    let fill = |output: &Output| {
        x.par_chunks(chunk.max(1))
            .enumerate()
            .for_each(|(index, x)| work(x, output, index * chunk));
    };
    // SAFETY: the chunks cover all rows, and each task writes its own.
    unsafe { Output::filled_by(x.len(), fill) }
}

/// Some rows, of which the first lies at `at`.
struct Rows<'a> {
    x: &'a [f32],
    width: usize,
    output: &'a Output<'a>,
    at: usize,
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (index, x) in self.x.chunks_exact(self.width).enumerate() {
            let mut y = x.to_vec();
            soften_row(simd, &mut y);
            // SAFETY: only this task writes its rows.
            unsafe { self.output.write(self.at + index * self.width, &y) };
        }
    }
}

/// Replaces the numbers of a row by their softmax.
#[inline(always)]
pub(super) fn soften_row<S: Simd>(simd: S, row: &mut [f32]) {
    let largest = simd.splat(row.iter().fold(f32::MIN, |largest, x| largest.max(*x)));
    let mut sum = simd.splat(0.0);
    for x in row.chunks_mut(LANES) {
        let distance = simd.sub(simd.load(&load_some(x, x.len())), largest);
        x.copy_from_slice(&simd.array(exp(simd, distance))[..x.len()]);
        sum = simd.add(sum, simd.load(&load_some(x, x.len())));
    }
    let sum = total(simd, &simd.array(sum), 0.0, |x, sum| simd.add(x, sum));
    for x in row {
        *x /= sum;
    }
}

/// Some rows of the result and of its gradient, of which the first lies at `at`.
struct GradientRows<'a> {
    y: &'a [f32],
    gradient: &'a [f32],
    width: usize,
    output: &'a Output<'a>,
    at: usize,
}

impl Kernel for GradientRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let rows = self.y.chunks_exact(self.width);
        let rows = rows.zip(self.gradient.chunks_exact(self.width));
        for (index, (y, gradient)) in rows.enumerate() {
            let at = self.at + index * self.width;
            let parts = || {
                let load = |x: &[f32]| simd.load(&load_some(x, x.len()));
                let parts = y.chunks(LANES).zip(gradient.chunks(LANES));
                parts.map(move |(y, gradient)| (load(y), load(gradient), y.len()))
            };
            let mut product = simd.splat(0.0);
            for (y, gradient, _) in parts() {
                product = simd.fma(y, gradient, product);
            }
            let product = total(simd, &simd.array(product), 0.0, |x, sum| simd.add(x, sum));
            let product = simd.splat(product);
            for (part, (y, gradient, count)) in parts().enumerate() {
                let x = simd.array(simd.mul(y, simd.sub(gradient, product)));
                // SAFETY: only this task writes its rows.
                unsafe { self.output.write_lanes(at + part * LANES, &x, count) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::softmax;
    use crate::kernel::testing::{assert_gradients, assert_near, flat, tensor};
    use candle_core::D;
    use candle_nn::ops;

    #[test]
    fn is_candles_softmax_with_gradients_that_are_finite_differences() {
        for width in [1, 5, 16, 32, 45] {
            let x = (tensor(&[3, 4, width], 1) * 20.0).unwrap();
            let expected = ops::softmax(&x, D::Minus1).unwrap();
            assert_near(
                &flat(&softmax(&x).unwrap()),
                &flat(&expected),
                1e-5,
                "softmax",
            );
            assert_gradients(
                &[&[3, 4, width]],
                |at| softmax(&at[0]),
                |at| ops::softmax(&at[0], D::Minus1),
            );
        }
    }
}
