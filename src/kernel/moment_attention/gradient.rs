//! The operation and its gradients, one head of one image at a time.

use super::planes::{Shape, Workspace, inner, outer};
use crate::kernel::isa::{Isa, Kernel, Lanes, Simd};
use crate::kernel::output::Output;
use crate::kernel::softmax::soften_row;
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp2, Device, Layout, Result, Shape as Dims, Tensor};
use rayon::prelude::*;

/// Attention from moment to moment.
pub(super) struct MomentAttention {
    pub(super) shape: Shape,
}

impl CustomOp2 for MomentAttention {
    fn name(&self) -> &'static str {
        "moment-attention"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Dims)> {
        let (x, bias) = (slice(x, x_layout)?, slice(bias, bias_layout)?);
        let y = attend(Isa::detect(), self.shape, x, bias);
        let Shape {
            batch,
            heads,
            channels,
            moments,
            pitches,
        } = self.shape;
        let dims = (batch, heads * channels, moments, pitches);
        Ok((CpuStorage::F32(y), dims.into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (of_x, of_bias) = with_slice(x, |x| {
            with_slice(bias, |bias| {
                with_slice(&gradient.contiguous()?, |gradient| {
                    Ok(gradients(Isa::detect(), self.shape, x, bias, gradient))
                })
            })
        })?;
        Ok((
            Some(Tensor::from_vec(of_x, x.shape(), &Device::Cpu)?),
            Some(Tensor::from_vec(of_bias, bias.shape(), &Device::Cpu)?),
        ))
    }
}

/// The result for `x`, `[batch, 3, heads, channels, moments, pitches]`, and `bias`, `[heads, moments, moments]`.
pub(super) fn attend(isa: Isa, shape: Shape, x: &[f32], bias: &[f32]) -> Vec<f32> {
    let fill = |output: &Output| {
        (0..shape.batch * shape.heads)
            .into_par_iter()
            .for_each(|index| {
                isa.run(Forward {
                    head: Head::new(shape, x, bias, index),
                    output,
                });
            });
    };
    // SAFETY: the tasks cover all heads of all images, and each writes all planes of its own.
    unsafe { Output::filled_by(shape.batch * shape.image(), fill) }
}

/// The gradients of `x` and `bias`, from the result's.
pub(super) fn gradients(
    isa: Isa,
    shape: Shape,
    x: &[f32],
    bias: &[f32],
    gradient: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let mut of_bias = vec![0.0; bias.len()];
    let fill = |output: &Output| {
        let of_scores: Vec<Vec<f32>> = (0..shape.batch * shape.heads)
            .into_par_iter()
            .map(|index| {
                isa.run(Backward {
                    head: Head::new(shape, x, bias, index),
                    gradient: &gradient[index * shape.head()..][..shape.head()],
                    output,
                })
            })
            .collect();
        for image in of_scores.chunks_exact(shape.heads) {
            for (sum, x) in of_bias.iter_mut().zip(image.iter().flatten()) {
                *sum += x;
            }
        }
    };
    // SAFETY: the tasks cover all heads of all images, and each writes queries, keys and values of its own.
    let of_x = unsafe { Output::filled_by(x.len(), fill) };
    (of_x, of_bias)
}

/// One head of one image.
struct Head<'a> {
    shape: Shape,
    /// Queries, keys and values, `[channels, moments, pitches]` each.
    planes: [&'a [f32]; 3],
    /// Where these start in all planes.
    starts: [usize; 3],
    bias: &'a [f32],
    index: usize,
}

impl<'a> Head<'a> {
    fn new(shape: Shape, x: &'a [f32], bias: &'a [f32], index: usize) -> Self {
        let (image, head) = (index / shape.heads, index % shape.heads);
        let starts = [0, 1, 2].map(|part| (3 * image + part) * shape.image() + head * shape.head());
        let square = shape.moments * shape.moments;
        Self {
            shape,
            planes: starts.map(|start| &x[start..][..shape.head()]),
            starts,
            bias: &bias[head * square..][..square],
            index,
        }
    }

    /// How much every moment takes of every other one, `[moments, moments]`.
    #[inline(always)]
    fn shares<S: Simd>(&self, simd: S, work: &mut Workspace) -> Vec<f32> {
        let [queries, keys, _] = self.planes;
        let mut shares = inner(simd, &self.shape, queries, keys, work);
        let scale = self.shape.scale();
        for (score, bias) in shares.iter_mut().zip(self.bias) {
            *score = *score * scale + bias;
        }
        for row in shares.chunks_exact_mut(self.shape.moments) {
            soften_row(simd, row);
        }
        shares
    }
}

struct Forward<'a> {
    head: Head<'a>,
    output: &'a Output<'a>,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { head, output } = self;
        let mut work = Workspace::new::<S>(&head.shape);
        let shares = head.shares(simd, &mut work);
        let at = head.index * head.shape.head();
        let write = |place: usize, y: &Lanes, count| {
            // SAFETY: only this task writes this head's planes.
            unsafe { output.write_lanes(at + place, y, count) };
        };
        let values = head.planes[2];
        outer(
            simd,
            &head.shape,
            (&shares, false),
            values,
            &mut work,
            write,
        );
    }
}

struct Backward<'a> {
    head: Head<'a>,
    gradient: &'a [f32],
    output: &'a Output<'a>,
}

impl Kernel for Backward<'_> {
    /// The gradient of the scores, `[moments, moments]`.
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<f32> {
        let Self {
            head,
            gradient,
            output,
        } = self;
        let shape = &head.shape;
        let mut work = Workspace::new::<S>(shape);
        let shares = head.shares(simd, &mut work);
        let [queries, keys, values] = head.planes;
        let write = |part: usize| {
            let at = head.starts[part];
            move |place: usize, y: &Lanes, count| {
                // SAFETY: only this task writes this head's planes.
                unsafe { output.write_lanes(at + place, y, count) };
            }
        };
        outer(simd, shape, (&shares, true), gradient, &mut work, write(2));
        let mut of_scores = inner(simd, shape, gradient, values, &mut work);
        let rows = of_scores.chunks_exact_mut(shape.moments);
        for (of_scores, shares) in rows.zip(shares.chunks_exact(shape.moments)) {
            let products = of_scores.iter().zip(shares).map(|(x, share)| x * share);
            let product: f32 = products.sum();
            for (x, share) in of_scores.iter_mut().zip(shares) {
                *x = share * (*x - product);
            }
        }
        let scale = shape.scale();
        let scaled: Vec<f32> = of_scores.iter().map(|x| x * scale).collect();
        outer(simd, shape, (&scaled, false), keys, &mut work, write(0));
        outer(simd, shape, (&scaled, true), queries, &mut work, write(1));
        of_scores
    }
}
