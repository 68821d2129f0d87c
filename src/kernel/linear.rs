//! Linear layers.

mod gradient;
mod product;

use super::addends::{with_addends, with_optional_slice};
use super::gemm::PackedColumns;
use super::isa::Isa;
use super::tensor::{is_supported, or_zeros};
use super::weight::Weight;
use candle_core::{D, Device, Result, Tensor};
use gradient::{Affine, Gating};
use product::{Finish, Gate, Layout, multiply};

/// `y = x · Wᵀ + b` over the last dimension.
///
/// On the CPU, weights that candle does not track are packed once. Such a layer does not pass gradients on: it returns
/// an error if its input is tracked.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    weight: Weight<PackedColumns>,
    bias: Option<Tensor>,
    outputs: usize,
    inputs: usize,
}

impl Linear {
    /// Creates the layer from `weight`, `[outputs, inputs]`, and `bias`, `[outputs]`.
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>) -> Result<Self> {
        let (outputs, inputs) = weight.dims2()?;
        if let Some(bias) = &bias
            && bias.dims1()? != outputs
        {
            candle_core::bail!(
                "a linear layer with weights {:?} and biases {:?}",
                weight.dims(),
                bias.dims()
            );
        }
        let weight = Weight::new(weight, |weight| {
            PackedColumns::new(Isa::detect(), outputs, inputs, weight)
        })?;
        Ok(Self {
            weight,
            bias,
            outputs,
            inputs,
        })
    }

    /// Applies the layer to `x`, `[…, inputs]`. The result is `[…, outputs]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        match &self.weight {
            Weight::Packed(packed) => {
                let layouts = [Layout::Rows; 2];
                self.multiply(x, packed, None, layouts)?.reshape(shape)
            }
            Weight::Plain(weight) => self.compose(x, weight),
        }
    }

    /// Applies the layer and adds `residual`, which has the shape of the result.
    pub(crate) fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
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

    /// Applies the layer at each position of the planes of `x`, `[batch, inputs, height, width]`. The result is
    /// `[batch, height · width, outputs]`.
    pub(crate) fn forward_from_planes(&self, x: &Tensor) -> Result<Tensor> {
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

    /// Applies the layer to `x`, `[batch, height · width, inputs]`, turns each output into a plane, and adds
    /// `residual`. The residual and the result are `[batch, outputs, height, width]`.
    pub(crate) fn forward_to_planes(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
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

    /// Returns the layer's result as a flat tensor.
    fn multiply(
        &self,
        x: &Tensor,
        packed: &PackedColumns,
        residual: Option<&Tensor>,
        layouts: [Layout; 2],
    ) -> Result<Tensor> {
        let y = with_addends(x, self.bias.as_ref(), residual, |x, addends| {
            let finish = Finish {
                addends,
                gate: None,
            };
            Ok(multiply(Isa::detect(), x, packed, finish, layouts))
        })?;
        let len = y.len();
        Tensor::from_vec(y, len, &Device::Cpu)
    }

    /// Returns the shape of the result for `x`.
    fn shape_out(&self, x: &Tensor) -> Result<Vec<usize>> {
        if x.rank() == 0 || x.dim(D::Minus1)? != self.inputs {
            candle_core::bail!(
                "a linear layer of {} inputs got {:?}",
                self.inputs,
                x.dims()
            );
        }
        let mut shape = x.dims().to_vec();
        shape[x.rank() - 1] = self.outputs;
        Ok(shape)
    }

    /// Applies weights that may be trained, or that are on another device.
    fn compose(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let shape = self.shape_out(x)?;
        let rows = x.reshape(((), self.inputs))?;
        if is_supported(x) {
            let bias = or_zeros(self.bias.as_ref(), self.outputs, x)?;
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
        candle_core::bail!("a linear layer got {:?}; expected {shape:?}", x.dims());
    }
    Ok(())
}

/// A linear layer multiplied by the exact GELU of another: GEGLU (Shazeer, 2020).
#[derive(Clone, Debug)]
pub(crate) struct GatedLinear {
    value: Linear,
    gate: Linear,
}

impl GatedLinear {
    /// Creates both layers from `weight`, `[2 · outputs, inputs]`, and `bias`, `[2 · outputs]`. The second half of each
    /// belongs to the gate.
    pub(crate) fn new(weight: &Tensor, bias: Option<&Tensor>) -> Result<Self> {
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

    /// Applies the layer to `x`, `[…, inputs]`. The result is `[…, outputs]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let shape = self.value.shape_out(x)?;
        let (Weight::Packed(value), Weight::Packed(gate)) = (&self.value.weight, &self.gate.weight)
        else {
            let (value, gate) = (self.value.forward(x)?, self.gate.forward(x)?);
            if is_supported(&value) {
                return value.apply_op2(&gate, Gating);
            }
            return value * gate.gelu_erf()?;
        };
        let y = with_addends(x, self.value.bias.as_ref(), None, |x, addends| {
            with_optional_slice(self.gate.bias.as_ref(), |bias| {
                let gate = Some(Gate {
                    weights: gate,
                    bias,
                });
                let finish = Finish { addends, gate };
                Ok(multiply(Isa::detect(), x, value, finish, [Layout::Rows; 2]))
            })
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }
}

#[cfg(test)]
mod tests;
