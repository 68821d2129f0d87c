//! Encodes the rows of a segment as a [`Condition`], for every family of networks.

use candle_core::{DType, Device, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use crate::diffusion::condition::Condition;
use crate::diffusion::config::{ConditionKind, ModelConfig};
use crate::diffusion::cue_encoder::{CueEncoder, CueRows};
use crate::diffusion::parts_encoder::{self, PartsRows};
use crate::error::{Error, Result};
// The width belongs to the clip file format, and `features` must not depend on any network.
use crate::features::CAPTION_WIDTH;

/// The value of every number in the published null condition.
const PUBLISHED_NULL: f32 = -1.0;

/// The trained part of the encoder.
#[derive(Debug)]
enum Layers {
    /// Encodes captions; frame embeddings are used unchanged (published).
    Captions(Linear),
    /// Encodes rows and harmony (`cues`, `parts`).
    Cues(CueEncoder),
}

/// Encodes the conditions of one network.
#[derive(Debug)]
pub(super) struct ConditionEncoder {
    kind: ConditionKind,
    context_width: usize,
    row_width: usize,
    planes: usize,
    pitches: usize,
    time_fold: usize,
    device: Device,
    layers: Layers,
}

impl ConditionEncoder {
    /// Loads `cue_enc` (`cues`) or `caption_enc` (published) below `vb`.
    pub(super) fn new(config: &ModelConfig, vb: &VarBuilder) -> Result<Self> {
        let layers = match config.cond_type {
            ConditionKind::Cues | ConditionKind::Parts => {
                Layers::Cues(CueEncoder::new(config, &vb.pp("cue_enc"))?)
            }
            _ => Layers::Captions(linear(CAPTION_WIDTH, config.d_cond, vb.pp("caption_enc"))?),
        };
        Ok(Self {
            kind: config.cond_type,
            context_width: config.d_cond,
            row_width: config.row_width(),
            planes: config.planes(),
            pitches: config.img_w,
            time_fold: config.time_fold,
            device: vb.device().clone(),
            layers,
        })
    }

    /// Encodes captions `[batch, beats, 768]` as context `[batch, beats, d_cond]`.
    pub(super) fn caption(&self, caption: &Tensor) -> Result<Tensor> {
        match &self.layers {
            Layers::Captions(encoder) => Ok(encoder.forward(caption)?),
            Layers::Cues(_) => Err(self.wrong_input("caption embeddings")),
        }
    }

    /// Encodes frame embeddings `[batch, beats, 512]` and caption embeddings `[batch, beats, 768]`, whichever the
    /// family reads.
    pub(super) fn embeddings(
        &self,
        visual: Option<&Tensor>,
        caption: Option<&Tensor>,
    ) -> Result<Condition> {
        let visual = || {
            let rows = visual.ok_or_else(|| self.wrong_input("no frame embeddings"))?;
            match rows.dims().last() {
                Some(&width) if width == self.context_width => Ok(rows.clone()),
                width => Err(Error::value(
                    format!("frame embeddings of width {}", width.unwrap_or(&0)),
                    format!("{}, the width of the model's context", self.context_width),
                )),
            }
        };
        let caption =
            || self.caption(caption.ok_or_else(|| self.wrong_input("no caption embeddings"))?);
        let (early, late) = match self.kind {
            ConditionKind::Visual => (visual()?, None),
            ConditionKind::Caption => (caption()?, None),
            ConditionKind::VisualThenCaption => (visual()?, Some(caption()?)),
            ConditionKind::CaptionThenVisual => (caption()?, Some(visual()?)),
            ConditionKind::Cues | ConditionKind::Parts => {
                return Err(self.wrong_input("embeddings"));
            }
        };
        Ok(Condition::from_context(early, late))
    }

    /// Encodes cue rows, with harmony rows if the network takes them.
    pub(super) fn cues(&self, rows: CueRows<'_>) -> Result<Condition> {
        let (Layers::Cues(encoder), ConditionKind::Cues) = (&self.layers, self.kind) else {
            return Err(self.wrong_input("cues"));
        };
        if rows.harmony.is_some() && !encoder.reads_harmony() {
            return Err(Error::value(
                "harmony rows for a model without harmony",
                "cue rows only",
            ));
        }
        Ok(Condition {
            early: encoder.context(rows)?,
            late: None,
            channels: Some(encoder.channels(rows)?),
        })
    }

    /// Encodes rows, harmony rows and the music to keep.
    pub(super) fn parts(&self, rows: PartsRows<'_>) -> Result<Condition> {
        match (&self.layers, self.kind) {
            (Layers::Cues(encoder), ConditionKind::Parts) => {
                parts_encoder::encode(encoder, self.time_fold, rows)
            }
            _ => Err(self.wrong_input("parts")),
        }
    }

    /// Returns the null condition for `batch` segments of `tokens` tokens.
    pub(super) fn null(&self, batch: usize, tokens: usize) -> Result<Condition> {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &self.device);
        match &self.layers {
            Layers::Cues(_) if self.kind == ConditionKind::Parts => self.parts(PartsRows {
                rows: &zeros(&[batch, tokens, self.row_width])?,
                harmony: None,
                known: &zeros(&[batch, self.planes, tokens * self.time_fold, self.pitches])?,
                mask: &zeros(&[batch, self.planes / 2, tokens])?,
            }),
            Layers::Cues(_) => {
                let shape = (batch, tokens, self.row_width);
                self.cues(CueRows {
                    cues: &Tensor::zeros(shape, DType::F32, &self.device)?,
                    harmony: None,
                })
            }
            Layers::Captions(_) => {
                let shape = (batch, tokens, self.context_width);
                let tokens = Tensor::full(PUBLISHED_NULL, shape, &self.device)?;
                Ok(Condition::from_context(tokens, None))
            }
        }
    }

    fn wrong_input(&self, found: &str) -> Error {
        Error::value(
            format!("{found} for a model of the family `{}`", self.kind.name()),
            match self.kind {
                ConditionKind::Visual => "frame embeddings (`visual`)",
                ConditionKind::Caption => "caption embeddings (`caption`)",
                ConditionKind::VisualThenCaption | ConditionKind::CaptionThenVisual => {
                    "frame and caption embeddings (`visual` and `caption`)"
                }
                ConditionKind::Cues => "cues",
                ConditionKind::Parts => "rows, and the music that is to stay",
            },
        )
    }
}
