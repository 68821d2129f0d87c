//! The tensors of the model file, by name.

use candle_core::{Device, Tensor};

use crate::error::{Fault, Result};
use crate::formats::safetensors_file::{Container, floats};
use crate::kernel::linear::Linear;

/// The tensors of a model file.
pub(super) struct Weights<'a>(&'a Container<'a>);

impl<'a> Weights<'a> {
    pub(super) fn of(container: &'a Container<'a>) -> Self {
        Self(container)
    }

    /// Returns a tensor of `f32` on the CPU.
    ///
    /// # Errors
    /// Returns an error if it is missing or has another shape.
    pub(super) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let expected = || format!("the tensor `{name}` of shape {shape:?}");
        let view = (self.0.tensors.tensor(name))
            .map_err(|_| Fault::new("a file without it", expected()))?;
        if view.shape() != shape {
            return Err(Fault::new(format!("shape {:?}", view.shape()), expected()).into());
        }
        Ok(Tensor::from_vec(floats(name, &view)?, shape, &Device::Cpu)?)
    }

    /// Returns a linear layer with its bias.
    ///
    /// # Errors
    /// Returns an error if a tensor of it is missing or has another shape.
    pub(super) fn linear(&self, name: &str, outputs: usize, inputs: usize) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = self.tensor(&format!("{name}.bias"), &[outputs])?;
        Ok(Linear::new(weight, Some(bias))?)
    }
}
