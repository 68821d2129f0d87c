//! Group normalisation as a candle operation with gradients.

use super::{Norm, moments, normalise};
use crate::kernel::elementary::exp;
use crate::kernel::isa::{Isa, LANES, Lanes, Simd};
use crate::kernel::lanes::{load, take};
use crate::kernel::output::Output;
use crate::kernel::reduce::sum_lanes;
use crate::kernel::scratch::{ScratchKernel, run_with_scratch};
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// Gradients that are computed for each channel of each image: those of weight, bias and shift.
const SUMS: usize = 3;

/// Normalises `x + shift`; `x` is `[batch, channels, …]`, `shift` `[batch, channels]`, and weight and bias are one
/// tensor, `[2, channels]`.
pub(super) struct Normalisation {
    pub(super) groups: usize,
    pub(super) eps: f32,
    pub(super) silu: bool,
}

impl Normalisation {
    fn norm<'a>(&self, x_len: usize, shift_len: usize, affine: &'a [f32]) -> Norm<'a> {
        let (weight, bias) = affine.split_at(affine.len() / 2);
        Norm {
            area: x_len / shift_len,
            groups: self.groups,
            eps: self.eps,
            silu: self.silu,
            weight,
            bias,
        }
    }
}

impl CustomOp3 for Normalisation {
    fn name(&self) -> &'static str {
        "group-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        shift: &CpuStorage,
        shift_layout: &Layout,
        affine: &CpuStorage,
        affine_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, shift) = (slice(x, x_layout)?, slice(shift, shift_layout)?);
        let norm = self.norm(x.len(), shift.len(), slice(affine, affine_layout)?);
        let y = normalise(Isa::detect(), norm, x, shift);
        Ok((CpuStorage::F32(y), x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        shift: &Tensor,
        affine: &Tensor,
        _: &Tensor,
        y_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, channels) = shift.dims2()?;
        let (x_gradient, sums) = with_slice(x, |x| {
            with_slice(shift, |shift| {
                with_slice(affine, |affine| {
                    with_slice(&y_gradient.contiguous()?, |y_gradient| {
                        let norm = self.norm(x.len(), shift.len(), affine);
                        Ok(gradients(Isa::detect(), norm, x, shift, y_gradient))
                    })
                })
            })
        })?;
        let x_gradient = Tensor::from_vec(x_gradient, x.shape(), &Device::Cpu)?;
        let sums = Tensor::from_vec(sums, (batch, channels, SUMS), &Device::Cpu)?;
        let affine_gradient = sums.narrow(2, 0, 2)?.sum(0)?.t()?.contiguous()?;
        let shift_gradient = sums.narrow(2, 2, 1)?.squeeze(2)?.contiguous()?;
        Ok((
            Some(x_gradient),
            Some(shift_gradient),
            Some(affine_gradient),
        ))
    }
}

/// Returns the gradient of `x`, and those of weight, bias and shift as `[batch, channels, SUMS]`.
fn gradients(
    isa: Isa,
    norm: Norm,
    x: &[f32],
    shift: &[f32],
    y_gradient: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let channels = norm.channels();
    let mut x_gradient = Vec::new();
    let fill = |sums: &Output| {
        let fill = |x_gradient: &Output| {
            (0..shift.len() / channels)
                .into_par_iter()
                .for_each(|index| {
                    let group = Group {
                        norm: norm.group(index),
                        x: norm.planes(x, index),
                        shift: norm.shifts(shift, index),
                        y_gradient: norm.planes(y_gradient, index),
                        x_gradient,
                        sums,
                        first_channel: index * channels,
                    };
                    run_with_scratch(isa, channels * norm.area.div_ceil(LANES), group);
                });
        };
        // SAFETY: the groups cover all of the result, and each task writes all channels of its own group.
        x_gradient = unsafe { Output::filled_by(x.len(), fill) };
    };
    // SAFETY: the groups cover all channels of all images, and each task writes all sums of its own group.
    let sums = unsafe { Output::filled_by(SUMS * shift.len(), fill) };
    (x_gradient, sums)
}

/// One group of one image.
struct Group<'a> {
    norm: Norm<'a>,
    x: &'a [f32],
    shift: &'a [f32],
    y_gradient: &'a [f32],
    x_gradient: &'a Output<'a>,
    sums: &'a Output<'a>,
    /// The group's first channel, counted over all images.
    first_channel: usize,
}

impl ScratchKernel for Group<'_> {
    /// `scratch` holds the gradients before weight and bias, each channel in vectors of its own.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]) {
        let Norm {
            area,
            eps,
            silu,
            weight,
            bias,
            ..
        } = self.norm;
        let (mean, deviation) = moments(simd, self.x, self.shift, area, eps);
        let scale = 1.0 / deviation;
        let vectors = area.div_ceil(LANES);
        // Sums of the gradient before weight and bias, and of its product with the normalised numbers.
        let (mut gradient_sum, mut product_sum) = (0.0, 0.0);
        let planes = self.x.chunks_exact(area);
        let planes = planes.zip(self.y_gradient.chunks_exact(area));
        for (channel, (x, y_gradient)) in planes.enumerate() {
            let centre = simd.splat(mean - self.shift[channel]);
            let (slope, offset) = (simd.splat(weight[channel]), simd.splat(bias[channel]));
            let scale = simd.splat(scale);
            let (mut sum, mut product) = (simd.splat(0.0), simd.splat(0.0));
            let scaled = &mut scratch[channel * vectors..][..vectors];
            let parts = x.chunks(LANES).zip(y_gradient.chunks(LANES));
            for ((x, y_gradient), scaled) in parts.zip(scaled) {
                let normal = simd.mul(simd.sub(load(simd, x), centre), scale);
                let mut gradient = load(simd, y_gradient);
                if silu {
                    let slope = silu_slope(simd, simd.fma(normal, slope, offset));
                    gradient = simd.mul(gradient, slope);
                }
                sum = simd.add(sum, gradient);
                product = simd.fma(gradient, normal, product);
                *scaled = simd.array(gradient);
            }
            let bias_gradient = sum_lanes(simd, sum);
            let weight_gradient = sum_lanes(simd, product);
            let at = (self.first_channel + channel) * SUMS;
            // SAFETY: only this task writes the sums of this group's channels.
            unsafe { self.sums.write(at, &[weight_gradient, bias_gradient]) };
            gradient_sum += weight[channel] * bias_gradient;
            product_sum += weight[channel] * weight_gradient;
        }
        let count = self.x.len() as f32;
        let mean_gradient = simd.splat(gradient_sum / count);
        let mean_product = simd.splat(product_sum / count);
        for (channel, x) in self.x.chunks_exact(area).enumerate() {
            let centre = simd.splat(mean - self.shift[channel]);
            let (slope, scale) = (simd.splat(weight[channel]), simd.splat(scale));
            let mut shift_gradient = simd.splat(0.0);
            let start = (self.first_channel + channel) * area;
            let scaled = &scratch[channel * vectors..][..vectors];
            for (index, (x, gradient)) in x.chunks(LANES).zip(scaled).enumerate() {
                let normal = simd.mul(simd.sub(load(simd, x), centre), scale);
                let away = simd.fma(normal, mean_product, mean_gradient);
                let y = simd.sub(simd.mul(simd.load(gradient), slope), away);
                let y = simd.array(simd.mul(y, scale));
                shift_gradient = simd.add(shift_gradient, simd.load(&take(&y, x.len())));
                let at = start + index * LANES;
                // SAFETY: only this task writes this group.
                unsafe { self.x_gradient.write_lanes(at, &y, x.len()) };
            }
            let at = (self.first_channel + channel) * SUMS + 2;
            // SAFETY: only this task writes the sums of this group's channels.
            unsafe { self.sums.write(at, &[sum_lanes(simd, shift_gradient)]) };
        }
    }
}

/// Returns the derivative of [`crate::kernel::elementary::silu`].
#[inline(always)]
fn silu_slope<S: Simd>(simd: S, x: S::V) -> S::V {
    let (zero, one) = (simd.splat(0.0), simd.splat(1.0));
    let sigmoid = simd.div(one, simd.add(one, exp(simd, simd.sub(zero, x))));
    let rest = simd.sub(one, sigmoid);
    simd.mul(sigmoid, simd.fma(x, rest, one))
}
