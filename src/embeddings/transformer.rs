//! Layers of transformers, as CLIP, BLIP and BERT have them.

mod attention;
mod sizes;

use candle_core::Tensor;

use super::model_folder::ModelFolder;
use crate::error::Result;
use crate::kernel::activation::Activation;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

pub(super) use attention::{Attention, Memory};
pub(super) use sizes::{Reach, Sizes};

/// Two linear layers with an activation between them.
#[derive(Debug)]
struct FeedForward {
    inner: Linear,
    outer: Linear,
    activation: Activation,
}

impl FeedForward {
    fn load(folder: &ModelFolder, [inner, outer]: [&str; 2], sizes: &Sizes) -> Result<Self> {
        Ok(Self {
            inner: folder.linear(inner, sizes.inner_width, sizes.width)?,
            outer: folder.linear(outer, sizes.width, sizes.inner_width)?,
            activation: sizes.activation,
        })
    }

    fn forward(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let inner = self.activation.forward(&self.inner.forward(x)?)?;
        Ok(self.outer.forward_residual(&inner, residual)?)
    }
}

/// A layer that normalises what it reads: that of vision transformers and of CLIP's text tower.
#[derive(Debug)]
pub(super) struct PreNormLayer {
    first_norm: LayerNorm,
    attention: Attention,
    second_norm: LayerNorm,
    feed_forward: FeedForward,
}

impl PreNormLayer {
    /// Loads the layer called `name`, around its `attention`.
    pub(super) fn load(
        folder: &ModelFolder,
        name: &str,
        attention: Attention,
        sizes: &Sizes,
    ) -> Result<Self> {
        let norm = |part| folder.norm(&format!("{name}.{part}"), sizes.width, sizes.epsilon);
        let (inner, outer) = (format!("{name}.mlp.fc1"), format!("{name}.mlp.fc2"));
        Ok(Self {
            first_norm: norm("layer_norm1")?,
            attention,
            second_norm: norm("layer_norm2")?,
            feed_forward: FeedForward::load(folder, [&inner, &outer], sizes)?,
        })
    }

    /// Applies the layer to `x`, `[batch, tokens, width]`. If `is_causal`, a token sees only itself and those before it.
    pub(super) fn forward(&self, x: &Tensor, is_causal: bool) -> Result<Tensor> {
        let normal = self.first_norm.forward(x)?;
        let x = if is_causal {
            self.attention.forward_causal(&normal, x)?
        } else {
            self.attention
                .forward(&normal, &self.attention.memory(&normal)?, x)?
        };
        self.feed_forward
            .forward(&self.second_norm.forward(&x)?, &x)
    }
}

/// Attention whose result is normalised.
#[derive(Debug)]
pub(super) struct NormedAttention {
    attention: Attention,
    norm: LayerNorm,
}

impl NormedAttention {
    fn load(folder: &ModelFolder, name: &str, sizes: &Sizes, key_width: usize) -> Result<Self> {
        let names = ["self.query", "self.key", "self.value", "output.dense"];
        let names = names.map(|part| format!("{name}.{part}"));
        let [query, key, value, output] = &names;
        let names = [query, key, value, output].map(String::as_str);
        Ok(Self {
            attention: Attention::load(folder, names, sizes, key_width)?,
            norm: folder.norm(
                &format!("{name}.output.LayerNorm"),
                sizes.width,
                sizes.epsilon,
            )?,
        })
    }

    fn forward(&self, x: &Tensor, memory: &Memory) -> Result<Tensor> {
        Ok(self.norm.forward(&self.attention.forward(x, memory, x)?)?)
    }
}

/// A layer that normalises what it writes: that of BERT, and of BLIP's decoder, which also looks at a picture.
#[derive(Debug)]
pub(super) struct PostNormLayer {
    attention: NormedAttention,
    picture: Option<NormedAttention>,
    feed_forward: FeedForward,
    norm: LayerNorm,
}

impl PostNormLayer {
    /// Loads the layer called `name`; if it looks at a picture, at tokens of `picture_width`.
    pub(super) fn load(
        folder: &ModelFolder,
        name: &str,
        sizes: &Sizes,
        picture_width: Option<usize>,
    ) -> Result<Self> {
        let part = |part: &str| format!("{name}.{part}");
        let picture = picture_width
            .map(|width| NormedAttention::load(folder, &part("crossattention"), sizes, width));
        let (inner, outer) = (part("intermediate.dense"), part("output.dense"));
        Ok(Self {
            attention: NormedAttention::load(folder, &part("attention"), sizes, sizes.width)?,
            picture: picture.transpose()?,
            feed_forward: FeedForward::load(folder, [&inner, &outer], sizes)?,
            norm: folder.norm(&part("output.LayerNorm"), sizes.width, sizes.epsilon)?,
        })
    }

    /// Applies the layer to all tokens of `x`, `[batch, tokens, width]`, each of which sees them all.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let memory = self.attention.attention.memory(x)?;
        self.finish(&self.attention.forward(x, &memory)?)
    }

    /// Returns what the layer remembers of `picture`, `[batch, tokens, picture width]`.
    pub(super) fn picture_memory(&self, picture: &Tensor) -> Result<Option<Memory>> {
        let remember = |layer: &NormedAttention| layer.attention.memory(picture);
        self.picture.as_ref().map(remember).transpose()
    }

    /// Applies the layer to the next token, `[batch, 1, width]`, which sees those in `past`, to which it is added, and the
    /// picture.
    pub(super) fn step(
        &self,
        x: &Tensor,
        past: &mut Option<Memory>,
        picture: Option<&Memory>,
    ) -> Result<Tensor> {
        let now = self.attention.attention.memory(x)?;
        match past {
            Some(past) => past.append(&now)?,
            None => *past = Some(now.clone()),
        }
        let mut x = self.attention.forward(x, past.as_ref().unwrap_or(&now))?;
        if let (Some(layer), Some(memory)) = (&self.picture, picture) {
            x = layer.forward(&x, memory)?;
        }
        self.finish(&x)
    }

    fn finish(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.norm.forward(&self.feed_forward.forward(x, x)?)?)
    }
}
