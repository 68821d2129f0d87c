//! Conditions in the form that the U-Net takes.

use candle_core::{DType, Tensor};
use candle_nn::{Linear, Module};

use crate::diffusion::config::ConditionKind;
use crate::diffusion::cue_encoder::{CueEncoder, CueRows};
use crate::diffusion::model::Model;
use crate::diffusion::unet::PreparedContext;
use crate::error::{Error, Result};
use crate::features::VISUAL_WIDTH;

/// A published pair of conditions switches from its first to its second at this diffusion step.
const PAIR_GATE_STEP: usize = 200;
/// The value of every number of the published null condition.
const PUBLISHED_NULL: f32 = -1.0;

/// What turns a segment's rows into what the U-Net takes.
#[derive(Debug)]
pub(super) enum Encoder {
    /// `caption_enc`; frame embeddings are taken as they are.
    Embeddings(Linear),
    Cues(CueEncoder),
}

/// A condition for a batch of segments in the form that the U-Net takes.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Context while the noise is strong, `[batch, tokens, d_cond]`.
    pub(super) early: Tensor,
    /// Context at the end, where it differs (published pairs).
    pub(super) late: Option<Tensor>,
    /// Channels beside the roll, `[batch, channels, beats, pitches]` (`cues`).
    pub(super) channels: Option<Tensor>,
}

/// A condition with everything computed that stays the same over the diffusion steps.
#[derive(Clone, Debug)]
pub struct PreparedCondition {
    pub(super) early: PreparedContext,
    pub(super) late: Option<PreparedContext>,
    pub(super) channels: Option<Tensor>,
}

impl PreparedCondition {
    /// The context at a diffusion step.
    pub(super) fn context(&self, diffusion_step: usize) -> &PreparedContext {
        match &self.late {
            Some(late) if diffusion_step <= PAIR_GATE_STEP => late,
            _ => &self.early,
        }
    }
}

impl Model {
    /// Encodes captions `[batch, beats, 768]` as context `[batch, beats, d_cond]`.
    ///
    /// # Errors
    /// When the model does not read captions.
    pub fn encode_caption(&self, caption: &Tensor) -> Result<Tensor> {
        match &self.encoder {
            Encoder::Embeddings(encoder) => Ok(encoder.forward(caption)?),
            Encoder::Cues(_) => Err(self.wrong_condition("captions")),
        }
    }

    /// The condition of rows a beat: frame embeddings `[batch, beats, 512]` and caption embeddings
    /// `[batch, beats, 768]`, whichever the family reads.
    ///
    /// # Errors
    /// When rows that the family reads are not given, or the family reads cues.
    pub fn embedding_condition(
        &self,
        visual: Option<&Tensor>,
        caption: Option<&Tensor>,
    ) -> Result<Condition> {
        let visual = || {
            let rows = visual.ok_or_else(|| self.wrong_condition("no frame embeddings"))?;
            if rows.dims().last() == Some(&self.config().d_cond) {
                Ok(rows.clone())
            } else {
                Err(Error::value(
                    format!("a model whose context is {} wide", self.config().d_cond),
                    format!("{VISUAL_WIDTH}, the width of frame embeddings"),
                ))
            }
        };
        let caption = || {
            self.encode_caption(
                caption.ok_or_else(|| self.wrong_condition("no caption embeddings"))?,
            )
        };
        let (early, late) = match self.config().cond_type {
            ConditionKind::Visual => (visual()?, None),
            ConditionKind::Caption => (caption()?, None),
            ConditionKind::VisualThenCaption => (visual()?, Some(caption()?)),
            ConditionKind::CaptionThenVisual => (caption()?, Some(visual()?)),
            ConditionKind::Cues => return Err(self.wrong_condition("embeddings")),
        };
        Ok(Condition {
            early,
            late,
            channels: None,
        })
    }

    /// The condition of ready-made context tokens, `[batch, tokens, d_cond]`, after the gate of a pair if `late` is
    /// given.
    pub fn context_condition(&self, early: Tensor, late: Option<Tensor>) -> Condition {
        Condition {
            early,
            late,
            channels: None,
        }
    }

    /// The condition of cue rows, and of harmony rows where the model takes them.
    ///
    /// # Errors
    /// When the model does not read cues, or is given harmony that it does not read.
    pub fn cue_condition(&self, rows: CueRows<'_>) -> Result<Condition> {
        let Encoder::Cues(encoder) = &self.encoder else {
            return Err(self.wrong_condition("cues"));
        };
        if rows.harmony.is_some() && !encoder.reads_harmony() {
            return Err(self.wrong_condition("harmony"));
        }
        Ok(Condition {
            early: encoder.context(rows)?,
            late: None,
            channels: Some(encoder.channels(rows)?),
        })
    }

    /// The condition of one segment that asks for nothing.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn null_condition(&self) -> Result<Condition> {
        self.null_of(1, self.segment_beats())
    }

    /// The condition that asks for nothing, shaped like `condition`.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn null_like(&self, condition: &Condition) -> Result<Condition> {
        let (batch, tokens, _) = condition.early.dims3()?;
        self.null_of(batch, tokens)
    }

    fn null_of(&self, batch: usize, tokens: usize) -> Result<Condition> {
        match self.config().cond_type {
            ConditionKind::Cues => {
                let shape = (batch, tokens, self.config().cue_row_width());
                self.cue_condition(CueRows {
                    cues: &Tensor::zeros(shape, DType::F32, self.device())?,
                    harmony: None,
                })
            }
            _ => {
                let shape = (batch, tokens, self.config().d_cond);
                let tokens = Tensor::full(PUBLISHED_NULL, shape, self.device())?;
                Ok(self.context_condition(tokens, None))
            }
        }
    }

    /// The condition of training samples that are at `diffusion_steps` each, and of which some are `free` of what
    /// `condition` says: with one context only.
    ///
    /// # Errors
    /// When the numbers of samples differ.
    pub fn free_or_gated(
        &self,
        condition: &Condition,
        diffusion_steps: &[usize],
        free: &[bool],
    ) -> Result<Condition> {
        let null = self.null_like(condition)?.early;
        let late = condition.late.as_ref().unwrap_or(&condition.early);
        let samples = free.iter().zip(diffusion_steps).enumerate();
        let contexts = samples
            .map(|(sample, (&free, &step))| {
                let source = match (free, step <= PAIR_GATE_STEP) {
                    (true, _) => &null,
                    (false, true) => late,
                    (false, false) => &condition.early,
                };
                source.narrow(0, sample, 1)
            })
            .collect::<candle_core::Result<Vec<_>>>()?;
        Ok(self.context_condition(Tensor::cat(&contexts, 0)?, None))
    }

    /// Computes what stays the same over the diffusion steps for a batch of conditions.
    ///
    /// # Errors
    /// When the conditions do not fit each other or the network.
    pub fn prepare(&self, conditions: &[&Condition]) -> Result<PreparedCondition> {
        let early: Vec<_> = conditions
            .iter()
            .map(|condition| &condition.early)
            .collect();
        let late: Vec<_> = conditions
            .iter()
            .map(|condition| condition.late.as_ref().unwrap_or(&condition.early))
            .collect();
        let channels: Vec<_> = conditions
            .iter()
            .filter_map(|condition| condition.channels.as_ref())
            .collect();
        let differs = conditions.iter().any(|condition| condition.late.is_some());
        Ok(PreparedCondition {
            early: self.unet().prepare(&Tensor::cat(&early, 0)?)?,
            late: differs
                .then(|| self.unet().prepare(&Tensor::cat(&late, 0)?))
                .transpose()?,
            channels: (!channels.is_empty())
                .then(|| Tensor::cat(&channels, 0))
                .transpose()?,
        })
    }

    fn wrong_condition(&self, found: &str) -> Error {
        Error::value(
            format!("{found} for the model «{}»", self.name()),
            match self.config().cond_type {
                ConditionKind::Visual => "frame embeddings (`visual`)",
                ConditionKind::Caption => "caption embeddings (`caption`)",
                ConditionKind::VisualThenCaption | ConditionKind::CaptionThenVisual => {
                    "frame and caption embeddings (`visual` and `caption`)"
                }
                ConditionKind::Cues => "cues",
            },
        )
    }
}
