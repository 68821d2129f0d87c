//! Attention between moments as a candle operation with gradients, one head of one image at a time.

use super::planes::{MomentWeights, Shape, Workspace, inner, outer};
use crate::kernel::isa::{Isa, Kernel, Lanes, Simd};
use crate::kernel::output::Output;
use crate::kernel::softmax::softmax_row;
use crate::kernel::tensor::{slice, with_slice};
use candle_core::{CpuStorage, CustomOp2, Device, Layout, Result, Shape as Dims, Tensor};
use rayon::prelude::*;

/// Attends between moments: see [`super::attend_to_moments`].
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
        y_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (x_gradient, bias_gradient) = with_slice(x, |x| {
            with_slice(bias, |bias| {
                with_slice(&y_gradient.contiguous()?, |y_gradient| {
                    Ok(gradients(Isa::detect(), self.shape, x, bias, y_gradient))
                })
            })
        })?;
        let x_gradient = Tensor::from_vec(x_gradient, x.shape(), &Device::Cpu)?;
        let bias_gradient = Tensor::from_vec(bias_gradient, bias.shape(), &Device::Cpu)?;
        Ok((Some(x_gradient), Some(bias_gradient)))
    }
}

/// Returns the result for `x`, `[batch, 3, heads, channels, moments, pitches]`, and `bias`,
/// `[heads, moments, moments]`.
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
    // SAFETY: the tasks cover all heads of all images, and each writes all planes of its own head.
    unsafe { Output::filled_by(shape.batch * shape.image(), fill) }
}

/// Returns the gradients of `x` and `bias`.
pub(super) fn gradients(
    isa: Isa,
    shape: Shape,
    x: &[f32],
    bias: &[f32],
    y_gradient: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let mut bias_gradient = vec![0.0; bias.len()];
    let fill = |output: &Output| {
        let score_gradients: Vec<Vec<f32>> = (0..shape.batch * shape.heads)
            .into_par_iter()
            .map(|index| {
                isa.run(Backward {
                    head: Head::new(shape, x, bias, index),
                    y_gradient: &y_gradient[index * shape.head()..][..shape.head()],
                    output,
                })
            })
            .collect();
        for image in score_gradients.chunks_exact(shape.heads) {
            for (sum, x) in bias_gradient.iter_mut().zip(image.iter().flatten()) {
                *sum += x;
            }
        }
    };
    // SAFETY: the tasks cover all heads of all images, and each writes queries, keys and values of its own head.
    let x_gradient = unsafe { Output::filled_by(x.len(), fill) };
    (x_gradient, bias_gradient)
}

/// One head of one image.
struct Head<'a> {
    shape: Shape,
    /// Queries, keys and values, `[channels, moments, pitches]` each.
    planes: [&'a [f32]; 3],
    /// Where each of them starts in `x`.
    starts: [usize; 3],
    bias: &'a [f32],
    /// Counted over all images.
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

    /// Returns the attention weights, `[moments to, moments from]`.
    #[inline(always)]
    fn weights<S: Simd>(&self, simd: S, work: &mut Workspace) -> Vec<f32> {
        let [queries, keys, _] = self.planes;
        let mut scores = inner(simd, &self.shape, queries, keys, work);
        let scale = self.shape.scale();
        for (score, bias) in scores.iter_mut().zip(self.bias) {
            *score = *score * scale + bias;
        }
        for row in scores.chunks_exact_mut(self.shape.moments) {
            softmax_row(simd, row);
        }
        scores
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
        let weights = head.weights(simd, &mut work);
        let start = head.index * head.shape.head();
        let write = |at: usize, y: &Lanes, count| {
            // SAFETY: only this task writes this head's planes.
            unsafe { output.write_lanes(start + at, y, count) };
        };
        let weights = MomentWeights::Rows(&weights);
        outer(simd, &head.shape, weights, head.planes[2], &mut work, write);
    }
}

struct Backward<'a> {
    head: Head<'a>,
    /// The gradient of the head's planes of the result.
    y_gradient: &'a [f32],
    output: &'a Output<'a>,
}

impl Kernel for Backward<'_> {
    /// The gradients of the scores, `[moments, moments]`.
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<f32> {
        let Self {
            head,
            y_gradient,
            output,
        } = self;
        let shape = &head.shape;
        let mut work = Workspace::new::<S>(shape);
        let weights = head.weights(simd, &mut work);
        let [queries, keys, values] = head.planes;
        let write = |part: usize| {
            let start = head.starts[part];
            move |at: usize, y: &Lanes, count| {
                // SAFETY: only this task writes this head's planes.
                unsafe { output.write_lanes(start + at, y, count) };
            }
        };
        let columns = MomentWeights::Columns(&weights);
        outer(simd, shape, columns, y_gradient, &mut work, write(2));
        let mut score_gradients = inner(simd, shape, y_gradient, values, &mut work);
        let rows = score_gradients.chunks_exact_mut(shape.moments);
        for (gradients, weights) in rows.zip(weights.chunks_exact(shape.moments)) {
            let products = gradients.iter().zip(weights).map(|(x, weight)| x * weight);
            let product: f32 = products.sum();
            for (x, weight) in gradients.iter_mut().zip(weights) {
                *x = weight * (*x - product);
            }
        }
        let scale = shape.scale();
        let scaled: Vec<f32> = score_gradients.iter().map(|x| x * scale).collect();
        let (rows, columns) = (
            MomentWeights::Rows(&scaled),
            MomentWeights::Columns(&scaled),
        );
        outer(simd, shape, rows, keys, &mut work, write(0));
        outer(simd, shape, columns, queries, &mut work, write(1));
        score_gradients
    }
}
