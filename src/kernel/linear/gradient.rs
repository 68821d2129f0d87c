//! Linear layers with gradients.

use super::super::elementary::{gelu, gelu_slope};
use super::super::gemm::PackedColumns;
use super::super::isa::{Isa, Kernel, LANES, Simd};
use super::super::output::Output;
use super::super::tensor::{load_some, slice, with_slice};
use super::product::{Finish, Layout, multiply};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Device, Result, Shape, Tensor};
use rayon::prelude::*;

/// Numbers that a task works on.
const CHUNK: usize = 1 << 14;

/// The product of `[rows, inputs]` and `[outputs, inputs]`, transposed, with biases `[outputs]`.
pub(super) struct Affine;

impl CustomOp3 for Affine {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &candle_core::Layout,
        weight: &CpuStorage,
        weight_layout: &candle_core::Layout,
        bias: &CpuStorage,
        bias_layout: &candle_core::Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, inputs) = x_layout.shape().dims2()?;
        let (outputs, _) = weight_layout.shape().dims2()?;
        let weight = slice(weight, weight_layout)?;
        let bias = slice(bias, bias_layout)?;
        let y = product(slice(x, x_layout)?, weight, [outputs, inputs], Some(bias));
        Ok((CpuStorage::F32(y), (rows, outputs).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (outputs, inputs) = weight.dims2()?;
        let gradient = gradient.detach().contiguous()?;
        let turned = weight.detach().t()?.contiguous()?;
        let (of_x, of_bias) = with_slice(&gradient, |gradient| {
            with_slice(&turned, |turned| {
                let of_x = product(gradient, turned, [inputs, outputs], None);
                Ok((of_x, sum_of_rows(gradient, outputs)))
            })
        })?;
        Ok((
            Some(Tensor::from_vec(of_x, x.shape(), &Device::Cpu)?),
            Some(gradient.t()?.matmul(&x.detach())?),
            Some(Tensor::from_vec(of_bias, outputs, &Device::Cpu)?),
        ))
    }
}

/// `x · weightᵀ + bias` for `weight` of the given shape.
fn product(
    x: &[f32],
    weight: &[f32],
    [outputs, inputs]: [usize; 2],
    bias: Option<&[f32]>,
) -> Vec<f32> {
    let isa = Isa::detect();
    let packed = PackedColumns::new(isa, outputs, inputs, weight);
    let finish = Finish {
        bias,
        residual: None,
        gate: None,
    };
    multiply(isa, x, &packed, finish, [Layout::Rows; 2])
}

/// The sum of all rows of `width` numbers.
fn sum_of_rows(x: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; width];
    for row in x.chunks_exact(width.max(1)) {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += x;
        }
    }
    sums
}

/// A value times the exact GELU of its gate.
pub(super) struct Gating;

impl CustomOp2 for Gating {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn cpu_fwd(
        &self,
        value: &CpuStorage,
        value_layout: &candle_core::Layout,
        gate: &CpuStorage,
        gate_layout: &candle_core::Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let value = slice(value, value_layout)?;
        let (y, _) = gated(value, slice(gate, gate_layout)?, None);
        Ok((CpuStorage::F32(y), value_layout.shape().clone()))
    }

    fn bwd(
        &self,
        value: &Tensor,
        gate: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (of_value, of_gate) = with_slice(value, |value| {
            with_slice(gate, |gate| {
                with_slice(&gradient.contiguous()?, |gradient| {
                    Ok(gated(value, gate, Some(gradient)))
                })
            })
        })?;
        let tensor = |numbers| Tensor::from_vec(numbers, value.shape(), &Device::Cpu);
        Ok((Some(tensor(of_value)?), Some(tensor(of_gate)?)))
    }
}

/// Without `gradient` the gated values, and nothing; otherwise the gradients of values and gates.
fn gated(value: &[f32], gate: &[f32], gradient: Option<&[f32]>) -> (Vec<f32>, Vec<f32>) {
    let mut of_gate = Vec::new();
    let len = gradient.map_or(0, <[f32]>::len);
    let fill = |first: &Output| {
        let fill = |second: &Output| {
            let values = value.par_chunks(CHUNK).zip(gate.par_chunks(CHUNK));
            values.enumerate().for_each(|(index, (value, gate))| {
                let at = index * CHUNK;
                let gradient = gradient.map(|gradient| &gradient[at..at + value.len()]);
                Isa::detect().run(GatedPart {
                    value,
                    gate,
                    gradient,
                    outputs: [first, second],
                    at,
                });
            });
        };
        // SAFETY: the chunks cover all places, and each task writes its own, if there are any.
        of_gate = unsafe { Output::filled_by(len, fill) };
    };
    // SAFETY: the chunks cover all places, and each task writes its own.
    let first = unsafe { Output::filled_by(value.len(), fill) };
    (first, of_gate)
}

/// Some values, of which the first lies at `at`.
struct GatedPart<'a> {
    value: &'a [f32],
    gate: &'a [f32],
    gradient: Option<&'a [f32]>,
    outputs: [&'a Output<'a>; 2],
    at: usize,
}

impl Kernel for GatedPart<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let parts = self.value.chunks(LANES).zip(self.gate.chunks(LANES));
        for (index, (value, gate)) in parts.enumerate() {
            let count = value.len();
            let at = self.at + index * LANES;
            let load = |x: &[f32]| simd.load(&load_some(x, count));
            let (value, gate) = (load(value), load(gate));
            let factor = match self.gradient {
                Some(gradient) => {
                    let gradient = load(&gradient[index * LANES..]);
                    let slope = simd.mul(value, gelu_slope(simd, gate));
                    let of_gate = simd.array(simd.mul(gradient, slope));
                    // SAFETY: only this task writes its places.
                    unsafe { self.outputs[1].write_lanes(at, &of_gate, count) };
                    gradient
                }
                None => value,
            };
            let y = simd.array(simd.mul(factor, gelu(simd, gate)));
            // SAFETY: only this task writes its places.
            unsafe { self.outputs[0].write_lanes(at, &y, count) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GatedLinear, Linear};
    use crate::kernel::testing::assert_gradients;
    use candle_core::Tensor;

    #[test]
    fn gradients_are_those_of_matrix_products_and_of_finite_differences() {
        assert_gradients(
            &[&[3, 17, 21], &[19, 21], &[19]],
            |at| Linear::new(at[1].clone(), Some(at[2].clone()))?.forward(&at[0]),
            |at| {
                at[0]
                    .reshape((51, 21))?
                    .matmul(&at[1].t()?)?
                    .broadcast_add(&at[2])?
                    .reshape((3, 17, 19))
            },
        );
    }

    #[test]
    fn gradients_of_gated_layers_are_those_of_candle_and_of_finite_differences() {
        assert_gradients(
            &[&[5, 21], &[38, 21], &[38]],
            |at| GatedLinear::new(&at[1], Some(&at[2]))?.forward(&at[0]),
            |at| {
                let both = at[0].matmul(&at[1].t()?)?.broadcast_add(&at[2])?;
                let half = |index: usize| -> candle_core::Result<Tensor> {
                    both.narrow(1, 19 * index, 19)?.contiguous()
                };
                half(0)? * half(1)?.gelu_erf()?
            },
        );
    }
}
