//! Linear layers as candle operations with gradients.

use super::product::{Finish, Layout, multiply};
use crate::kernel::addends::Addends;
use crate::kernel::elementary::{gelu, gelu_slope};
use crate::kernel::gemm::PackedColumns;
use crate::kernel::isa::{Isa, Kernel, LANES, Simd};
use crate::kernel::lanes::{load, store};
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Device, Result, Shape, Tensor};
use rayon::prelude::*;

/// Numbers that a task works on.
const CHUNK: usize = 1 << 14;

/// Multiplies `[rows, inputs]` by the transpose of `[outputs, inputs]` and adds biases, `[outputs]`.
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
        y_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (outputs, inputs) = weight.dims2()?;
        let y_gradient = y_gradient.detach().contiguous()?;
        let transposed = weight.detach().t()?.contiguous()?;
        let (x_gradient, bias_gradient) = with_slice(&y_gradient, |y_gradient| {
            with_slice(&transposed, |transposed| {
                let x_gradient = product(y_gradient, transposed, [inputs, outputs], None);
                Ok((x_gradient, sum_of_rows(y_gradient, outputs)))
            })
        })?;
        Ok((
            Some(Tensor::from_vec(x_gradient, x.shape(), &Device::Cpu)?),
            Some(y_gradient.t()?.matmul(&x.detach())?),
            Some(Tensor::from_vec(bias_gradient, outputs, &Device::Cpu)?),
        ))
    }
}

/// Returns `x · weightᵀ + bias`. `weight` is `[outputs, inputs]`.
fn product(
    x: &[f32],
    weight: &[f32],
    [outputs, inputs]: [usize; 2],
    bias: Option<&[f32]>,
) -> Vec<f32> {
    let isa = Isa::detect();
    let packed = PackedColumns::new(isa, outputs, inputs, weight);
    let finish = Finish {
        addends: Addends {
            bias,
            residual: None,
        },
        gate: None,
    };
    multiply(isa, x, &packed, finish, [Layout::Rows; 2])
}

/// Returns the sum of the rows of `x`, `[rows, width]`.
fn sum_of_rows(x: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; width];
    for row in x.chunks_exact(width.max(1)) {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += x;
        }
    }
    sums
}

/// Multiplies values by the exact GELU of their gates.
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
        let y = gated(slice(value, value_layout)?, slice(gate, gate_layout)?);
        Ok((CpuStorage::F32(y), value_layout.shape().clone()))
    }

    fn bwd(
        &self,
        value: &Tensor,
        gate: &Tensor,
        _: &Tensor,
        y_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (value_gradient, gate_gradient) = with_slice(value, |value| {
            with_slice(gate, |gate| {
                with_slice(&y_gradient.contiguous()?, |y_gradient| {
                    Ok(gated_gradients(value, gate, y_gradient))
                })
            })
        })?;
        let tensor = |numbers| Tensor::from_vec(numbers, value.shape(), &Device::Cpu);
        Ok((Some(tensor(value_gradient)?), Some(tensor(gate_gradient)?)))
    }
}

/// Returns the gated values.
fn gated(value: &[f32], gate: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; value.len()];
    let inputs = value.par_chunks(CHUNK).zip(gate.par_chunks(CHUNK));
    let chunks = inputs.zip(y.par_chunks_mut(CHUNK));
    chunks.for_each(|((value, gate), y)| Isa::detect().run(GatedForward { value, gate, y }));
    y
}

struct GatedForward<'a> {
    value: &'a [f32],
    gate: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for GatedForward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let inputs = self.value.chunks(LANES).zip(self.gate.chunks(LANES));
        for ((value, gate), y) in inputs.zip(self.y.chunks_mut(LANES)) {
            let gate = gelu(simd, load(simd, gate));
            store(simd, simd.mul(load(simd, value), gate), y);
        }
    }
}

/// Returns the gradients of the values and of their gates.
fn gated_gradients(value: &[f32], gate: &[f32], y_gradient: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let mut value_gradient = vec![0.0; value.len()];
    let mut gate_gradient = vec![0.0; gate.len()];
    let inputs = value.par_chunks(CHUNK).zip(gate.par_chunks(CHUNK));
    let inputs = inputs.zip(y_gradient.par_chunks(CHUNK));
    let outputs = value_gradient.par_chunks_mut(CHUNK);
    let outputs = outputs.zip(gate_gradient.par_chunks_mut(CHUNK));
    inputs.zip(outputs).for_each(
        |(((value, gate), y_gradient), (value_gradient, gate_gradient))| {
            Isa::detect().run(GatedBackward {
                value,
                gate,
                y_gradient,
                value_gradient,
                gate_gradient,
            });
        },
    );
    (value_gradient, gate_gradient)
}

struct GatedBackward<'a> {
    value: &'a [f32],
    gate: &'a [f32],
    y_gradient: &'a [f32],
    value_gradient: &'a mut [f32],
    gate_gradient: &'a mut [f32],
}

impl Kernel for GatedBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let inputs = self.value.chunks(LANES).zip(self.gate.chunks(LANES));
        let inputs = inputs.zip(self.y_gradient.chunks(LANES));
        let outputs = self.value_gradient.chunks_mut(LANES);
        let outputs = outputs.zip(self.gate_gradient.chunks_mut(LANES));
        for (((value, gate), y_gradient), (value_gradient, gate_gradient)) in inputs.zip(outputs) {
            let (value, gate) = (load(simd, value), load(simd, gate));
            let y_gradient = load(simd, y_gradient);
            let slope = simd.mul(value, gelu_slope(simd, gate));
            store(simd, simd.mul(y_gradient, slope), gate_gradient);
            let y = simd.mul(y_gradient, gelu(simd, gate));
            store(simd, y, value_gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GatedLinear, Linear};
    use crate::kernel::testing::assert_gradients;
    use candle_core::Tensor;

    #[test]
    fn gradients_agree_with_candle_and_finite_differences() {
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
    fn gradients_of_gated_layers_agree_with_candle_and_finite_differences() {
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
