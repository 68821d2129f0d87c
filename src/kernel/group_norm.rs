//! Group normalisation, with what stands around it in the network.

use super::elementary::silu;
use super::isa::{Isa, Kernel, LANES, Simd};
use super::output::Output;
use super::reduce::{fill_up, total};
use super::tensor::{is_ours, with_slice};
use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

/// Group normalisation (Wu & He, 2018) of `[batch, channels, …]`, then SiLU where asked for.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
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
            weight,
            bias,
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
        if channels != self.weight.elem_count() {
            candle_core::bail!(
                "group normalisation of {} channels was given {:?}",
                self.weight.elem_count(),
                x.dims()
            );
        }
        let tracked = [Some(x), shift, Some(&self.weight), Some(&self.bias)];
        if !is_ours(x) || tracked.iter().flatten().any(|x| x.track_op()) {
            return self.compose(x, shift);
        }
        let x = x.contiguous()?;
        let shift = match shift {
            Some(shift) => shift.contiguous()?,
            None => Tensor::zeros((batch, channels), x.dtype(), x.device())?,
        };
        let y = with_slice(&x, |numbers| {
            with_slice(&shift, |shift| {
                with_slice(&self.weight, |weight| {
                    with_slice(&self.bias, |bias| {
                        Ok(normalise(
                            Isa::detect(),
                            Norm {
                                area: numbers.len() / (batch * channels),
                                groups: self.groups,
                                eps: self.eps as f32,
                                silu: self.silu,
                                weight,
                                bias,
                            },
                            numbers,
                            shift,
                        ))
                    })
                })
            })
        })?;
        Tensor::from_vec(y, x.shape(), &Device::Cpu)
    }

    /// The same from candle's operations: for other devices, and where gradients are wanted.
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
            .broadcast_mul(&self.weight.reshape((1, channels, 1))?)?
            .broadcast_add(&self.bias.reshape((1, channels, 1))?)?
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
        let count = self.x.len() as f32;
        let mut sum = 0.0;
        for (x, shift) in self.x.chunks_exact(area).zip(self.shift) {
            sum += total(simd, x, 0.0, |x, sum| simd.add(x, sum)) + area as f32 * shift;
        }
        let mean = sum / count;
        let mut sum = 0.0;
        for (x, shift) in self.x.chunks_exact(area).zip(self.shift) {
            let centre = mean - shift;
            let middle = simd.splat(centre);
            sum += total(simd, x, centre, |x, sum| {
                let distance = simd.sub(x, middle);
                simd.fma(distance, distance, sum)
            });
        }
        let scale = 1.0 / (sum / count + eps).sqrt();
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

impl Group<'_> {
    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, y: S::V) -> S::V {
        if self.norm.silu { silu(simd, y) } else { y }
    }
}

#[cfg(test)]
mod tests;
