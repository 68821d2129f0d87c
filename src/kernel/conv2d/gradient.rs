//! Convolution with gradients.

use super::{Addends, Geometry, Packed};
use crate::kernel::tensor::slice;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

/// The convolution of `[batch, channels in, height, width]` by `[channels out, channels in, kernel, kernel]`.
pub(super) struct Convolution {
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl CustomOp2 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
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
        let nothing = Addends {
            bias: None,
            residual: None,
        };
        let y = packed.convolve(geometry, slice(x, x_layout)?, nothing);
        let shape = (batch, rows, geometry.height_out(), geometry.width_out());
        Ok((CpuStorage::F32(y), shape.into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (x, weight) = (x.detach(), weight.detach());
        let gradient = gradient.detach().contiguous()?;
        let of_x = self.gradient_of_input(&x, &weight, &gradient)?;
        Ok((
            Some(of_x),
            Some(self.gradient_of_weight(&x, &weight, &gradient)?),
        ))
    }
}

impl Convolution {
    /// The gradients, spread out to the input's places, convolved with the kernels turned around.
    fn gradient_of_input(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = x.dims4()?;
        let kernel = weight.dim(2)?;
        let turned = weight.transpose(0, 1)?.contiguous()?.flip(&[2, 3])?;
        let padding = kernel - 1 - self.padding;
        let spread = self.spread(gradient, height + 2 * self.padding - kernel + 1, 2)?;
        let spread = self.spread(&spread, width + 2 * self.padding - kernel + 1, 3)?;
        let op = Self { stride: 1, padding };
        spread
            .contiguous()?
            .apply_op2_no_bwd(&turned.contiguous()?, &op)
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

    /// For each place in the kernel, the product of the gradients and the inputs under that place.
    fn gradient_of_weight(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let (batch, rows, height, width) = gradient.dims4()?;
        let (_, channels, kernel, _) = weight.dims4()?;
        let end = self.padding + self.stride - 1;
        let padded =
            x.pad_with_zeros(2, self.padding, end)?
                .pad_with_zeros(3, self.padding, end)?;
        let gradient = gradient.reshape((batch, rows, height * width))?;
        let mut places = Vec::with_capacity(kernel * kernel);
        for y in 0..kernel {
            let lines = self.every(&padded, y, height, 2)?;
            for x in 0..kernel {
                let under =
                    self.every(&lines, x, width, 3)?
                        .reshape((batch, channels, height * width))?;
                places.push(gradient.matmul(&under.transpose(1, 2)?)?.sum(0)?);
            }
        }
        Tensor::stack(&places, 2)?.reshape((rows, channels, kernel, kernel))
    }

    /// `count` places along `dim` from `start` on, `stride` apart.
    fn every(&self, x: &Tensor, start: usize, count: usize, dim: usize) -> Result<Tensor> {
        if self.stride == 1 {
            return x.narrow(dim, start, count);
        }
        let mut shape = x.dims().to_vec();
        shape[dim] = count;
        shape.insert(dim + 1, self.stride);
        x.narrow(dim, start, count * self.stride)?
            .contiguous()?
            .reshape(shape)?
            .narrow(dim + 1, 0, 1)?
            .squeeze(dim + 1)
    }
}

#[cfg(test)]
mod tests {
    use crate::kernel::conv2d::Conv2d;
    use crate::kernel::testing::{assert_near, numbers};
    use candle_core::{Device, Result, Tensor, Var};

    fn variable(shape: &[usize], seed: u32) -> Var {
        let numbers = numbers(shape.iter().product(), seed);
        Var::from_vec(numbers, shape, &Device::Cpu).unwrap()
    }

    fn flat(x: &Tensor) -> Vec<f32> {
        x.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn gradients_are_those_of_candles_convolution() {
        for (kernel, stride, padding, size) in
            [(3, 1, 1, 9), (3, 2, 1, 8), (3, 2, 1, 7), (1, 1, 0, 6)]
        {
            let x = variable(&[2, 5, size, size + 4], 1);
            let weight = variable(&[7, 5, kernel, kernel], 2);
            let bias = variable(&[7], 3);
            let (w, b) = (weight.as_tensor().clone(), bias.as_tensor().clone());
            let conv = Conv2d::new(w, Some(b), stride, padding).unwrap();
            let gradients = |y: Result<Tensor>| {
                let gradients = y
                    .unwrap()
                    .sqr()
                    .unwrap()
                    .sum_all()
                    .unwrap()
                    .backward()
                    .unwrap();
                [&x, &weight, &bias].map(|x| flat(gradients.get(x).unwrap()))
            };
            let found = gradients(conv.forward(&x));
            let plain = x.conv2d(&weight, padding, stride, 1, 1).unwrap();
            let bias = bias.reshape((1, 7, 1, 1)).unwrap();
            let expected = gradients(plain.broadcast_add(&bias));
            for (found, expected) in found.iter().zip(&expected) {
                assert_near(found, expected, 1e-5, "gradient");
            }
        }
    }
}
