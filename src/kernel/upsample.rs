//! Upsampling to twice the height and width.

use super::tensor::{is_supported, slice, with_slice};
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// Repeats each number of `x`, `[batch, channels, height, width]`, in a 2 × 2 square. The result is
/// `[batch, channels, 2 · height, 2 · width]`.
pub(crate) fn double(x: &Tensor) -> Result<Tensor> {
    if is_supported(x) {
        return x.contiguous()?.apply_op1(Doubling);
    }
    let (_, _, height, width) = x.dims4()?;
    x.upsample_nearest2d(2 * height, 2 * width)
}

struct Doubling;

impl CustomOp1 for Doubling {
    fn name(&self) -> &'static str {
        "double"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, channels, height, width) = layout.shape().dims4()?;
        let x = slice(x, layout)?;
        let mut y = vec![0.0; 4 * x.len()];
        let planes = x.par_chunks((height * width).max(1));
        let planes = planes.zip(y.par_chunks_mut((4 * height * width).max(1)));
        planes.for_each(|(x, y)| {
            let lines = x.chunks_exact(width.max(1));
            for (x, y) in lines.zip(y.chunks_exact_mut((4 * width).max(1))) {
                let (upper, lower) = y.split_at_mut(2 * width);
                for (pair, x) in upper.chunks_exact_mut(2).zip(x) {
                    pair.fill(*x);
                }
                lower.copy_from_slice(upper);
            }
        });
        let shape = (batch, channels, 2 * height, 2 * width);
        Ok((CpuStorage::F32(y), shape.into()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, y_gradient: &Tensor) -> Result<Option<Tensor>> {
        let width = x.dim(3)?.max(1);
        let mut x_gradient = vec![0.0; x.elem_count()];
        with_slice(&y_gradient.contiguous()?, |y_gradient| {
            let lines = x_gradient.par_chunks_mut(width);
            let lines = lines.zip(y_gradient.par_chunks(4 * width));
            lines.for_each(|(sums, pair)| {
                let (upper, lower) = pair.split_at(2 * width);
                let squares = upper.chunks_exact(2).zip(lower.chunks_exact(2));
                for (sum, (upper, lower)) in sums.iter_mut().zip(squares) {
                    *sum = (upper[0] + upper[1]) + (lower[0] + lower[1]);
                }
            });
            Ok(())
        })?;
        let x_gradient = Tensor::from_vec(x_gradient, x.shape(), &Device::Cpu)?;
        Ok(Some(x_gradient))
    }
}

#[cfg(test)]
mod tests {
    use super::double;
    use crate::kernel::testing::{assert_gradients, flat, tensor};

    #[test]
    fn agrees_with_candle_and_gradients_with_finite_differences() {
        let x = tensor(&[2, 3, 4, 5], 1);
        let expected = x.upsample_nearest2d(8, 10).unwrap();
        assert_eq!(double(&x).unwrap().dims(), expected.dims());
        assert_eq!(flat(&double(&x).unwrap()), flat(&expected));
        assert_gradients(
            &[&[2, 3, 4, 5]],
            |at| double(&at[0]),
            |at| at[0].upsample_nearest2d(8, 10),
        );
    }
}
