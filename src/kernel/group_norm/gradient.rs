//! Group normalisation with gradients.

use super::{Norm, normalise};
use crate::kernel::elementary::exp;
use crate::kernel::isa::{Isa, Kernel, LANES, Simd};
use crate::kernel::output::Output;
use crate::kernel::reduce::total;
use crate::kernel::scratch::with_scratch;
use crate::kernel::tensor::{load_some, slice, with_slice};
use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// Sums that are kept of every channel of every image: the gradients of weight, bias and shift.
const SUMS: usize = 3;

/// The normalisation of `x + shift` for `x`, `[batch, channels, …]`, `shift`, `[batch, channels]`, and weight and bias
/// as one tensor, `[2, channels]`.
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
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, channels) = shift.dims2()?;
        let (of_x, sums) = with_slice(x, |numbers| {
            with_slice(shift, |shift| {
                with_slice(affine, |affine| {
                    with_slice(&gradient.contiguous()?, |gradient| {
                        let norm = self.norm(numbers.len(), shift.len(), affine);
                        Ok(gradients(Isa::detect(), norm, numbers, shift, gradient))
                    })
                })
            })
        })?;
        let of_x = Tensor::from_vec(of_x, x.shape(), &Device::Cpu)?;
        let sums = Tensor::from_vec(sums, (batch, channels, SUMS), &Device::Cpu)?;
        let of_affine = sums.narrow(2, 0, 2)?.sum(0)?.t()?.contiguous()?;
        let of_shift = sums.narrow(2, 2, 1)?.squeeze(2)?.contiguous()?;
        Ok((Some(of_x), Some(of_shift), Some(of_affine)))
    }
}

/// The gradient of `x`, and for every channel of every image those of its weight, bias and shift.
fn gradients(
    isa: Isa,
    norm: Norm,
    x: &[f32],
    shift: &[f32],
    gradient: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let channels = norm.weight.len() / norm.groups;
    let mut of_x = Vec::new();
    let fill = |sums: &Output| {
        let fill = |of_x: &Output| {
            (0..shift.len() / channels)
                .into_par_iter()
                .for_each(|index| {
                    let first = index * channels;
                    let first_channel = first % norm.weight.len();
                    let len = channels * norm.area.next_multiple_of(LANES);
                    with_scratch(len / LANES, |scratch| {
                        isa.run(Group {
                            norm: Norm {
                                weight: &norm.weight[first_channel..][..channels],
                                bias: &norm.bias[first_channel..][..channels],
                                ..norm
                            },
                            x: &x[first * norm.area..][..channels * norm.area],
                            shift: &shift[first..][..channels],
                            gradient: &gradient[first * norm.area..][..channels * norm.area],
                            scaled: scratch,
                            of_x,
                            sums,
                            first,
                        });
                    });
                });
        };
        // SAFETY: the groups cover all of the result, and each writes its own channels.
        of_x = unsafe { Output::filled_by(x.len(), fill) };
    };
    // SAFETY: the groups cover all channels of all images, and each writes its own.
    let sums = unsafe { Output::filled_by(SUMS * shift.len(), fill) };
    (of_x, sums)
}

/// One group of one image.
struct Group<'a> {
    norm: Norm<'a>,
    x: &'a [f32],
    shift: &'a [f32],
    gradient: &'a [f32],
    /// Room for the gradients before weight and bias, each channel in vectors of its own.
    scaled: &'a mut [[f32; LANES]],
    of_x: &'a Output<'a>,
    sums: &'a Output<'a>,
    first: usize,
}

impl Kernel for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Norm {
            area,
            eps,
            silu,
            weight,
            bias,
            ..
        } = self.norm;
        let (mean, deviation) = super::moments(simd, self.x, self.shift, area, eps);
        let scale = 1.0 / deviation;
        let vectors = area.div_ceil(LANES);
        let planes = || {
            let gradients = self.gradient.chunks_exact(area);
            self.x.chunks_exact(area).zip(gradients).enumerate()
        };
        // Means of the gradient before weight and bias, and of its product with the normalised numbers.
        let (mut mean_gradient, mut mean_product) = (0.0, 0.0);
        for (channel, (x, gradient)) in planes() {
            let centre = simd.splat(mean - self.shift[channel]);
            let (slope, offset) = (simd.splat(weight[channel]), simd.splat(bias[channel]));
            let scale = simd.splat(scale);
            let (mut sum, mut product) = (simd.splat(0.0), simd.splat(0.0));
            let scaled = &mut self.scaled[channel * vectors..][..vectors];
            let parts = x.chunks(LANES).zip(gradient.chunks(LANES));
            for ((x, gradient), scaled) in parts.zip(scaled) {
                let normal = simd.sub(simd.load(&load_some(x, x.len())), centre);
                let normal = simd.mul(normal, scale);
                let mut gradient = simd.load(&load_some(gradient, gradient.len()));
                if silu {
                    let slope = silu_slope(simd, simd.fma(normal, slope, offset));
                    gradient = simd.mul(gradient, slope);
                }
                sum = simd.add(sum, gradient);
                product = simd.fma(gradient, normal, product);
                *scaled = simd.array(gradient);
            }
            let neutral = |x, sum| simd.add(x, sum);
            let of_bias = total(simd, &simd.array(sum), 0.0, neutral);
            let of_weight = total(simd, &simd.array(product), 0.0, neutral);
            let at = (self.first + channel) * SUMS;
            // SAFETY: only this group writes the sums of its channels.
            unsafe { self.sums.write(at, &[of_weight, of_bias]) };
            mean_gradient += weight[channel] * of_bias;
            mean_product += weight[channel] * of_weight;
        }
        let count = self.x.len() as f32;
        let mean_gradient = simd.splat(mean_gradient / count);
        let mean_product = simd.splat(mean_product / count);
        for (channel, (x, _)) in planes() {
            let centre = simd.splat(mean - self.shift[channel]);
            let (slope, scale) = (simd.splat(weight[channel]), simd.splat(scale));
            let mut of_shift = simd.splat(0.0);
            let start = (self.first + channel) * area;
            let scaled = &self.scaled[channel * vectors..][..vectors];
            for (index, (x, gradient)) in x.chunks(LANES).zip(scaled).enumerate() {
                let normal = simd.sub(simd.load(&load_some(x, x.len())), centre);
                let normal = simd.mul(normal, scale);
                let away = simd.fma(normal, mean_product, mean_gradient);
                let y = simd.sub(simd.mul(simd.load(gradient), slope), away);
                let y = simd.array(simd.mul(y, scale));
                of_shift = simd.add(of_shift, simd.load(&load_some(&y, x.len())));
                // SAFETY: only this group writes its channels.
                unsafe { self.of_x.write_lanes(start + index * LANES, &y, x.len()) };
            }
            let of_shift = total(simd, &simd.array(of_shift), 0.0, |x, sum| simd.add(x, sum));
            let at = (self.first + channel) * SUMS + 2;
            // SAFETY: only this group writes the sums of its channels.
            unsafe { self.sums.write(at, &[of_shift]) };
        }
    }
}

/// The slope of [`crate::kernel::elementary::silu`].
#[inline(always)]
fn silu_slope<S: Simd>(simd: S, x: S::V) -> S::V {
    let (zero, one) = (simd.splat(0.0), simd.splat(1.0));
    let sigmoid = simd.div(one, simd.add(one, exp(simd, simd.sub(zero, x))));
    let rest = simd.sub(one, sigmoid);
    simd.mul(sigmoid, simd.fma(x, rest, one))
}
