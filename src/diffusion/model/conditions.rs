//! The conditions of a [`Model`]: encoding them, and preparing them for sampling.

use candle_core::Tensor;

use super::Model;
use crate::diffusion::condition::{Condition, PreparedCondition};
use crate::diffusion::cue_encoder::CueRows;
use crate::diffusion::parts_encoder::PartsRows;
use crate::error::Result;

impl Model {
    /// Encodes captions `[batch, beats, 768]` as context `[batch, beats, d_cond]`.
    ///
    /// # Errors
    /// Returns an error if the model does not read captions.
    pub fn encode_caption(&self, caption: &Tensor) -> Result<Tensor> {
        self.encoder.caption(caption)
    }

    /// Encodes one row per beat: frame embeddings `[batch, beats, 512]` and caption embeddings `[batch, beats, 768]`,
    /// whichever the family reads.
    ///
    /// # Errors
    /// Returns an error if rows that the family reads are missing, or if the family reads cues.
    pub(crate) fn embedding_condition(
        &self,
        visual: Option<&Tensor>,
        caption: Option<&Tensor>,
    ) -> Result<Condition> {
        self.encoder.embeddings(visual, caption)
    }

    /// Returns the condition of encoded context tokens `[batch, tokens, d_cond]`. With a published pair, `late` holds
    /// the tokens used from the gate step on.
    pub fn context_condition(&self, early: Tensor, late: Option<Tensor>) -> Condition {
        Condition::from_context(early, late)
    }

    /// Encodes cue rows, with harmony rows if the model takes them.
    ///
    /// # Errors
    /// Returns an error if the model does not read cues, or if harmony is given and the model does not read it.
    pub fn cue_condition(&self, rows: CueRows<'_>) -> Result<Condition> {
        self.encoder.cues(rows)
    }

    /// Encodes rows, harmony and the music to keep.
    ///
    /// # Errors
    /// Returns an error if the model is not of the `parts` family, or if the shapes do not fit.
    pub fn parts_condition(&self, rows: PartsRows<'_>) -> Result<Condition> {
        self.encoder.parts(rows)
    }

    /// Returns `rows` `[batch, beats, 23]` without their cues, which guidance leads away from; form, metre and style stay.
    pub(crate) fn without_cues(&self, rows: &Tensor) -> candle_core::Result<Tensor> {
        let cues = self.config.cue_row_width();
        let rest = rows.narrow(2, cues, rows.dim(2)? - cues)?;
        Tensor::cat(&[rows.narrow(2, 0, cues)?.zeros_like()?, rest], 2)
    }

    /// Returns the null condition of one segment, which leaves everything to the network.
    ///
    /// # Errors
    /// Returns an error if the device cannot allocate it.
    pub fn null_condition(&self) -> Result<Condition> {
        self.encoder.null(1, self.segment_beats())
    }

    /// Returns the null condition in the shape of `condition`.
    ///
    /// # Errors
    /// Returns an error if the device cannot allocate it.
    pub fn null_like(&self, condition: &Condition) -> Result<Condition> {
        let (batch, tokens, _) = condition.early.dims3()?;
        self.encoder.null(batch, tokens)
    }

    /// Returns the condition of training samples, one diffusion step each, with a single context per sample; samples
    /// marked `free` get the null condition instead of `condition`.
    ///
    /// # Errors
    /// Returns an error if the numbers of samples differ.
    pub(crate) fn free_or_gated(
        &self,
        condition: &Condition,
        diffusion_steps: &[usize],
        free: &[bool],
    ) -> Result<Condition> {
        condition.gated(&self.null_like(condition)?, diffusion_steps, free)
    }

    /// Joins conditions into one batch and computes what is the same at every diffusion step.
    ///
    /// # Errors
    /// Returns an error if the conditions do not fit each other or the network.
    pub fn prepare(&self, conditions: &[&Condition]) -> Result<PreparedCondition> {
        PreparedCondition::new(&self.unet, conditions)
    }
}
