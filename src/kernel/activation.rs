//! Activations of transformers.

use super::elementary::{gelu, silu};
use super::isa::{Isa, Kernel, LANES, Simd};
use super::lanes::{load, store};
use super::rows::{Rows, map_rows};
use super::tensor::{is_supported, with_slice};
use candle_core::{Device, Result, Tensor};

/// Numbers that a task works on.
const CHUNK: usize = 1 << 14;
/// The factor within the sigmoid of the quick GELU (Hendrycks and Gimpel, 2016).
const QUICKNESS: f32 = 1.702;

/// A function that is applied to each number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    /// The exact Gaussian error linear unit.
    Gelu,
    /// Its approximation `x · sigmoid(1.702 x)`.
    QuickGelu,
}

impl Activation {
    /// Applies the function to each number of `x`. On the CPU no gradient passes.
    pub(crate) fn forward(self, x: &Tensor) -> Result<Tensor> {
        if is_supported(x) && !x.track_op() {
            let y = with_slice(&x.contiguous()?, |x| Ok(apply(Isa::detect(), self, x)))?;
            return Tensor::from_vec(y, x.shape(), &Device::Cpu);
        }
        match self {
            Self::Gelu => x.gelu_erf(),
            Self::QuickGelu => (x * f64::from(QUICKNESS))?.silu()? / f64::from(QUICKNESS),
        }
    }
}

fn apply(isa: Isa, activation: Activation, x: &[f32]) -> Vec<f32> {
    let (mut y, _) = map_rows(x, LANES, CHUNK / LANES, |rows| {
        isa.run(Forward { rows, activation });
    });
    let done = x.len() / LANES * LANES;
    let mut last = [0.0; LANES];
    let rest = &x[done..];
    last[..rest.len()].copy_from_slice(rest);
    let (end, _) = map_rows(&last, LANES, 1, |rows| {
        isa.run(Forward { rows, activation });
    });
    y[done..].copy_from_slice(&end[..rest.len()]);
    y
}

struct Forward<'a> {
    rows: Rows<'a>,
    activation: Activation,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.activation {
            Activation::Gelu => {
                for (_, x, y) in self.rows.each() {
                    store(simd, gelu(simd, load(simd, x)), y);
                }
            }
            Activation::QuickGelu => {
                let (factor, inverse) = (simd.splat(QUICKNESS), simd.splat(1.0 / QUICKNESS));
                for (_, x, y) in self.rows.each() {
                    let unit = silu(simd, simd.mul(load(simd, x), factor));
                    store(simd, simd.mul(unit, inverse), y);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{assert_near, assert_reproducible, flat, numbers, tensor};

    #[test]
    fn agrees_with_candles_operations() {
        for len in [1, 16, 37, 3 * CHUNK + 5] {
            let x = (tensor(&[len], 1) * 6.0).unwrap();
            let gelu = flat(&Activation::Gelu.forward(&x).unwrap());
            assert_near(&gelu, &flat(&x.gelu_erf().unwrap()), 1e-5, "GELU");
            let quick = flat(&Activation::QuickGelu.forward(&x).unwrap());
            let sigmoid = candle_nn::ops::sigmoid(&(&x * 1.702).unwrap()).unwrap();
            assert_near(&quick, &flat(&(x * sigmoid).unwrap()), 1e-5, "quick GELU");
        }
    }

    #[test]
    fn does_not_depend_on_threads_or_fused_instruction_set() {
        let x = numbers(2 * CHUNK + 3, 1);
        for activation in [Activation::Gelu, Activation::QuickGelu] {
            assert_reproducible(1e-5, |isa| apply(isa, activation, &x));
        }
    }
}
