//! Planes of twice the height and width.

use super::output::Output;
use super::tensor::{is_ours, slice, with_slice};
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// Repeats every number of `x`, `[batch, channels, height, width]`, in a square:
/// `[batch, channels, 2 · height, 2 · width]`.
pub fn double(x: &Tensor) -> Result<Tensor> {
    if is_ours(x) {
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
        let fill = |output: &Output| {
            x.par_chunks((height * width).max(1))
                .enumerate()
                .for_each(|(plane, x)| {
                    let mut doubled = vec![0.0; 2 * width];
                    for (y, line) in x.chunks_exact(width.max(1)).enumerate() {
                        for (pair, x) in doubled.chunks_exact_mut(2).zip(line) {
                            pair.fill(*x);
                        }
                        let at = 4 * plane * height * width + 4 * y * width;
                        // SAFETY: every task writes its own plane.
                        unsafe {
                            output.write(at, &doubled);
                            output.write(at + 2 * width, &doubled);
                        }
                    }
                });
        };
        // SAFETY: the tasks cover all planes, and each all lines of its own.
        let y = unsafe { Output::filled_by(4 * x.len(), fill) };
        let shape = (batch, channels, 2 * height, 2 * width);
        Ok((CpuStorage::F32(y), shape.into()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let width = x.dim(3)?.max(1);
        let len = x.elem_count();
        let of_x = with_slice(&gradient.contiguous()?, |gradient| {
            let fill = |output: &Output| {
                gradient
                    .par_chunks(4 * width)
                    .enumerate()
                    .for_each(|(line, pair)| {
                        let (upper, lower) = pair.split_at(2 * width);
                        let squares = upper.chunks_exact(2).zip(lower.chunks_exact(2));
                        let sums: Vec<f32> = squares
                            .map(|(upper, lower)| (upper[0] + upper[1]) + (lower[0] + lower[1]))
                            .collect();
                        // SAFETY: every task writes its own line.
                        unsafe { output.write(line * width, &sums) };
                    });
            };
            // SAFETY: the tasks cover all lines.
            Ok(unsafe { Output::filled_by(len, fill) })
        })?;
        Ok(Some(Tensor::from_vec(of_x, x.shape(), &Device::Cpu)?))
    }
}

#[cfg(test)]
mod tests {
    use super::double;
    use crate::kernel::testing::{assert_gradients, flat, tensor};

    #[test]
    fn is_candles_upsampling_with_gradients_that_are_finite_differences() {
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
