//! Layer normalisation with gradients.

use super::{CHUNK_ROWS, normalise};
use crate::kernel::isa::{Isa, Kernel, LANES, Simd};
use crate::kernel::output::Output;
use crate::kernel::reduce::total;
use crate::kernel::tensor::{load_some, slice, with_slice};
use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// The normalisation of `[…, width]` with weight and bias `[width]`.
pub(super) struct Normalisation {
    pub(super) eps: f32,
}

impl CustomOp3 for Normalisation {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let y = normalise(
            Isa::detect(),
            slice(x, x_layout)?,
            slice(weight, weight_layout)?,
            slice(bias, bias_layout)?,
            self.eps,
        );
        Ok((CpuStorage::F32(y), x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let (of_x, of_affine) = with_slice(x, |x| {
            with_slice(weight, |weight| {
                with_slice(&gradient, |gradient| {
                    Ok(gradients(Isa::detect(), x, weight, gradient, self.eps))
                })
            })
        })?;
        let width = weight.elem_count();
        let of_x = Tensor::from_vec(of_x, x.shape(), &Device::Cpu)?;
        let of_affine = Tensor::from_vec(of_affine, (2, width), &Device::Cpu)?;
        Ok((Some(of_x), Some(of_affine.get(0)?), Some(of_affine.get(1)?)))
    }
}

/// The gradients of `x`, and of weight and bias together.
fn gradients(
    isa: Isa,
    x: &[f32],
    weight: &[f32],
    gradient: &[f32],
    eps: f32,
) -> (Vec<f32>, Vec<f32>) {
    let width = weight.len();
    let chunk = CHUNK_ROWS * width;
    let mut of_affine = vec![0.0; 2 * width];
    let fill = |output: &Output| {
        let parts: Vec<Vec<f32>> = x
            .par_chunks(chunk)
            .zip(gradient.par_chunks(chunk))
            .enumerate()
            .map(|(index, (x, gradient))| {
                isa.run(Rows {
                    x,
                    weight,
                    gradient,
                    eps,
                    output,
                    at: index * chunk,
                })
            })
            .collect();
        for part in &parts {
            for (sum, x) in of_affine.iter_mut().zip(part) {
                *sum += x;
            }
        }
    };
    // SAFETY: the chunks cover all rows, and each writes its own.
    let of_x = unsafe { Output::filled_by(x.len(), fill) };
    (of_x, of_affine)
}

/// Some rows, of which the first lies at `at`.
struct Rows<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    gradient: &'a [f32],
    eps: f32,
    output: &'a Output<'a>,
    at: usize,
}

impl Kernel for Rows<'_> {
    /// The gradients of weight and bias together.
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<f32> {
        let width = self.weight.len();
        let add = |x, sum| simd.add(x, sum);
        let mut of_affine = vec![0.0; 2 * width];
        let (of_weight, of_bias) = of_affine.split_at_mut(width);
        let rows = self.x.chunks_exact(width);
        for (index, (x, gradient)) in rows.zip(self.gradient.chunks_exact(width)).enumerate() {
            let (mean, deviation) = super::moments(simd, x, self.eps);
            let (mean, scale) = (simd.splat(mean), simd.splat(1.0 / deviation));
            let part = |from: &[f32], column| {
                simd.load(&load_some(&from[column..], LANES.min(width - column)))
            };
            let normal = |column| simd.mul(simd.sub(part(x, column), mean), scale);
            let (mut sum, mut product) = (simd.splat(0.0), simd.splat(0.0));
            for column in (0..width).step_by(LANES) {
                let (normal, gradient) = (normal(column), part(gradient, column));
                let scaled = simd.mul(gradient, part(self.weight, column));
                sum = simd.add(sum, scaled);
                product = simd.fma(scaled, normal, product);
                let end = width.min(column + LANES);
                let of_weight = &mut of_weight[column..end];
                let with = simd.fma(
                    gradient,
                    normal,
                    simd.load(&load_some(of_weight, of_weight.len())),
                );
                of_weight.copy_from_slice(&simd.array(with)[..end - column]);
                let of_bias = &mut of_bias[column..end];
                let with = simd.add(gradient, simd.load(&load_some(of_bias, of_bias.len())));
                of_bias.copy_from_slice(&simd.array(with)[..end - column]);
            }
            let count = width as f32;
            let sum = simd.splat(total(simd, &simd.array(sum), 0.0, add) / count);
            let product = simd.splat(total(simd, &simd.array(product), 0.0, add) / count);
            for column in (0..width).step_by(LANES) {
                let scaled = simd.mul(part(gradient, column), part(self.weight, column));
                let away = simd.fma(normal(column), product, sum);
                let y = simd.array(simd.mul(simd.sub(scaled, away), scale));
                let at = self.at + index * width + column;
                // SAFETY: only this task writes its rows.
                unsafe { self.output.write_lanes(at, &y, width - column) };
            }
        }
        of_affine
    }
}

#[cfg(test)]
mod tests {
    use crate::kernel::layer_norm::LayerNorm;
    use crate::kernel::testing::assert_gradients;
    use candle_core::{Result, Tensor};

    #[test]
    fn gradients_are_those_of_the_composition_and_of_finite_differences() {
        for width in [7, 32, 37] {
            let layer = |at: &[Tensor]| -> Result<LayerNorm> {
                LayerNorm::new(at[1].clone(), at[2].clone(), 1e-5)
            };
            assert_gradients(
                &[&[2, 65, width], &[width], &[width]],
                |at| layer(at)?.forward(&at[0]),
                |at| layer(at)?.compose(&at[0]),
            );
        }
    }
}
