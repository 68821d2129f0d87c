//! Spatial transformers with segment-aware attention.
//!
//! With `w` windows, a query in the i-th of `w` equal parts of the tokens sees only the keys in the i-th part, in both
//! self- and cross-attention (Diff-BGM, §3.3). The attention matrix is block-diagonal, so each window is computed
//! separately and no mask is needed.

use candle_core::Tensor;
use candle_nn::VarBuilder;

use crate::diffusion::linear::{gated_linear, linear, linear_no_bias, pointwise};
use crate::diffusion::norm::{GroupNorm, layer_norm};
use crate::error::Result;
use crate::kernel::attention::attend;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::{GatedLinear, Linear};

const GROUP_NORM_EPS: f64 = 1e-6;
const LAYER_NORM_EPS: f64 = 1e-5;
/// Hidden width of the feed-forward layer, relative to its input.
const FEED_FORWARD_FACTOR: usize = 4;

/// Dimensions shared by all attention layers of a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttentionShape {
    /// Number of heads.
    pub(crate) heads: usize,
    /// Windows that tokens and context are split into.
    pub(crate) windows: usize,
    /// Transformer blocks per spatial transformer.
    pub(crate) layers: usize,
    /// Width of a context token.
    pub(crate) context_width: usize,
}

/// Keys and values of one attention layer, each `[batch, tokens, width]`.
#[derive(Clone, Debug)]
pub(crate) struct KeysValues {
    keys: Tensor,
    values: Tensor,
}

/// Called with a layer's name and output, for comparison with other implementations.
pub(crate) type Observer<'a> = Option<&'a mut dyn FnMut(&str, &Tensor)>;

/// Multi-head attention within windows.
#[derive(Clone, Debug)]
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    shape: AttentionShape,
}

impl Attention {
    fn new(width: usize, context: usize, shape: AttentionShape, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            query: linear_no_bias(width, width, vb.pp("to_q"))?,
            key: linear_no_bias(context, width, vb.pp("to_k"))?,
            value: linear_no_bias(context, width, vb.pp("to_v"))?,
            out: linear(width, width, vb.pp("to_out.0"))?,
            shape,
        })
    }

    fn keys_values(&self, context: &Tensor) -> Result<KeysValues> {
        Ok(KeysValues {
            keys: self.key.forward(context)?,
            values: self.value.forward(context)?,
        })
    }

    /// Attends from `x` `[batch, tokens, width]` to `over` and adds `residual`; returns the shape of `x`. Passes the
    /// result without the residual to `observe` under `name`.
    fn forward_residual(
        &self,
        x: &Tensor,
        over: &KeysValues,
        residual: &Tensor,
        name: &str,
        observe: &mut Observer<'_>,
    ) -> Result<Tensor> {
        let AttentionShape { heads, windows, .. } = self.shape;
        let queries = self.query.forward(x)?;
        let attended = attend(&queries, &over.keys, &over.values, heads, windows)?;
        if let Some(observe) = observe {
            observe(name, &self.out.forward(&attended)?);
        }
        Ok(self.out.forward_residual(&attended, residual)?)
    }
}

/// A gated linear layer (GEGLU, exact GELU) followed by a linear layer.
#[derive(Clone, Debug)]
struct FeedForward {
    gated: GatedLinear,
    out: Linear,
}

impl FeedForward {
    fn new(width: usize, vb: &VarBuilder) -> Result<Self> {
        let hidden = FEED_FORWARD_FACTOR * width;
        Ok(Self {
            gated: gated_linear(width, hidden, vb.pp("net.0.proj"))?,
            out: linear(hidden, width, vb.pp("net.2"))?,
        })
    }

    /// Applies the layers to `x` and adds `residual`.
    fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let hidden = self.gated.forward(x)?;
        Ok(self.out.forward_residual(&hidden, residual)?)
    }
}

/// Self-attention, cross-attention and a feed-forward layer, each with layer normalisation before it and a residual.
#[derive(Clone, Debug)]
struct TransformerBlock {
    self_attention: Attention,
    cross_attention: Attention,
    feed_forward: FeedForward,
    norms: [LayerNorm; 3],
}

impl TransformerBlock {
    fn new(width: usize, shape: AttentionShape, vb: &VarBuilder) -> Result<Self> {
        let norm = |name| layer_norm(width, LAYER_NORM_EPS, vb.pp(name));
        Ok(Self {
            self_attention: Attention::new(width, width, shape, &vb.pp("attn1"))?,
            cross_attention: Attention::new(width, shape.context_width, shape, &vb.pp("attn2"))?,
            feed_forward: FeedForward::new(width, &vb.pp("ff"))?,
            norms: [norm("norm1")?, norm("norm2")?, norm("norm3")?],
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        context: &KeysValues,
        observe: &mut Observer<'_>,
    ) -> Result<Tensor> {
        let normed = self.norms[0].forward(x)?;
        let own = self.self_attention.keys_values(&normed)?;
        let x = self
            .self_attention
            .forward_residual(&normed, &own, x, "attn1", observe)?;
        let normed = self.norms[1].forward(&x)?;
        let x = self
            .cross_attention
            .forward_residual(&normed, context, &x, "attn2", observe)?;
        let normed = self.norms[2].forward(&x)?;
        self.feed_forward.forward_residual(&normed, &x)
    }
}

/// Transformer blocks over the positions of a plane in time-major order, with a residual connection.
#[derive(Clone, Debug)]
pub(crate) struct SpatialTransformer {
    norm: GroupNorm,
    project_in: Linear,
    blocks: Vec<TransformerBlock>,
    project_out: Linear,
}

impl SpatialTransformer {
    /// Loads `norm`, `proj_in`, `transformer_blocks.*` and `proj_out` below `vb`.
    pub(crate) fn new(channels: usize, shape: AttentionShape, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            norm: GroupNorm::new(channels, GROUP_NORM_EPS, vb.pp("norm"))?,
            project_in: pointwise(channels, channels, vb.pp("proj_in"))?,
            blocks: (0..shape.layers)
                .map(|i| {
                    TransformerBlock::new(
                        channels,
                        shape,
                        &vb.pp(format!("transformer_blocks.{i}")),
                    )
                })
                .collect::<Result<_>>()?,
            project_out: pointwise(channels, channels, vb.pp("proj_out"))?,
        })
    }

    /// Computes the keys and values of `context` `[batch, tokens, context_width]` for each block's cross-attention. They
    /// are the same at every diffusion step.
    pub(crate) fn prepare(&self, context: &Tensor) -> Result<Vec<KeysValues>> {
        self.blocks
            .iter()
            .map(|block| block.cross_attention.keys_values(context))
            .collect()
    }

    /// Applies the blocks to `x` `[batch, channels, height, width]` with the prepared context; returns the shape of `x`.
    pub(crate) fn forward(
        &self,
        x: &Tensor,
        context: &[KeysValues],
        mut observe: Observer<'_>,
    ) -> Result<Tensor> {
        let normed = self.norm.forward(x)?;
        let mut tokens = self.project_in.forward_from_planes(&normed)?;
        for (block, context) in self.blocks.iter().zip(context) {
            tokens = block.forward(&tokens, context, &mut observe)?;
        }
        Ok(self.project_out.forward_to_planes(&tokens, x)?)
    }
}
