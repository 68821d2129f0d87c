//! Linear layers over rows of numbers.

mod product;

use super::gemm::PackedColumns;
use super::isa::Isa;
use super::tensor::{is_ours, with_optional_slice, with_slice};
use candle_core::{D, Device, Result, Tensor};
use product::{Finish, multiply};
use std::sync::Arc;

/// `y = x · Wᵀ + b` over the last dimension, the weights packed once.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
    packed: Option<Arc<PackedColumns>>,
}

impl Linear {
    /// From `weight`, `[outputs, inputs]`, and `bias`, `[outputs]`.
    pub fn new(weight: Tensor, bias: Option<Tensor>) -> Result<Self> {
        let (outputs, inputs) = weight.dims2()?;
        if let Some(bias) = &bias
            && bias.dims1()? != outputs
        {
            candle_core::bail!(
                "a linear layer of weights {:?} and biases {:?}",
                weight.dims(),
                bias.dims()
            );
        }
        let packed = if is_ours(&weight) && !weight.track_op() {
            Some(Arc::new(with_slice(&weight.contiguous()?, |weight| {
                Ok(PackedColumns::new(Isa::detect(), outputs, inputs, weight))
            })?))
        } else {
            None
        };
        Ok(Self {
            weight,
            bias,
            packed,
        })
    }

    /// Applies the layer to `x`, `[…, inputs]`: `[…, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, None)
    }

    /// Applies the layer and adds `residual`, which has the result's shape.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.apply(x, Some(residual))
    }

    fn apply(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let tracked = x.track_op() || residual.is_some_and(Tensor::track_op);
        let packed = match &self.packed {
            Some(packed) if is_ours(x) && !tracked => packed,
            _ => return self.compose(x, residual),
        };
        let shape = self.shape_out(x)?;
        if let Some(residual) = residual
            && residual.dims() != shape
        {
            candle_core::bail!("{:?} cannot be added to {shape:?}", residual.dims());
        }
        let x = x.contiguous()?;
        let residual = residual.map(Tensor::contiguous).transpose()?;
        let y = with_slice(&x, |x| {
            with_optional_slice(self.bias.as_ref(), |bias| {
                with_optional_slice(residual.as_ref(), |residual| {
                    let finish = Finish {
                        bias,
                        residual,
                        gate: None,
                    };
                    Ok(multiply(Isa::detect(), x, packed, finish))
                })
            })
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }

    /// The shape of the result for `x`.
    fn shape_out(&self, x: &Tensor) -> Result<Vec<usize>> {
        let (outputs, inputs) = self.weight.dims2()?;
        if x.rank() == 0 || x.dim(D::Minus1)? != inputs {
            candle_core::bail!(
                "a linear layer of weights {:?} was given {:?}",
                self.weight.dims(),
                x.dims()
            );
        }
        let mut shape = x.dims().to_vec();
        shape[x.rank() - 1] = outputs;
        Ok(shape)
    }

    /// The same from candle's operations: for other devices, and where gradients are wanted.
    fn compose(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        let y = x
            .reshape(((), x.dim(D::Minus1)?))?
            .matmul(&self.weight.t()?)?
            .reshape(shape)?;
        let y = match &self.bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        match residual {
            Some(residual) => y + residual,
            None => Ok(y),
        }
    }
}

/// A linear layer gated by the exact GELU of another one: GEGLU (Shazeer, 2020).
#[derive(Clone, Debug)]
pub struct GatedLinear {
    value: Linear,
    gate: Linear,
}

impl GatedLinear {
    /// From the weights `[2 · outputs, inputs]` and biases `[2 · outputs]` of both: the gate's come last.
    pub fn new(weight: &Tensor, bias: &Tensor) -> Result<Self> {
        let half = |index| {
            let outputs = weight.dim(0)? / 2;
            Linear::new(
                weight.narrow(0, index * outputs, outputs)?,
                Some(bias.narrow(0, index * outputs, outputs)?),
            )
        };
        Ok(Self {
            value: half(0)?,
            gate: half(1)?,
        })
    }

    /// Applies the layer to `x`, `[…, inputs]`: `[…, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (value, gate) = match (&self.value.packed, &self.gate.packed) {
            (Some(value), Some(gate)) if is_ours(x) && !x.track_op() => (value, gate),
            _ => return self.compose(x),
        };
        let shape = self.value.shape_out(x)?;
        let y = with_slice(&x.contiguous()?, |x| {
            with_optional_slice(self.value.bias.as_ref(), |bias| {
                with_optional_slice(self.gate.bias.as_ref(), |gate_bias| {
                    let finish = Finish {
                        bias,
                        residual: None,
                        gate: Some((gate, gate_bias)),
                    };
                    Ok(multiply(Isa::detect(), x, value, finish))
                })
            })
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }

    fn compose(&self, x: &Tensor) -> Result<Tensor> {
        self.value.compose(x, None)? * self.gate.compose(x, None)?.gelu_erf()?
    }
}

#[cfg(test)]
mod tests;
