//! Linear layers over rows of numbers.

mod gradient;
mod product;

use super::gemm::PackedColumns;
use super::isa::Isa;
use super::tensor::{is_ours, with_optional_slice, with_slice};
use candle_core::{D, Device, Result, Tensor};
use gradient::{Affine, Gating};
use product::{Finish, Layout, multiply};
use std::sync::Arc;

/// `y = x · Wᵀ + b` over the last dimension.
///
/// On the CPU, weights that are not being trained are packed once and given up otherwise: such a layer cannot pass
/// gradients on.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Weight,
    bias: Option<Tensor>,
    outputs: usize,
    inputs: usize,
}

#[derive(Clone, Debug)]
enum Weight {
    Plain(Tensor),
    Packed(Arc<PackedColumns>),
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
        let weight = if is_ours(&weight) && !weight.track_op() {
            let pack =
                |weight: &[f32]| Ok(PackedColumns::new(Isa::detect(), outputs, inputs, weight));
            Weight::Packed(Arc::new(with_slice(&weight.contiguous()?, pack)?))
        } else {
            Weight::Plain(weight)
        };
        Ok(Self {
            weight,
            bias,
            outputs,
            inputs,
        })
    }

    /// Applies the layer to `x`, `[…, inputs]`: `[…, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        match &self.weight {
            Weight::Packed(packed) => {
                let layouts = [Layout::Rows; 2];
                self.multiply(x, packed, None, layouts)?.reshape(shape)
            }
            Weight::Plain(weight) => self.compose(x, weight),
        }
    }

    /// Applies the layer and adds `residual`, which has the result's shape.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        expect_shape(residual, &shape)?;
        match &self.weight {
            Weight::Packed(packed) => {
                let layouts = [Layout::Rows; 2];
                self.multiply(x, packed, Some(residual), layouts)?
                    .reshape(shape)
            }
            Weight::Plain(weight) => self.compose(x, weight)? + residual,
        }
    }

    /// Applies the layer at each place of the planes of `x`, `[batch, inputs, height, width]`:
    /// `[batch, height · width, outputs]`.
    pub fn forward_from_planes(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, inputs, height, width) = x.dims4()?;
        expect_shape(x, &[batch, self.inputs, height, width])?;
        let area = height * width;
        match &self.weight {
            Weight::Packed(packed) => {
                let layouts = [Layout::Planes { area }, Layout::Rows];
                self.multiply(x, packed, None, layouts)?
                    .reshape((batch, area, self.outputs))
            }
            Weight::Plain(weight) => {
                let rows = x.reshape((batch, inputs, area))?.transpose(1, 2)?;
                self.compose(&rows, weight)
            }
        }
    }

    /// Applies the layer to `x`, `[batch, height · width, inputs]`, gives each output a plane and adds `residual`:
    /// `[batch, outputs, height, width]` both.
    pub fn forward_to_planes(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let (batch, outputs, height, width) = residual.dims4()?;
        let area = height * width;
        expect_shape(x, &[batch, area, self.inputs])?;
        expect_shape(residual, &[batch, self.outputs, height, width])?;
        match &self.weight {
            Weight::Packed(packed) => {
                let layouts = [Layout::Rows, Layout::Planes { area }];
                self.multiply(x, packed, Some(residual), layouts)?
                    .reshape((batch, outputs, height, width))
            }
            Weight::Plain(weight) => {
                let rows = self.compose(x, weight)?;
                rows.transpose(1, 2)?.reshape(residual.shape())? + residual
            }
        }
    }

    /// The layer's result as a flat tensor.
    fn multiply(
        &self,
        x: &Tensor,
        packed: &PackedColumns,
        residual: Option<&Tensor>,
        layouts: [Layout; 2],
    ) -> Result<Tensor> {
        if x.track_op() || residual.is_some_and(Tensor::track_op) {
            candle_core::bail!("weights that are not trained cannot pass gradients on");
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
                    Ok(multiply(Isa::detect(), x, packed, finish, layouts))
                })
            })
        })?;
        let len = y.len();
        Tensor::from_vec(y, len, &Device::Cpu)
    }

    /// The shape of the result for `x`.
    fn shape_out(&self, x: &Tensor) -> Result<Vec<usize>> {
        if x.rank() == 0 || x.dim(D::Minus1)? != self.inputs {
            candle_core::bail!("a linear layer of {} was given {:?}", self.inputs, x.dims());
        }
        let mut shape = x.dims().to_vec();
        shape[x.rank() - 1] = self.outputs;
        Ok(shape)
    }

    /// With weights that may be trained, or on another device.
    fn compose(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        let rows = x.reshape(((), self.inputs))?;
        if is_ours(x) {
            let bias = match &self.bias {
                Some(bias) => bias.contiguous()?,
                None => Tensor::zeros(self.outputs, x.dtype(), x.device())?,
            };
            return rows
                .contiguous()?
                .apply_op3(&weight.contiguous()?, &bias, Affine)?
                .reshape(shape);
        }
        let y = rows.matmul(&weight.t()?)?.reshape(shape)?;
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
        let shape = self.value.shape_out(x)?;
        let (Weight::Packed(value), Weight::Packed(gate)) = (&self.value.weight, &self.gate.weight)
        else {
            let (value, gate) = (self.value.forward(x)?, self.gate.forward(x)?);
            if is_ours(&value) {
                return value.apply_op2(&gate, Gating);
            }
            return value * gate.gelu_erf()?;
        };
        if x.track_op() {
            candle_core::bail!("weights that are not trained cannot pass gradients on");
        }
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
}

#[cfg(test)]
mod tests;
