//! Training batches: rolls, noise, diffusion steps and conditions.

use candle_core::{Device, Tensor};

use crate::diffusion::condition::Condition;
use crate::diffusion::cue_encoder::CueRows;
use crate::diffusion::model::Model;
use crate::diffusion::parts_encoder::{PartsRows, spread_mask};
use crate::error::Result;

/// One batch, on the CPU.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Rolls of zeros and ones, `[batch, planes, steps, pitches]`.
    pub x_0: Tensor,
    /// Standard normal noise of the same shape.
    pub noise: Tensor,
    /// The diffusion step of each window.
    pub diffusion_steps: Vec<usize>,
    /// The conditions of the windows.
    pub conditions: Conditions,
}

/// The conditions of the windows of a batch.
#[derive(Clone, Debug)]
pub enum Conditions {
    /// For the `cues` family.
    Cues {
        /// Cue rows `[batch, beats, 2·cues]`: values, then masks.
        cues: Tensor,
        /// Harmony rows `[batch, beats, 25]`, if the network reads them.
        harmony: Option<Tensor>,
    },
    /// For the `parts` family.
    Parts {
        /// Rows `[batch, beats, 23]`, see [`PartsRows`].
        rows: Tensor,
        /// Harmony rows `[batch, beats, 25]`.
        harmony: Tensor,
        /// 1 where a beat of a part of the roll is to stay, else 0, `[batch, parts, beats]`.
        mask: Tensor,
    },
    /// For the published families; `None` for embeddings that the network does not read.
    Embeddings {
        /// Frame embeddings `[batch, beats, 512]`.
        visual: Option<Tensor>,
        /// Caption embeddings `[batch, beats, 768]`.
        caption: Option<Tensor>,
        /// Whether each window goes without its embeddings.
        free: Vec<bool>,
    },
}

impl Conditions {
    /// Copies the conditions to `device`.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub(crate) fn to_device(&self, device: &Device) -> Result<Self> {
        let moved = |tensor: &Option<Tensor>| {
            let moved = tensor.as_ref().map(|tensor| tensor.to_device(device));
            moved.transpose()
        };
        Ok(match self {
            Self::Cues { cues, harmony } => Self::Cues {
                cues: cues.to_device(device)?,
                harmony: moved(harmony)?,
            },
            Self::Parts {
                rows,
                harmony,
                mask,
            } => Self::Parts {
                rows: rows.to_device(device)?,
                harmony: harmony.to_device(device)?,
                mask: mask.to_device(device)?,
            },
            Self::Embeddings {
                visual,
                caption,
                free,
            } => Self::Embeddings {
                visual: moved(visual)?,
                caption: moved(caption)?,
                free: free.clone(),
            },
        })
    }

    /// Returns the batch's condition for `model`, which must be on the same device, as must the rolls `x_0`. Gradients
    /// reach the model's encoder.
    ///
    /// # Errors
    /// Returns an error if the model reads other conditions.
    pub(crate) fn condition(
        &self,
        model: &Model,
        x_0: &Tensor,
        diffusion_steps: &[usize],
    ) -> Result<Condition> {
        match self {
            Self::Parts {
                rows,
                harmony,
                mask,
            } => model.parts_condition(PartsRows {
                rows,
                harmony: Some(harmony),
                known: &x_0.broadcast_mul(&spread_mask(mask, model.config().time_fold)?)?,
                mask,
            }),
            Self::Cues { cues, harmony } => model.cue_condition(CueRows {
                cues,
                harmony: harmony.as_ref(),
            }),
            Self::Embeddings {
                visual,
                caption,
                free,
            } => {
                let condition = model.embedding_condition(visual.as_ref(), caption.as_ref())?;
                model.free_or_gated(&condition, diffusion_steps, free)
            }
        }
    }
}
