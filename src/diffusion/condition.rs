//! Conditions in the form the U-Net takes: context tokens for cross-attention, and channels beside the roll.

use candle_core::Tensor;

use crate::diffusion::unet::{PreparedContext, UNet};
use crate::error::Result;

/// The diffusion step at which a published pair of conditions switches from its first to its second.
const PAIR_GATE_STEP: usize = 200;

/// The condition of a batch of segments.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Context while the noise is strong, `[batch, tokens, d_cond]`.
    pub(super) early: Tensor,
    /// Context from the gate step down to 0, if it differs (published pairs).
    pub(super) late: Option<Tensor>,
    /// Channels beside the roll, `[batch, channels, beats, pitches]` (`cues`).
    pub(super) channels: Option<Tensor>,
}

impl Condition {
    /// Returns the condition of context tokens alone, `[batch, tokens, d_cond]`; `late` replaces `early` from the gate
    /// step on.
    pub(super) fn from_context(early: Tensor, late: Option<Tensor>) -> Self {
        Self {
            early,
            late,
            channels: None,
        }
    }

    /// Picks one context per training sample: that of `null` for samples marked `free`, else the one in force at the
    /// sample's diffusion step. Drops the channels.
    pub(super) fn gated(
        &self,
        null: &Self,
        diffusion_steps: &[usize],
        free: &[bool],
    ) -> Result<Self> {
        let late = self.late.as_ref().unwrap_or(&self.early);
        let samples = free.iter().zip(diffusion_steps).enumerate();
        let contexts = samples
            .map(|(sample, (&free, &step))| {
                let source = match (free, step <= PAIR_GATE_STEP) {
                    (true, _) => &null.early,
                    (false, true) => late,
                    (false, false) => &self.early,
                };
                source.narrow(0, sample, 1)
            })
            .collect::<candle_core::Result<Vec<_>>>()?;
        Ok(Self::from_context(Tensor::cat(&contexts, 0)?, None))
    }
}

/// A condition with everything that is the same at every diffusion step already computed.
#[derive(Clone, Debug)]
pub struct PreparedCondition {
    early: PreparedContext,
    late: Option<PreparedContext>,
    pub(super) channels: Option<Tensor>,
}

impl PreparedCondition {
    /// Joins `conditions` into one batch and computes their keys and values.
    pub(super) fn new(unet: &UNet, conditions: &[&Condition]) -> Result<Self> {
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
        Ok(Self {
            early: unet.prepare(&Tensor::cat(&early, 0)?)?,
            late: differs
                .then(|| unet.prepare(&Tensor::cat(&late, 0)?))
                .transpose()?,
            channels: (!channels.is_empty())
                .then(|| Tensor::cat(&channels, 0))
                .transpose()?,
        })
    }

    /// Returns the context in force at a diffusion step.
    pub(super) fn context(&self, diffusion_step: usize) -> &PreparedContext {
        match &self.late {
            Some(late) if diffusion_step <= PAIR_GATE_STEP => late,
            _ => &self.early,
        }
    }
}
