//! Softmax over the last dimension.

use super::elementary::exp;
use super::isa::{Isa, Kernel, LANES, Simd};
use super::lanes::{load, store};
use super::reduce::sum_lanes;
use super::rows::{Rows, map_rows};
use super::tensor::{is_supported, slice, with_slice};
use candle_core::{CpuStorage, CustomOp1, D, Device, Layout, Result, Shape, Tensor};
use candle_nn::ops;

/// Numbers that a task works on, rounded up to whole rows.
const CHUNK: usize = 1 << 14;

/// Returns the softmax of `x` over its last dimension.
pub(super) fn softmax(x: &Tensor) -> Result<Tensor> {
    if is_supported(x) {
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
        let y = forward(Isa::detect(), slice(x, layout)?, width);
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, y: &Tensor, y_gradient: &Tensor) -> Result<Option<Tensor>> {
        let width = y.dim(D::Minus1)?;
        let x_gradient = with_slice(y, |y| {
            with_slice(&y_gradient.contiguous()?, |y_gradient| {
                Ok(backward(Isa::detect(), y, y_gradient, width))
            })
        })?;
        let x_gradient = Tensor::from_vec(x_gradient, y.shape(), &Device::Cpu)?;
        Ok(Some(x_gradient))
    }
}

fn rows_at_once(width: usize) -> usize {
    CHUNK.div_ceil(width.max(1))
}

/// Returns the softmax of each row of `x`, `[rows, width]`.
fn forward(isa: Isa, x: &[f32], width: usize) -> Vec<f32> {
    let (y, _) = map_rows(x, width, rows_at_once(width), |rows| isa.run(Forward(rows)));
    y
}

/// Returns the gradient of the input, from the result `y` and its gradient, `[rows, width]` each.
fn backward(isa: Isa, y: &[f32], y_gradient: &[f32], width: usize) -> Vec<f32> {
    let (x_gradient, _) = map_rows(y, width, rows_at_once(width), |rows| {
        isa.run(Backward { rows, y_gradient });
    });
    x_gradient
}

struct Forward<'a>(Rows<'a>);

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (_, x, y) in self.0.each() {
            y.copy_from_slice(x);
            softmax_row(simd, y);
        }
    }
}

/// Replaces the numbers of a row by their softmax.
#[inline(always)]
pub(super) fn softmax_row<S: Simd>(simd: S, row: &mut [f32]) {
    let largest = simd.splat(row.iter().fold(f32::MIN, |largest, x| largest.max(*x)));
    let mut sum = simd.splat(0.0);
    for x in row.chunks_mut(LANES) {
        let distance = simd.sub(load(simd, x), largest);
        store(simd, exp(simd, distance), x);
        sum = simd.add(sum, load(simd, x));
    }
    let sum = sum_lanes(simd, sum);
    for x in row {
        *x /= sum;
    }
}

struct Backward<'a> {
    /// Rows of the result, and of the gradient of the input.
    rows: Rows<'a>,
    /// The gradient of the whole result.
    y_gradient: &'a [f32],
}

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (index, y, x_gradient) in self.rows.each() {
            let y_gradient = &self.y_gradient[index * y.len()..][..y.len()];
            let parts = y.chunks(LANES).zip(y_gradient.chunks(LANES));
            let mut product = simd.splat(0.0);
            for (y, y_gradient) in parts.clone() {
                product = simd.fma(load(simd, y), load(simd, y_gradient), product);
            }
            let product = simd.splat(sum_lanes(simd, product));
            for ((y, y_gradient), x_gradient) in parts.zip(x_gradient.chunks_mut(LANES)) {
                let distance = simd.sub(load(simd, y_gradient), product);
                store(simd, simd.mul(load(simd, y), distance), x_gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{
        assert_gradients, assert_near, assert_reproducible, flat, numbers, tensor,
    };

    #[test]
    fn agrees_with_candle_and_gradients_with_finite_differences() {
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

    struct OneRow<'a>(&'a mut [f32]);

    impl Kernel for OneRow<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            softmax_row(simd, self.0);
        }
    }

    #[test]
    fn rows_in_parallel_equal_rows_one_by_one() {
        for width in [1, 16, 45] {
            // Three tasks, the last with fewer rows.
            let x = numbers((2 * rows_at_once(width) + 3) * width, 1);
            let mut expected = x.clone();
            for row in expected.chunks_exact_mut(width) {
                Isa::detect().run(OneRow(row));
            }
            assert!(forward(Isa::detect(), &x, width) == expected);
        }
    }

    #[test]
    fn does_not_depend_on_threads_or_fused_instruction_set() {
        let width = 45;
        let x = numbers((2 * rows_at_once(width) + 3) * width, 1);
        let y_gradient = numbers(x.len(), 2);
        assert_reproducible(1e-5, |isa| forward(isa, &x, width));
        assert_reproducible(1e-5, |isa| backward(isa, &x, &y_gradient, width));
    }
}
