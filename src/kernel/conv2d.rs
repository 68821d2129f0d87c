//! Two-dimensional convolution.

mod gradient;
mod weight_gradient;

use super::addends::{Addends, with_addends};
use super::direct;
use super::gemm::PackedRows;
use super::geometry::Geometry;
use super::isa::Isa;
use super::tensor::{is_supported, or_zeros};
use super::weight::Weight;
use super::winograd::{self, WinogradWeights};
use candle_core::{Device, Result, Tensor};
use gradient::Convolution;

/// A convolution with a square kernel over `[batch, channels, height, width]`.
///
/// On the CPU, weights that candle does not track are packed once. Such a layer does not pass gradients on: it returns
/// an error if its input is tracked.
#[derive(Clone, Debug)]
pub struct Conv2d {
    weight: Weight<Packed>,
    bias: Option<Tensor>,
    /// Channels of the result.
    rows: usize,
    channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
}

/// Weights packed for the algorithm that suits the convolution.
#[derive(Clone, Debug)]
enum Packed {
    Direct(PackedRows),
    Winograd(WinogradWeights),
}

impl Packed {
    /// Packs `weight`, `[rows, channels, kernel, kernel]`.
    fn new(
        weight: &[f32],
        [rows, channels, kernel]: [usize; 3],
        stride: usize,
        padding: usize,
    ) -> Self {
        let isa = Isa::detect();
        let depth = channels * kernel * kernel;
        if (kernel, stride, padding) == (3, 1, 1) {
            Self::Winograd(WinogradWeights::new(isa, rows, channels, weight))
        } else {
            Self::Direct(PackedRows::from_rows(isa, rows, depth, weight, depth))
        }
    }

    fn convolve(&self, geometry: Geometry, x: &[f32], addends: Addends) -> Vec<f32> {
        let isa = Isa::detect();
        match self {
            Self::Direct(weights) => direct::convolve(isa, geometry, weights, x, addends),
            Self::Winograd(weights) => winograd::convolve(isa, geometry, weights, x, addends),
        }
    }
}

impl Conv2d {
    /// Creates the layer from `weight`, `[channels out, channels in, kernel, kernel]`, and `bias`, `[channels out]`.
    ///
    /// # Errors
    ///
    /// Returns an error if the kernel is not square, `bias` does not match `weight`, or `stride` is 0.
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
                "a convolution with weights {:?}, biases {:?} and stride {stride}",
                weight.dims(),
                bias.as_ref().map(Tensor::dims)
            );
        }
        let weight = Weight::new(weight, |weight| {
            Packed::new(weight, [rows, channels, kernel], stride, padding)
        })?;
        Ok(Self {
            weight,
            bias,
            rows,
            channels,
            kernel,
            stride,
            padding,
        })
    }

    /// Convolves `x`, `[batch, channels in, height, width]`.
    ///
    /// # Errors
    ///
    /// Returns an error if `x` has other channels than the layer or, with its padding, is smaller than the kernel.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, None)
    }

    /// Convolves `x` and adds `residual`, which has the shape of the result.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Self::forward`] does, or if the shape of `residual` is not that of the result.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.apply(x, Some(residual))
    }

    fn apply(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let geometry = self.geometry(x)?;
        let (batch, height, width) = (geometry.batch, geometry.height_out(), geometry.width_out());
        let shape = (batch, self.rows, height, width);
        if let Some(residual) = residual
            && residual.dims4()? != shape
        {
            candle_core::bail!(
                "a convolution with result {shape:?} got residual {:?}",
                residual.dims()
            );
        }
        let packed = match &self.weight {
            Weight::Plain(weight) => return self.compose(x, weight, residual),
            Weight::Packed(packed) => packed,
        };
        let y = with_addends(x, self.bias.as_ref(), residual, |x, addends| {
            Ok(packed.convolve(geometry, x, addends))
        })?;
        Tensor::from_vec(y, shape, &Device::Cpu)
    }

    fn geometry(&self, x: &Tensor) -> Result<Geometry> {
        let (batch, channels, height, width) = x.dims4()?;
        let Self {
            kernel,
            stride,
            padding,
            ..
        } = *self;
        if channels != self.channels || height.min(width) + 2 * padding < kernel {
            candle_core::bail!(
                "a convolution of {} channels with kernel {kernel} and padding {padding} got {:?}",
                self.channels,
                x.dims()
            );
        }
        Ok(Geometry {
            batch,
            channels,
            height,
            width,
            kernel,
            stride,
            padding,
        })
    }

    /// Applies weights that may be trained, or that are on another device.
    fn compose(&self, x: &Tensor, weight: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let Self {
            stride, padding, ..
        } = *self;
        let y = if is_supported(x) {
            let op = Convolution { stride, padding };
            let bias = or_zeros(self.bias.as_ref(), self.rows, x)?;
            x.contiguous()?
                .apply_op3(&weight.contiguous()?, &bias, op)?
        } else {
            let y = x.conv2d(weight, padding, stride, 1, 1)?;
            match &self.bias {
                Some(bias) => y.broadcast_add(&bias.reshape((1, (), 1, 1))?)?,
                None => y,
            }
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
    use crate::kernel::testing::{assert_near, flat, tensor};

    #[test]
    fn agrees_with_candles_convolution() {
        for (kernel, stride, padding) in [(3, 1, 1), (3, 2, 1), (1, 1, 0)] {
            let weight = tensor(&[18, 6, kernel, kernel], 1);
            let bias = tensor(&[18], 2);
            let conv = Conv2d::new(weight.clone(), Some(bias.clone()), stride, padding).unwrap();
            // A transposed input is not contiguous.
            let x = tensor(&[2, 6, 14, 19], 3).transpose(2, 3).unwrap();
            let y = conv.forward(&x).unwrap();
            let plain = x
                .contiguous()
                .unwrap()
                .conv2d(&weight, padding, stride, 1, 1)
                .unwrap();
            let expected = plain
                .broadcast_add(&bias.reshape((1, 18, 1, 1)).unwrap())
                .unwrap();
            assert_eq!(y.dims(), expected.dims());
            assert_near(&flat(&y), &flat(&expected), 1e-5, "plain");
            let residual = tensor(y.dims(), 4);
            let y = conv.forward_residual(&x, &residual).unwrap();
            let expected = (expected + residual).unwrap();
            assert_near(&flat(&y), &flat(&expected), 1e-5, "residual");
        }
    }

    #[test]
    fn rejects_shapes_that_do_not_match() {
        let weight = tensor(&[4, 6, 3, 3], 1);
        assert!(Conv2d::new(weight.clone(), Some(tensor(&[5], 2)), 1, 1).is_err());
        let conv = Conv2d::new(weight, None, 1, 1).unwrap();
        assert!(conv.forward(&tensor(&[1, 5, 8, 8], 3)).is_err());
        let x = tensor(&[1, 6, 8, 8], 3);
        assert!(conv.forward_residual(&x, &x).is_err());
    }
}
