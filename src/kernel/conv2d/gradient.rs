//! Convolution as a candle operation with gradients.

use super::weight_gradient::{self, sums_of_channels, weight_gradient};
use super::{Addends, Geometry, Packed};
use crate::kernel::isa::Isa;
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};

/// Convolves `[batch, channels in, height, width]` by `[channels out, channels in, kernel, kernel]` and adds biases,
/// `[channels out]`.
pub(super) struct Convolution {
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl CustomOp3 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, channels, height, width) = x_layout.shape().dims4()?;
        let (rows, _, kernel, _) = weight_layout.shape().dims4()?;
        let geometry = Geometry {
            batch,
            channels,
            height,
            width,
            kernel,
            stride: self.stride,
            padding: self.padding,
        };
        let weight = slice(weight, weight_layout)?;
        let packed = Packed::new(weight, [rows, channels, kernel], self.stride, self.padding);
        let addends = Addends {
            bias: Some(slice(bias, bias_layout)?),
            residual: None,
        };
        let y = packed.convolve(geometry, slice(x, x_layout)?, addends);
        let shape = (batch, rows, geometry.height_out(), geometry.width_out());
        Ok((CpuStorage::F32(y), shape.into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        y_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, rows, ..) = y_gradient.dims4()?;
        let bias_gradient = with_slice(&y_gradient.contiguous()?, |y_gradient| {
            Ok(sums_of_channels(Isa::detect(), [batch, rows], y_gradient))
        })?;
        let bias_gradient = Tensor::from_vec(bias_gradient, rows, &Device::Cpu)?;
        // The gradient of the result at stride 1.
        let (_, _, height, width) = x.dims4()?;
        let (padding, kernel) = (2 * self.padding, weight.dim(2)?);
        let y_gradient = self.dilate(y_gradient, height + padding + 1 - kernel, 2)?;
        let y_gradient = self.dilate(&y_gradient, width + padding + 1 - kernel, 3)?;
        let y_gradient = y_gradient.contiguous()?;
        Ok((
            Some(self.input_gradient(weight, &y_gradient)?),
            Some(self.weight_gradient(x, weight, &y_gradient)?),
            Some(bias_gradient),
        ))
    }
}

impl Convolution {
    /// Convolves the gradient of the result at stride 1 with the kernels rotated by 180°.
    fn input_gradient(&self, weight: &Tensor, y_gradient: &Tensor) -> Result<Tensor> {
        let (_, channels, kernel, _) = weight.dims4()?;
        let transposed = weight.detach().transpose(0, 1)?.contiguous()?;
        let op = Self {
            stride: 1,
            padding: kernel - 1 - self.padding,
        };
        let no_bias = Tensor::zeros(channels, weight.dtype(), weight.device())?;
        let rotated = transposed.flip(&[2, 3])?.contiguous()?;
        y_gradient
            .detach()
            .apply_op3_no_bwd(&rotated, &no_bias, &op)
    }

    /// Returns the gradient of the weights, from that of the result at stride 1.
    fn weight_gradient(&self, x: &Tensor, weight: &Tensor, y_gradient: &Tensor) -> Result<Tensor> {
        let (batch, channels, height, width) = x.dims4()?;
        let (rows, _, kernel, _) = weight.dims4()?;
        let shape = weight_gradient::Shape {
            batch,
            channels,
            height,
            width,
            rows,
            kernel,
            padding: self.padding,
        };
        let gradient = with_slice(x, |x| {
            with_slice(y_gradient, |y_gradient| {
                Ok(weight_gradient(Isa::detect(), shape, x, y_gradient))
            })
        })?;
        Tensor::from_vec(gradient, weight.shape(), &Device::Cpu)
    }

    /// Inserts `stride - 1` zeros after each element along `dim`, then cuts the dimension to `len`.
    fn dilate(&self, x: &Tensor, len: usize, dim: usize) -> Result<Tensor> {
        if self.stride == 1 {
            return Ok(x.clone());
        }
        let mut shape = x.dims().to_vec();
        shape[dim] *= self.stride;
        x.unsqueeze(dim + 1)?
            .pad_with_zeros(dim + 1, 0, self.stride - 1)?
            .reshape(shape)?
            .narrow(dim, 0, len)
    }
}

#[cfg(test)]
mod tests {
    use super::weight_gradient::{Shape, weight_gradient};
    use crate::kernel::conv2d::Conv2d;
    use crate::kernel::testing::{assert_gradients, assert_reproducible, numbers};

    #[test]
    fn gradients_agree_with_candle_and_finite_differences() {
        for (kernel, stride, padding, size) in
            [(3, 1, 1, 9), (3, 2, 1, 8), (3, 2, 1, 7), (1, 1, 0, 6)]
        {
            let shapes: [&[usize]; 3] = [&[2, 19, size, size + 4], &[7, 19, kernel, kernel], &[7]];
            assert_gradients(
                &shapes,
                |at| {
                    let bias = Some(at[2].clone());
                    Conv2d::new(at[1].clone(), bias, stride, padding)?.forward(&at[0])
                },
                |at| {
                    let y = at[0].conv2d(&at[1], padding, stride, 1, 1)?;
                    y.broadcast_add(&at[2].reshape((1, 7, 1, 1))?)
                },
            );
        }
    }

    #[test]
    fn weight_gradient_does_not_depend_on_threads_or_fused_instruction_set() {
        let shape = Shape {
            batch: 11,
            channels: 21,
            height: 6,
            width: 9,
            rows: 18,
            kernel: 3,
            padding: 1,
        };
        let area = shape.height * shape.width;
        let x = numbers(shape.batch * shape.channels * area, 1);
        let gradient = numbers(shape.batch * shape.rows * area, 2);
        assert_reproducible(1e-5, |isa| weight_gradient(isa, shape, &x, &gradient));
    }
}
