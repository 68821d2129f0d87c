//! Two-dimensional convolution.

use super::direct::{self, Addends, Geometry};
use super::gemm::PackedRows;
use super::isa::Isa;
use super::tensor::{is_ours, with_optional_slice, with_slice};
use super::winograd::{self, WinogradWeights};
use candle_core::{Device, Result, Tensor};
use std::sync::Arc;

/// A convolution with a square kernel over `[batch, channels, height, width]`, its weights packed once.
#[derive(Clone, Debug)]
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    stride: usize,
    padding: usize,
    packed: Option<Arc<Packed>>,
}

/// Weights in the form that suits the convolution.
#[derive(Debug)]
enum Packed {
    Direct(PackedRows),
    Winograd(WinogradWeights),
}

impl Conv2d {
    /// From `weight`, `[channels out, channels in, kernel, kernel]`, and `bias`, `[channels out]`.
    pub fn new(
        weight: Tensor,
        bias: Option<Tensor>,
        stride: usize,
        padding: usize,
    ) -> Result<Self> {
        let (rows, channels, kernel, kernel_x) = weight.dims4()?;
        let bias_fits = match &bias {
            Some(bias) => bias.dims1()? == rows,
            None => true,
        };
        if kernel != kernel_x || kernel == 0 || stride == 0 || !bias_fits {
            candle_core::bail!(
                "a convolution of weights {:?} and biases {:?}, stride {stride}",
                weight.dims(),
                bias.as_ref().map(Tensor::dims)
            );
        }
        let packed = if is_ours(&weight) && !weight.track_op() {
            let pack = |weight: &[f32]| {
                let isa = Isa::detect();
                if (kernel, stride, padding) == (3, 1, 1) {
                    return Ok(Packed::Winograd(WinogradWeights::new(
                        isa, rows, channels, weight,
                    )));
                }
                let depth = channels * kernel * kernel;
                let entry = |row, column| weight[row * depth + column];
                Ok(Packed::Direct(PackedRows::new(isa, rows, depth, entry)))
            };
            Some(Arc::new(with_slice(&weight.contiguous()?, pack)?))
        } else {
            None
        };
        Ok(Self {
            weight,
            bias,
            stride,
            padding,
            packed,
        })
    }

    /// Convolves `x`, `[batch, channels in, height, width]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, None)
    }

    /// Convolves `x` and adds `residual`, which has the result's shape.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.apply(x, Some(residual))
    }

    fn apply(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let (rows, channels, kernel, _) = self.weight.dims4()?;
        let (batch, channels_in, height, width) = x.dims4()?;
        if channels_in != channels || (height.min(width) + 2 * self.padding) < kernel {
            candle_core::bail!(
                "a convolution of weights {:?}, padding {}, was given {:?}",
                self.weight.dims(),
                self.padding,
                x.dims()
            );
        }
        let tracked = x.track_op() || residual.is_some_and(Tensor::track_op);
        let packed = match &self.packed {
            Some(packed) if is_ours(x) && !tracked => packed,
            _ => return self.compose(x, residual),
        };
        let geometry = Geometry {
            batch,
            channels,
            height,
            width,
            kernel,
            stride: self.stride,
            padding: self.padding,
        };
        let shape = (batch, rows, geometry.height_out(), geometry.width_out());
        if let Some(residual) = residual
            && residual.dims4()? != shape
        {
            candle_core::bail!("{:?} cannot be added to {shape:?}", residual.dims());
        }
        let x = x.contiguous()?;
        let residual = residual.map(Tensor::contiguous).transpose()?;
        let y = with_slice(&x, |x| {
            with_optional_slice(self.bias.as_ref(), |bias| {
                with_optional_slice(residual.as_ref(), |residual| {
                    let addends = Addends { bias, residual };
                    let isa = Isa::detect();
                    Ok(match &**packed {
                        Packed::Direct(weights) => {
                            direct::convolve(isa, geometry, weights, x, addends)
                        }
                        Packed::Winograd(weights) => {
                            winograd::convolve(isa, geometry, weights, x, addends)
                        }
                    })
                })
            })
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }

    /// The same from candle's operations: for other devices, and where gradients are wanted.
    fn compose(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let y = x.conv2d(&self.weight, self.padding, self.stride, 1, 1)?;
        let y = match &self.bias {
            Some(bias) => y.broadcast_add(&bias.reshape((1, (), 1, 1))?)?,
            None => y,
        };
        match residual {
            Some(residual) => y + residual,
            None => Ok(y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{assert_near, numbers};

    fn tensor(shape: &[usize], seed: u32) -> Tensor {
        let numbers = numbers(shape.iter().product(), seed);
        Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
    }

    fn flat(x: &Tensor) -> Vec<f32> {
        x.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn agrees_with_candles_convolution() {
        for (kernel, stride, padding) in [(3, 1, 1), (3, 2, 1), (1, 1, 0)] {
            let weight = tensor(&[18, 6, kernel, kernel], 1);
            let conv = Conv2d::new(weight, Some(tensor(&[18], 2)), stride, padding).unwrap();
            // A transposed input is not contiguous.
            let x = tensor(&[2, 6, 14, 19], 3).transpose(2, 3).unwrap();
            let y = conv.forward(&x).unwrap();
            let expected = conv.compose(&x.contiguous().unwrap(), None).unwrap();
            assert_eq!(y.dims(), expected.dims());
            assert_near(&flat(&y), &flat(&expected), 1e-5, "plain");
            let residual = tensor(y.dims(), 4);
            let y = conv.forward_residual(&x, &residual).unwrap();
            let expected = (expected + residual).unwrap();
            assert_near(&flat(&y), &flat(&expected), 1e-5, "residual");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let weight = tensor(&[4, 6, 3, 3], 1);
        assert!(Conv2d::new(weight.clone(), Some(tensor(&[5], 2)), 1, 1).is_err());
        let conv = Conv2d::new(weight, None, 1, 1).unwrap();
        assert!(conv.forward(&tensor(&[1, 5, 8, 8], 3)).is_err());
        let x = tensor(&[1, 6, 8, 8], 3);
        assert!(conv.forward_residual(&x, &x).is_err());
    }
}
