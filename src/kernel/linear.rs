//! Linear layers over rows of numbers.

mod product;

use super::gemm::PackedColumns;
use super::isa::Isa;
use super::tensor::{is_ours, with_optional_slice, with_slice};
use candle_core::{D, Device, Result, Tensor};
use product::{Finish, Layout, multiply};
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
        let shape = self.shape_out(x)?;
        match self.multiply(x, None, [Layout::Rows; 2])? {
            Some(y) => y.reshape(shape),
            None => self.compose(x),
        }
    }

    /// Applies the layer and adds `residual`, which has the result's shape.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        expect_shape(residual, &shape)?;
        match self.multiply(x, Some(residual), [Layout::Rows; 2])? {
            Some(y) => y.reshape(shape),
            None => self.compose(x)? + residual,
        }
    }

    /// Applies the layer at each place of the planes of `x`, `[batch, inputs, height, width]`:
    /// `[batch, height · width, outputs]`.
    pub fn forward_from_planes(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, inputs, height, width) = x.dims4()?;
        let (outputs, _) = self.weight.dims2()?;
        expect_shape(x, &[batch, self.weight.dim(1)?, height, width])?;
        let area = height * width;
        match self.multiply(x, None, [Layout::Planes { area }, Layout::Rows])? {
            Some(y) => y.reshape((batch, area, outputs)),
            None => self.compose(&x.reshape((batch, inputs, area))?.transpose(1, 2)?),
        }
    }

    /// Applies the layer to `x`, `[batch, height · width, inputs]`, gives each output a plane and adds `residual`:
    /// `[batch, outputs, height, width]` both.
    pub fn forward_to_planes(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let (batch, outputs, height, width) = residual.dims4()?;
        let area = height * width;
        expect_shape(x, &[batch, area, self.weight.dim(1)?])?;
        expect_shape(residual, &[batch, self.weight.dim(0)?, height, width])?;
        let layouts = [Layout::Rows, Layout::Planes { area }];
        match self.multiply(x, Some(residual), layouts)? {
            Some(y) => y.reshape((batch, outputs, height, width)),
            None => {
                self.compose(x)?
                    .transpose(1, 2)?
                    .reshape(residual.shape())?
                    + residual
            }
        }
    }

    /// The layer's result as a flat tensor, where the CPU kernels can be used.
    fn multiply(
        &self,
        x: &Tensor,
        residual: Option<&Tensor>,
        layouts: [Layout; 2],
    ) -> Result<Option<Tensor>> {
        let tracked = x.track_op() || residual.is_some_and(Tensor::track_op);
        let Some(packed) = self.packed.as_ref().filter(|_| is_ours(x) && !tracked) else {
            return Ok(None);
        };
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
                    Ok(multiply(Isa::detect(), x, packed, finish, layouts))
                })
            })
        })?;
        let len = y.len();
        Ok(Some(Tensor::from_vec(y, len, &Device::Cpu)?))
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
    fn compose(&self, x: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        let y = x
            .reshape(((), x.dim(D::Minus1)?))?
            .matmul(&self.weight.t()?)?
            .reshape(shape)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

fn expect_shape(x: &Tensor, shape: &[usize]) -> Result<()> {
    if x.dims() != shape {
        candle_core::bail!("{shape:?} was expected instead of {:?}", x.dims());
    }
    Ok(())
}

/// A linear layer gated by the exact GELU of another one: GEGLU (Shazeer, 2020).
#[derive(Clone, Debug)]
pub struct GatedLinear {
    value: Linear,
    gate: Linear,
}

impl GatedLinear {
    /// From the weights `[2 · outputs, inputs]` and biases `[2 · outputs]` of both: the gate's come last.
    pub fn new(weight: &Tensor, bias: Option<&Tensor>) -> Result<Self> {
        let half = |index| {
            let outputs = weight.dim(0)? / 2;
            let part = |x: &Tensor| x.narrow(0, index * outputs, outputs);
            Linear::new(part(weight)?, bias.map(part).transpose()?)
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
                    Ok(multiply(Isa::detect(), x, value, finish, [Layout::Rows; 2]))
                })
            })
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }

    fn compose(&self, x: &Tensor) -> Result<Tensor> {
        self.value.compose(x)? * self.gate.compose(x)?.gelu_erf()?
    }
}

#[cfg(test)]
mod tests;
