//! Layer normalisation.

mod gradient;

use super::isa::{Isa, Kernel, LANES, Simd};
use super::output::Output;
use super::reduce::{fill_up, total};
use super::tensor::is_ours;
use candle_core::{D, Result, Tensor};
use gradient::Normalisation;
use rayon::prelude::*;

/// Rows that a task normalises.
const CHUNK_ROWS: usize = 64;

/// Layer normalisation over the last dimension.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    /// From `weight` and `bias`, `[width]` each.
    pub fn new(weight: Tensor, bias: Tensor, eps: f64) -> Result<Self> {
        if weight.dims1()? != bias.dims1()? {
            candle_core::bail!(
                "layer normalisation of weights {:?} and biases {:?}",
                weight.dims(),
                bias.dims()
            );
        }
        Ok(Self { weight, bias, eps })
    }

    /// Normalises `x`, `[…, width]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let width = self.weight.elem_count();
        if x.rank() == 0 || x.dim(D::Minus1)? != width {
            candle_core::bail!("layer normalisation of {width} was given {:?}", x.dims());
        }
        if !is_ours(x) {
            return self.compose(x);
        }
        let op = Normalisation {
            eps: self.eps as f32,
        };
        x.contiguous()?
            .apply_op3(&self.weight.contiguous()?, &self.bias.contiguous()?, op)
    }

    /// The same from candle's operations, for other devices.
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
    let chunk = CHUNK_ROWS * weight.len();
    let fill = |output: &Output| {
        x.par_chunks(chunk).enumerate().for_each(|(index, x)| {
            isa.run(Rows {
                x,
                weight,
                bias,
                eps,
                output,
                at: index * chunk,
            });
        });
    };
    // SAFETY: the chunks cover all rows, and each writes its own.
    unsafe { Output::filled_by(x.len(), fill) }
}

/// Some rows, of which the first lies at `at`.
struct Rows<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    eps: f32,
    output: &'a Output<'a>,
    at: usize,
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = self.weight.len();
        for (index, x) in self.x.chunks_exact(width).enumerate() {
            let (mean, deviation) = moments(simd, x, self.eps);
            let (middle, scale) = (simd.splat(mean), simd.splat(1.0 / deviation));
            let lines = x.chunks(LANES).zip(self.weight.chunks(LANES));
            for (column, ((x, weight), bias)) in lines.zip(self.bias.chunks(LANES)).enumerate() {
                let (numbers, weight, bias) =
                    (fill_up(x, 0.0), fill_up(weight, 0.0), fill_up(bias, 0.0));
                let normal = simd.mul(simd.sub(simd.load(&numbers), middle), scale);
                let y = simd.fma(normal, simd.load(&weight), simd.load(&bias));
                let at = self.at + index * width + column * LANES;
                // SAFETY: only this task writes its rows.
                unsafe { self.output.write_lanes(at, &simd.array(y), x.len()) };
            }
        }
    }
}

/// The mean of a row and its standard deviation, `eps` being added to the variance.
#[inline(always)]
fn moments<S: Simd>(simd: S, x: &[f32], eps: f32) -> (f32, f32) {
    let count = x.len() as f32;
    let mean = total(simd, x, 0.0, |x, sum| simd.add(x, sum)) / count;
    let middle = simd.splat(mean);
    let variance = total(simd, x, mean, |x, sum| {
        let distance = simd.sub(x, middle);
        simd.fma(distance, distance, sum)
    }) / count;
    (mean, (variance + eps).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{assert_near, numbers, on_threads};
    use candle_core::Device;

    #[test]
    fn agrees_with_the_composition_of_plain_operations() {
        for width in [1, 7, 16, 64, 100] {
            let tensor = |count, seed| Tensor::new(numbers(count, seed), &Device::Cpu).unwrap();
            let layer = LayerNorm::new(tensor(width, 1), tensor(width, 2), 1e-5).unwrap();
            let x = (tensor(130 * width, 3).reshape((2, 65, width)).unwrap() + 3.0).unwrap();
            let flat = |x: Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let y = flat(layer.forward(&x).unwrap());
            assert_near(&y, &flat(layer.compose(&x).unwrap()), 1e-5, "layer");
        }
    }

    #[test]
    fn does_not_depend_on_threads_or_fused_instruction_set() {
        let (width, rows) = (37, 200);
        let x = numbers(rows * width, 1);
        let (weight, bias) = (numbers(width, 2), numbers(width, 3));
        let best = normalise(Isa::detect(), &x, &weight, &bias, 1e-5);
        for isa in Isa::available() {
            for threads in [1, 2, 3] {
                let y = on_threads(threads, || normalise(isa, &x, &weight, &bias, 1e-5));
                assert_near(&y, &best, 1e-5, &format!("{isa:?}"));
                assert!(y == best || matches!(isa, Isa::Portable(_)));
            }
        }
    }
}
