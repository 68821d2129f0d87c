//! Layer normalisation.

mod gradient;

use super::isa::{Isa, Kernel, LANES, Simd};
use super::lanes::{load, store};
use super::reduce::total;
use super::rows::{Rows, map_rows};
use super::tensor::is_supported;
use candle_core::{D, Result, Tensor};
use gradient::Normalisation;

/// Rows that a task normalises.
const CHUNK_ROWS: usize = 64;

/// Layer normalisation over the last dimension.
#[derive(Clone, Debug)]
pub(crate) struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    /// Creates the layer from `weight` and `bias`, `[width]` each.
    pub(crate) fn new(weight: Tensor, bias: Tensor, eps: f64) -> Result<Self> {
        if weight.dims1()? != bias.dims1()? {
            candle_core::bail!(
                "layer normalisation with weights {:?} and biases {:?}",
                weight.dims(),
                bias.dims()
            );
        }
        Ok(Self { weight, bias, eps })
    }

    /// Normalises `x`, `[…, width]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let width = self.weight.elem_count();
        if x.rank() == 0 || x.dim(D::Minus1)? != width {
            candle_core::bail!("layer normalisation over {width} got {:?}", x.dims());
        }
        if !is_supported(x) {
            return self.compose(x);
        }
        let op = Normalisation {
            eps: self.eps as f32,
        };
        x.contiguous()?
            .apply_op3(&self.weight.contiguous()?, &self.bias.contiguous()?, op)
    }

    /// Does the same with candle's operations, for other devices.
    fn compose(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = x.sqr()?.mean_keepdim(D::Minus1)?;
        x.broadcast_div(&(variance + self.eps)?.sqrt()?)?
            .broadcast_mul(&self.weight)?
            .broadcast_add(&self.bias)
    }
}

/// Normalises each row of `x`.
fn normalise(isa: Isa, x: &[f32], weight: &[f32], bias: &[f32], eps: f32) -> Vec<f32> {
    let (y, _) = map_rows(x, weight.len(), CHUNK_ROWS, |rows| {
        isa.run(Forward {
            rows,
            weight,
            bias,
            eps,
        });
    });
    y
}

struct Forward<'a> {
    rows: Rows<'a>,
    weight: &'a [f32],
    bias: &'a [f32],
    eps: f32,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (_, x, y) in self.rows.each() {
            let (mean, deviation) = moments(simd, x, self.eps);
            let (mean, scale) = (simd.splat(mean), simd.splat(1.0 / deviation));
            let affine = self.weight.chunks(LANES).zip(self.bias.chunks(LANES));
            let parts = x.chunks(LANES).zip(y.chunks_mut(LANES));
            for ((x, y), (weight, bias)) in parts.zip(affine) {
                let normal = simd.mul(simd.sub(load(simd, x), mean), scale);
                let scaled = simd.fma(normal, load(simd, weight), load(simd, bias));
                store(simd, scaled, y);
            }
        }
    }
}

/// Returns the mean of a row and its standard deviation, with `eps` added to the variance.
#[inline(always)]
fn moments<S: Simd>(simd: S, x: &[f32], eps: f32) -> (f32, f32) {
    let count = x.len() as f32;
    let mean = total(simd, x, 0.0, |x, sum| simd.add(x, sum)) / count;
    let centre = simd.splat(mean);
    let variance = total(simd, x, mean, |x, sum| {
        let distance = simd.sub(x, centre);
        simd.fma(distance, distance, sum)
    }) / count;
    (mean, (variance + eps).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{assert_near, assert_reproducible, flat, numbers, tensor};

    #[test]
    fn agrees_with_candles_operations() {
        for width in [1, 7, 16, 64, 100] {
            let layer = LayerNorm::new(tensor(&[width], 1), tensor(&[width], 2), 1e-5).unwrap();
            let x = (tensor(&[2, 65, width], 3) + 3.0).unwrap();
            let y = flat(&layer.forward(&x).unwrap());
            assert_near(&y, &flat(&layer.compose(&x).unwrap()), 1e-5, "layer");
        }
    }

    #[test]
    fn does_not_depend_on_threads_or_fused_instruction_set() {
        let (width, rows) = (37, 200);
        let x = numbers(rows * width, 1);
        let (weight, bias) = (numbers(width, 2), numbers(width, 3));
        assert_reproducible(1e-5, |isa| normalise(isa, &x, &weight, &bias, 1e-5));
    }
}
