//! Convolution with gradients.

use super::weight_gradient::{self, sums_of_channels, weight_gradient};
use super::{Addends, Geometry, Packed};
use crate::kernel::isa::Isa;
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};

/// The convolution of `[batch, channels in, height, width]` by `[channels out, channels in, kernel, kernel]`, with
/// biases `[channels out]`.
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
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, rows, ..) = gradient.dims4()?;
        let of_bias = with_slice(&gradient.contiguous()?, |gradient| {
            Ok(sums_of_channels(Isa::detect(), [batch, rows], gradient))
        })?;
        let of_bias = Tensor::from_vec(of_bias, rows, &Device::Cpu)?;
        // At stride 1 a result lies at every place of the input.
        let (_, _, height, width) = x.dims4()?;
        let (more, less) = (2 * self.padding + 1, weight.dim(2)?);
        let spread = self.spread(gradient, height + more - less, 2)?;
        let spread = self.spread(&spread, width + more - less, 3)?.contiguous()?;
        Ok((
            Some(self.gradient_of_input(weight, &spread)?),
            Some(self.gradient_of_weight(x, weight, &spread)?),
            Some(of_bias),
        ))
    }
}

impl Convolution {
    /// The gradients convolved with the kernels turned around.
    fn gradient_of_input(&self, weight: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let (_, channels, kernel, _) = weight.dims4()?;
        let turned = weight.detach().transpose(0, 1)?.contiguous()?;
        let op = Self {
            stride: 1,
            padding: kernel - 1 - self.padding,
        };
        let no_bias = Tensor::zeros(channels, weight.dtype(), weight.device())?;
        gradient
            .detach()
            .apply_op3_no_bwd(&turned.flip(&[2, 3])?.contiguous()?, &no_bias, &op)
    }

    fn gradient_of_weight(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Tensor> {
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
        let of_weight = with_slice(x, |x| {
            with_slice(gradient, |gradient| {
                Ok(weight_gradient(Isa::detect(), shape, x, gradient))
            })
        })?;
        Tensor::from_vec(of_weight, weight.shape(), &Device::Cpu)
    }

    /// Puts `stride - 1` zeros after each place along `dim`, cut to `len` places.
    fn spread(&self, x: &Tensor, len: usize, dim: usize) -> Result<Tensor> {
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
    use crate::kernel::isa::Isa;
    use crate::kernel::testing::{assert_gradients, assert_near, numbers, on_threads};

    #[test]
    fn gradients_are_those_of_candles_convolution_and_of_finite_differences() {
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
    fn the_weights_gradient_depends_on_neither_threads_nor_fused_instruction_set() {
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
        let best = weight_gradient(Isa::detect(), shape, &x, &gradient);
        for isa in Isa::available() {
            for threads in [1, 2, 3] {
                let y = on_threads(threads, || weight_gradient(isa, shape, &x, &gradient));
                assert_near(&y, &best, 1e-5, &format!("{isa:?}"));
                assert!(y == best || matches!(isa, Isa::Portable(_)));
            }
        }
    }
}
