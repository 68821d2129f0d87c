//! Group normalisation, with what stands around it in the network.

mod gradient;

use super::elementary::silu;
use super::isa::{Isa, Kernel, LANES, Simd};
use super::output::Output;
use super::reduce::{fill_up, total};
use super::tensor::is_ours;
use candle_core::{Result, Tensor};
use gradient::Normalisation;
use rayon::prelude::*;

/// Group normalisation (Wu & He, 2018) of `[batch, channels, …]`, then SiLU where asked for.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    /// Weight and bias, `[2, channels]`.
    affine: Tensor,
    groups: usize,
    eps: f64,
    silu: bool,
}

impl GroupNorm {
    /// From `weight` and `bias`, `[channels]` each, with `groups` dividing `channels`.
    pub fn new(weight: Tensor, bias: Tensor, groups: usize, eps: f64) -> Result<Self> {
        let channels = weight.dims1()?;
        if bias.dims1()? != channels || groups == 0 || !channels.is_multiple_of(groups) {
            candle_core::bail!(
                "group normalisation of {channels} channels, {:?} biases, in {groups} groups",
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

    /// The same, followed by SiLU.
    pub fn then_silu(self) -> Self {
        Self { silu: true, ..self }
    }

    /// Normalises `x`, `[batch, channels, …]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, None)
    }

    /// Normalises `x + shift`, where `shift` is `[batch, channels]`.
    pub fn forward_shifted(&self, x: &Tensor, shift: &Tensor) -> Result<Tensor> {
        self.apply(x, Some(shift))
    }

    fn apply(&self, x: &Tensor, shift: Option<&Tensor>) -> Result<Tensor> {
        let (batch, channels) = (x.dim(0)?, x.dim(1)?);
        let expected = self.affine.dim(1)?;
        if channels != expected {
            candle_core::bail!(
                "group normalisation of {expected} channels was given {:?}",
                x.dims()
            );
        }
        if !is_ours(x) {
            return self.compose(x, shift);
        }
        let x = x.contiguous()?;
        let shift = match shift {
            Some(shift) => shift.contiguous()?,
            None => Tensor::zeros((batch, channels), x.dtype(), x.device())?,
        };
        let op = Normalisation {
            groups: self.groups,
            eps: self.eps as f32,
            silu: self.silu,
        };
        x.apply_op3(&shift, &self.affine, op)
    }

    /// The same from candle's operations, for other devices.
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

/// What is done to every image.
#[derive(Clone, Copy)]
struct Norm<'a> {
    area: usize,
    groups: usize,
    eps: f32,
    silu: bool,
    weight: &'a [f32],
    bias: &'a [f32],
}

/// Normalises `x + shift`, `x` being `[batch, channels, area]` and `shift` `[batch, channels]`.
fn normalise(isa: Isa, norm: Norm, x: &[f32], shift: &[f32]) -> Vec<f32> {
    let channels = norm.weight.len() / norm.groups;
    let fill = |output: &Output| {
        (0..shift.len() / channels)
            .into_par_iter()
            .for_each(|index| {
                let first = index * channels;
                let first_channel = first % norm.weight.len();
                isa.run(Group {
                    norm: Norm {
                        weight: &norm.weight[first_channel..][..channels],
                        bias: &norm.bias[first_channel..][..channels],
                        ..norm
                    },
                    x: &x[first * norm.area..][..channels * norm.area],
                    shift: &shift[first..][..channels],
                    output,
                    at: first * norm.area,
                });
            });
    };
    // SAFETY: the groups cover all of the result, and each writes its own channels.
    unsafe { Output::filled_by(x.len(), fill) }
}

/// One group of one image.
struct Group<'a> {
    norm: Norm<'a>,
    x: &'a [f32],
    shift: &'a [f32],
    output: &'a Output<'a>,
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
                // SAFETY: only this group writes its channels.
                unsafe { self.output.write(start + index * LANES, &simd.array(y)) };
            }
            let x = fill_up(rest, 0.0);
            let y = self.finish(simd, simd.fma(simd.load(&x), scale, offset));
            let y = &simd.array(y)[..rest.len()];
            // SAFETY: only this group writes its channels.
            unsafe { self.output.write(start + area - rest.len(), y) };
        }
    }
}

/// The mean of `x + shift` and its standard deviation, `eps` being added to the variance.
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
        let middle = simd.splat(centre);
        sum += total(simd, x, centre, |x, sum| {
            let distance = simd.sub(x, middle);
            simd.fma(distance, distance, sum)
        });
    }
    (mean, (sum / count + eps).sqrt())
}

impl Group<'_> {
    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, y: S::V) -> S::V {
        if self.norm.silu { silu(simd, y) } else { y }
    }
}

#[cfg(test)]
mod tests;
