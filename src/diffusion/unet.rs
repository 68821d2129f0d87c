//! The U-Net that denoises a roll.
//!
//! Blocks, names and order follow CompVis' latent diffusion, as in the authors' release.

use candle_core::Tensor;
use candle_nn::VarBuilder;

use crate::diffusion::attention::{AttentionShape, KeysValues, Observer, SpatialTransformer};
use crate::diffusion::config::ModelConfig;
use crate::diffusion::conv::Conv2d;
use crate::diffusion::embedding::TimeEmbedding;
use crate::diffusion::norm::GroupNorm;
use crate::diffusion::resnet::{Downsample, ResBlock, Upsample};
use crate::diffusion::time_attention::TimeAttention;
use crate::error::Result;

const OUT_NORM_EPS: f64 = 1e-5;

/// One layer of a block.
#[derive(Clone, Debug)]
enum Layer {
    Conv(Conv2d),
    Res(ResBlock),
    Transformer(SpatialTransformer),
    Time(TimeAttention),
    Down(Downsample),
    Up(Upsample),
}

/// Consecutive layers; a layer's kind decides whether it takes the time embedding or the context.
type Block = Vec<Layer>;

/// The network ε_θ(x_t, t, context), or v_θ.
#[derive(Clone, Debug)]
pub struct UNet {
    time_embedding: TimeEmbedding,
    input_blocks: Vec<Block>,
    middle_block: Block,
    output_blocks: Vec<Block>,
    out_norm: GroupNorm,
    out_conv: Conv2d,
}

/// The keys and values of a context for every cross-attention layer, in order of use.
#[derive(Clone, Debug)]
pub struct PreparedContext(Vec<Vec<KeysValues>>);

impl UNet {
    /// Loads `time_embed`, `input_blocks`, `middle_block`, `output_blocks`, `out` and, if the configuration has levels
    /// with it, `time_attention` below `vb`.
    pub(crate) fn new(config: &ModelConfig, vb: &VarBuilder) -> Result<Self> {
        let time_width = 4 * config.channels;
        let shape = AttentionShape {
            heads: config.n_heads,
            windows: config.attention_windows,
            layers: config.tf_layers,
            context_width: config.d_cond,
        };
        let level_channels = config.level_channels();
        let levels = level_channels.len();
        let res = |inputs, outputs, vb: &VarBuilder| {
            ResBlock::new(inputs, outputs, time_width, vb).map(Layer::Res)
        };
        let transformer = |channels, vb: &VarBuilder| {
            SpatialTransformer::new(channels, shape, vb).map(Layer::Transformer)
        };
        // Not in the published networks: extra layers, named after the block that they follow.
        let time_attention = |level: usize, channels, block: String| {
            if !config.time_attention_levels.contains(&level) {
                return Ok(None);
            }
            let moments = (config.img_h / config.time_fold) >> level;
            let vb = vb.pp("time_attention").pp(block);
            TimeAttention::new(channels, config.n_heads, moments, &vb)
                .map(|layer| Some(Layer::Time(layer)))
        };

        // 1. Down: the residual blocks of each level, then a downsampling unless it is the last level.
        let mut channels = config.channels;
        let mut skip_channels = vec![channels];
        let inputs = vb.pp("input_blocks");
        let stem = Conv2d::new(config.in_channels, channels, 3, 1, inputs.pp("0.0"))?;
        let mut input_blocks = vec![vec![Layer::Conv(stem)]];
        for (level, &wide) in level_channels.iter().enumerate() {
            for _ in 0..config.n_res_blocks {
                let vb = inputs.pp(input_blocks.len());
                let mut block = vec![res(channels, wide, &vb.pp(0))?];
                channels = wide;
                if config.attention_levels.contains(&level) {
                    block.push(transformer(channels, &vb.pp(1))?);
                }
                let name = format!("input_{}", input_blocks.len());
                block.extend(time_attention(level, channels, name)?);
                input_blocks.push(block);
                skip_channels.push(channels);
            }
            if level + 1 < levels {
                let vb = inputs.pp(input_blocks.len()).pp(0);
                input_blocks.push(vec![Layer::Down(Downsample::new(channels, &vb)?)]);
                skip_channels.push(channels);
            }
        }

        // 2. Middle: always with attention.
        let vb_middle = vb.pp("middle_block");
        let middle_block = vec![
            res(channels, channels, &vb_middle.pp(0))?,
            transformer(channels, &vb_middle.pp(1))?,
            res(channels, channels, &vb_middle.pp(2))?,
        ];

        // 3. Up: each block also takes the output of the matching input block.
        let outputs = vb.pp("output_blocks");
        let mut output_blocks = Vec::new();
        for (level, &wide) in level_channels.iter().enumerate().rev() {
            for i in 0..=config.n_res_blocks {
                let vb = outputs.pp(output_blocks.len());
                let skip = skip_channels.pop().unwrap_or(0);
                let mut block = vec![res(channels + skip, wide, &vb.pp(0))?];
                channels = wide;
                if config.attention_levels.contains(&level) {
                    block.push(transformer(channels, &vb.pp(block.len()))?);
                }
                let upsample = vb.pp(block.len());
                let name = format!("output_{}", output_blocks.len());
                block.extend(time_attention(level, channels, name)?);
                if level > 0 && i == config.n_res_blocks {
                    block.push(Layer::Up(Upsample::new(channels, &upsample)?));
                }
                output_blocks.push(block);
            }
        }

        let vb_out = vb.pp("out");
        Ok(Self {
            time_embedding: TimeEmbedding::new(config.channels, &vb.pp("time_embed"))?,
            input_blocks,
            middle_block,
            output_blocks,
            out_norm: GroupNorm::new(channels, OUT_NORM_EPS, vb_out.pp(0))?.then_silu(),
            out_conv: Conv2d::new(channels, config.out_channels, 3, 1, vb_out.pp(2))?,
        })
    }

    /// Computes what is the same at every diffusion step for `context` `[batch, tokens, d_cond]`.
    pub fn prepare(&self, context: &Tensor) -> Result<PreparedContext> {
        let blocks = self.input_blocks.iter().chain([&self.middle_block]);
        blocks
            .chain(&self.output_blocks)
            .flatten()
            .filter_map(|layer| match layer {
                Layer::Transformer(transformer) => Some(transformer.prepare(context)),
                _ => None,
            })
            .collect::<Result<_>>()
            .map(PreparedContext)
    }

    /// Maps `x` `[batch, in_channels, height, width]`, with one diffusion step per sample, to
    /// `[batch, out_channels, height, width]`.
    pub(crate) fn forward(
        &self,
        x: &Tensor,
        steps: &[usize],
        context: &PreparedContext,
    ) -> Result<Tensor> {
        self.run(x, steps, context, None)
    }

    /// Maps `x` `[batch, in_channels, height, width]`, with one diffusion step per sample, to
    /// `[batch, out_channels, height, width]`, and passes each layer's name and output to `observe`.
    pub fn forward_observed(
        &self,
        x: &Tensor,
        steps: &[usize],
        context: &PreparedContext,
        observe: &mut dyn FnMut(&str, &Tensor),
    ) -> Result<Tensor> {
        self.run(x, steps, context, Some(observe))
    }

    fn run(
        &self,
        x: &Tensor,
        steps: &[usize],
        context: &PreparedContext,
        mut observe: Observer<'_>,
    ) -> Result<Tensor> {
        let time = self.time_embedding.forward(steps, x.device())?;
        if let Some(observe) = &mut observe {
            observe("time_embed", &time);
        }
        let mut contexts = context.0.iter();
        let mut run = |name: String, block: &Block, mut x: Tensor| -> Result<Tensor> {
            for (i, layer) in block.iter().enumerate() {
                x = match layer {
                    Layer::Conv(conv) => conv.forward(&x)?,
                    Layer::Res(res) => res.forward(&x, &time)?,
                    Layer::Transformer(transformer) => {
                        let context = contexts.next().map(Vec::as_slice).unwrap_or_default();
                        match &mut observe {
                            Some(observe) => {
                                let mut inner = |layer: &str, x: &Tensor| {
                                    observe(&format!("{name}.{i}.{layer}"), x);
                                };
                                transformer.forward(&x, context, Some(&mut inner))?
                            }
                            None => transformer.forward(&x, context, None)?,
                        }
                    }
                    Layer::Time(attention) => attention.forward(&x)?,
                    Layer::Down(down) => down.forward(&x)?,
                    Layer::Up(up) => up.forward(&x)?,
                };
                if let Some(observe) = &mut observe {
                    observe(&format!("{name}.{i}"), &x);
                }
            }
            if let Some(observe) = &mut observe {
                observe(&name, &x);
            }
            Ok(x)
        };

        let mut skips = Vec::with_capacity(self.input_blocks.len());
        let mut x = x.clone();
        for (i, block) in self.input_blocks.iter().enumerate() {
            x = run(format!("input_blocks.{i}"), block, x)?;
            skips.push(x.clone());
        }
        x = run("middle_block".into(), &self.middle_block, x)?;
        for (i, (block, skip)) in self
            .output_blocks
            .iter()
            .zip(skips.iter().rev())
            .enumerate()
        {
            let joined = Tensor::cat(&[&x, skip], 1)?;
            x = run(format!("output_blocks.{i}"), block, joined)?;
        }
        self.out_conv.forward(&self.out_norm.forward(&x)?)
    }
}
