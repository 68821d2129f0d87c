//! Layer normalisation as a candle operation with gradients.

use super::{CHUNK_ROWS, moments, normalise};
use crate::kernel::isa::{Isa, Kernel, LANES, Simd};
use crate::kernel::lanes::{load, store};
use crate::kernel::reduce::sum_lanes;
use crate::kernel::rows::{Rows, map_rows};
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};

/// Normalises `[…, width]` with weight and bias `[width]`.
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
        y_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (x_gradient, affine) = with_slice(x, |x| {
            with_slice(weight, |weight| {
                with_slice(&y_gradient.contiguous()?, |y_gradient| {
                    Ok(gradients(Isa::detect(), x, weight, y_gradient, self.eps))
                })
            })
        })?;
        let width = weight.elem_count();
        let x_gradient = Tensor::from_vec(x_gradient, x.shape(), &Device::Cpu)?;
        let affine = Tensor::from_vec(affine, (2, width), &Device::Cpu)?;
        Ok((Some(x_gradient), Some(affine.get(0)?), Some(affine.get(1)?)))
    }
}

/// Returns the gradient of `x`, and those of weight and bias as `[2, width]`.
fn gradients(
    isa: Isa,
    x: &[f32],
    weight: &[f32],
    y_gradient: &[f32],
    eps: f32,
) -> (Vec<f32>, Vec<f32>) {
    let width = weight.len();
    let (x_gradient, parts) = map_rows(x, width, CHUNK_ROWS, |rows| {
        isa.run(Backward {
            rows,
            weight,
            y_gradient,
            eps,
        })
    });
    let mut affine = vec![0.0; 2 * width];
    for part in &parts {
        for (sum, x) in affine.iter_mut().zip(part) {
            *sum += x;
        }
    }
    (x_gradient, affine)
}

struct Backward<'a> {
    /// Rows of the input, and of its gradient.
    rows: Rows<'a>,
    weight: &'a [f32],
    /// The gradient of the whole result.
    y_gradient: &'a [f32],
    eps: f32,
}

impl Kernel for Backward<'_> {
    /// These rows' share of the gradients of weight and bias, `[2, width]`.
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<f32> {
        let width = self.weight.len();
        let mut affine = vec![0.0; 2 * width];
        let (weight_gradient, bias_gradient) = affine.split_at_mut(width);
        for (index, x, x_gradient) in self.rows.each() {
            let y_gradient = &self.y_gradient[index * width..][..width];
            let (mean, deviation) = moments(simd, x, self.eps);
            let (mean, scale) = (simd.splat(mean), simd.splat(1.0 / deviation));
            let normal = |x| simd.mul(simd.sub(load(simd, x), mean), scale);
            let parts = x.chunks(LANES).zip(y_gradient.chunks(LANES));
            let parts = parts.zip(self.weight.chunks(LANES));
            // Sums of the gradient of the normalised row, and of its product with that row.
            let (mut sum, mut product) = (simd.splat(0.0), simd.splat(0.0));
            let affine = weight_gradient
                .chunks_mut(LANES)
                .zip(bias_gradient.chunks_mut(LANES));
            for (((x, y_gradient), weight), (of_weight, of_bias)) in parts.clone().zip(affine) {
                let (normal, y_gradient) = (normal(x), load(simd, y_gradient));
                let scaled = simd.mul(y_gradient, load(simd, weight));
                sum = simd.add(sum, scaled);
                product = simd.fma(scaled, normal, product);
                let with = simd.fma(y_gradient, normal, load(simd, of_weight));
                store(simd, with, of_weight);
                let with = simd.add(y_gradient, load(simd, of_bias));
                store(simd, with, of_bias);
            }
            let count = width as f32;
            let sum = simd.splat(sum_lanes(simd, sum) / count);
            let product = simd.splat(sum_lanes(simd, product) / count);
            for (((x, y_gradient), weight), x_gradient) in parts.zip(x_gradient.chunks_mut(LANES)) {
                let scaled = simd.mul(load(simd, y_gradient), load(simd, weight));
                let away = simd.fma(normal(x), product, sum);
                store(simd, simd.mul(simd.sub(scaled, away), scale), x_gradient);
            }
        }
        affine
    }
}

#[cfg(test)]
mod tests {
    use super::gradients;
    use crate::kernel::layer_norm::LayerNorm;
    use crate::kernel::testing::{assert_gradients, assert_reproducible, numbers};
    use candle_core::{Result, Tensor};

    #[test]
    fn gradients_agree_with_candle_and_finite_differences() {
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

    #[test]
    fn gradients_do_not_depend_on_threads_or_fused_instruction_set() {
        let (width, rows) = (37, 200);
        let x = numbers(rows * width, 1);
        let (weight, y_gradient) = (numbers(width, 2), numbers(rows * width, 3));
        assert_reproducible(1e-5, |isa| {
            let (x_gradient, affine) = gradients(isa, &x, &weight, &y_gradient, 1e-5);
            [x_gradient, affine].concat()
        });
    }
}
