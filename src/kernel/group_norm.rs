//! Group normalisation, with the shift before it and the SiLU after it.

mod gradient;

use super::elementary::silu;
use super::isa::{Isa, Kernel, LANES, Simd};
use super::lanes::pad;
use super::output::Output;
use super::reduce::total;
use super::tensor::{is_supported, or_zeros};
use candle_core::{Result, Tensor};
use gradient::Normalisation;
use rayon::prelude::*;

/// Group normalisation (Wu & He, 2018) over `[batch, channels, …]`, optionally followed by SiLU.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    /// Weight and bias, `[2, channels]`.
    affine: Tensor,
    groups: usize,
    eps: f64,
    silu: bool,
}

impl GroupNorm {
    /// Creates the layer from `weight` and `bias`, `[channels]` each.
    ///
    /// # Errors
    ///
    /// Returns an error if the shapes differ, or if `groups` does not divide the number of channels.
    pub fn new(weight: Tensor, bias: Tensor, groups: usize, eps: f64) -> Result<Self> {
        let channels = weight.dims1()?;
        if bias.dims1()? != channels || groups == 0 || !channels.is_multiple_of(groups) {
            candle_core::bail!(
                "group normalisation of {channels} channels with biases {:?} in {groups} groups",
                bias.dims()
            );
        }
        Ok(Self {
            affine: Tensor::stack(&[weight, bias], 0)?,
            groups,
            eps,
            silu: false,
        })
    }

    /// Adds SiLU after the normalisation.
    pub fn then_silu(self) -> Self {
        Self { silu: true, ..self }
    }

    /// Normalises `x`, `[batch, channels, …]`.
    ///
    /// # Errors
    ///
    /// Returns an error if the number of channels is not that of the layer.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, None)
    }

    /// Normalises `x + shift`; `x` is `[batch, channels, …]` and `shift` `[batch, channels]`.
    ///
    /// # Errors
    ///
    /// Returns an error if the number of channels is not that of the layer.
    pub fn forward_shifted(&self, x: &Tensor, shift: &Tensor) -> Result<Tensor> {
        self.apply(x, Some(shift))
    }

    fn apply(&self, x: &Tensor, shift: Option<&Tensor>) -> Result<Tensor> {
        let (batch, channels) = (x.dim(0)?, x.dim(1)?);
        let expected = self.affine.dim(1)?;
        if channels != expected {
            candle_core::bail!(
                "group normalisation of {expected} channels got {:?}",
                x.dims()
            );
        }
        if !is_supported(x) {
            return self.compose(x, shift);
        }
        let shift = or_zeros(shift, (batch, channels), x)?;
        let op = Normalisation {
            groups: self.groups,
            eps: self.eps as f32,
            silu: self.silu,
        };
        x.contiguous()?.apply_op3(&shift, &self.affine, op)
    }

    /// Does the same with candle's operations, for other devices.
    fn compose(&self, x: &Tensor, shift: Option<&Tensor>) -> Result<Tensor> {
        let shape = x.shape();
        let (batch, channels) = (x.dim(0)?, x.dim(1)?);
        let x = x.reshape((batch, channels, ()))?;
        let x = match shift {
            Some(shift) => x.broadcast_add(&shift.reshape((batch, channels, 1))?)?,
            None => x,
        };
        let x = x.reshape((batch, self.groups, ()))?;
        let x = x.broadcast_sub(&x.mean_keepdim(2)?)?;
        let variance = x.sqr()?.mean_keepdim(2)?;
        let x = x
            .broadcast_div(&(variance + self.eps)?.sqrt()?)?
            .reshape((batch, channels, ()))?
            .broadcast_mul(&self.affine.get(0)?.reshape((1, channels, 1))?)?
            .broadcast_add(&self.affine.get(1)?.reshape((1, channels, 1))?)?
            .reshape(shape)?;
        if self.silu { x.silu() } else { Ok(x) }
    }
}

/// A normalisation of `[batch, channels, area]`, or of one group of its channels.
#[derive(Clone, Copy)]
struct Norm<'a> {
    area: usize,
    groups: usize,
    eps: f32,
    silu: bool,
    weight: &'a [f32],
    bias: &'a [f32],
}

impl Norm<'_> {
    /// Returns the number of channels in a group.
    fn channels(&self) -> usize {
        self.weight.len() / self.groups
    }

    /// Returns the normalisation of group `index`, counted over all images.
    fn group(&self, index: usize) -> Self {
        let channels = self.channels();
        let first = index % self.groups * channels;
        Self {
            groups: 1,
            weight: &self.weight[first..][..channels],
            bias: &self.bias[first..][..channels],
            ..*self
        }
    }

    /// Returns group `index` of `x`, `[batch, channels, area]`.
    fn planes<'x>(&self, x: &'x [f32], index: usize) -> &'x [f32] {
        let len = self.channels() * self.area;
        &x[index * len..][..len]
    }

    /// Returns group `index` of `shift`, `[batch, channels]`.
    fn shifts<'x>(&self, shift: &'x [f32], index: usize) -> &'x [f32] {
        &shift[index * self.channels()..][..self.channels()]
    }
}

/// Normalises `x + shift`; `x` is `[batch, channels, area]` and `shift` `[batch, channels]`.
fn normalise(isa: Isa, norm: Norm, x: &[f32], shift: &[f32]) -> Vec<f32> {
    let channels = norm.channels();
    let fill = |output: &Output| {
        (0..shift.len() / channels)
            .into_par_iter()
            .for_each(|index| {
                isa.run(Group {
                    norm: norm.group(index),
                    x: norm.planes(x, index),
                    shift: norm.shifts(shift, index),
                    output,
                    at: index * channels * norm.area,
                });
            });
    };
    // SAFETY: the groups cover all of the result, and each task writes all channels of its own group.
    unsafe { Output::filled_by(x.len(), fill) }
}

/// One group of one image.
struct Group<'a> {
    norm: Norm<'a>,
    x: &'a [f32],
    shift: &'a [f32],
    output: &'a Output<'a>,
    /// Where the group starts in the result.
    at: usize,
}

impl Kernel for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Norm {
            area,
            eps,
            weight,
            bias,
            ..
        } = self.norm;
        let (mean, deviation) = moments(simd, self.x, self.shift, area, eps);
        let scale = 1.0 / deviation;
        for (channel, (x, shift)) in self.x.chunks_exact(area).zip(self.shift).enumerate() {
            let scale = scale * weight[channel];
            let offset = bias[channel] - (mean - shift) * scale;
            let (scale, offset) = (simd.splat(scale), simd.splat(offset));
            let start = self.at + channel * area;
            let (whole, rest) = x.as_chunks::<LANES>();
            for (index, x) in whole.iter().enumerate() {
                let y = self.finish(simd, simd.fma(simd.load(x), scale, offset));
                // SAFETY: only this task writes this group.
                unsafe { self.output.write(start + index * LANES, &simd.array(y)) };
            }
            let x = pad(rest, 0.0);
            let y = self.finish(simd, simd.fma(simd.load(&x), scale, offset));
            let y = &simd.array(y)[..rest.len()];
            // SAFETY: only this task writes this group.
            unsafe { self.output.write(start + area - rest.len(), y) };
        }
    }
}

/// Returns the mean of `x + shift` and its standard deviation, with `eps` added to the variance.
#[inline(always)]
fn moments<S: Simd>(simd: S, x: &[f32], shift: &[f32], area: usize, eps: f32) -> (f32, f32) {
    let count = x.len() as f32;
    let mut sum = 0.0;
    for (x, shift) in x.chunks_exact(area).zip(shift) {
        sum += total(simd, x, 0.0, |x, sum| simd.add(x, sum)) + area as f32 * shift;
    }
    let mean = sum / count;
    let mut sum = 0.0;
    for (x, shift) in x.chunks_exact(area).zip(shift) {
        let centre = mean - shift;
        let centres = simd.splat(centre);
        sum += total(simd, x, centre, |x, sum| {
            let distance = simd.sub(x, centres);
            simd.fma(distance, distance, sum)
        });
    }
    (mean, (sum / count + eps).sqrt())
}

impl Group<'_> {
    /// Applies the SiLU, if there is one.
    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, y: S::V) -> S::V {
        if self.norm.silu { silu(simd, y) } else { y }
    }
}

#[cfg(test)]
mod tests;
