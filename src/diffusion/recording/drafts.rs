//! Recorded drafts of the `parts` family: whole runs of the stochastic solver on recorded noise.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::{Deviation, RecordedCondition, Recording, maximum};
use crate::diffusion::guidance::GuidedModel;
use crate::diffusion::model::Model;
use crate::diffusion::noise::NoiseUse;
use crate::diffusion::parts_encoder::spread_mask;
use crate::diffusion::sampler::{Kept, SamplerKind, SamplerSettings, Sampling};
use crate::error::{Error, Result};
use crate::time::STEPS_PER_BEAT;

/// The range that estimates of x₀ are clamped to.
const X0_RANGE: (f32, f32) = (-0.1, 1.1);

/// A recorded run: its noise and its result.
#[derive(Debug)]
pub(super) struct RecordedDraft {
    name: &'static str,
    churn: f64,
    guidance_scale: f64,
    /// `[steps, 1, planes, steps, pitches]`: the start, then the noise after each step but the last.
    noises: Tensor,
    /// The last x₀, `[1, planes, steps, pitches]`.
    draft: Tensor,
}

/// Reads the drafts of a recording: `draft` with all the solver's noise, and `draft_guided` without, guided by 2.
pub(super) fn read(
    find: impl Fn(&[&'static str]) -> Result<Option<(&'static str, Tensor)>>,
) -> Result<Vec<RecordedDraft>> {
    let Some((_, noises)) = find(&["noises"])? else {
        return Ok(Vec::new());
    };
    let runs = [("draft", 1.0, 1.0), ("draft_guided", 0.0, 2.0)];
    let drafts = runs.into_iter().map(|(name, churn, guidance_scale)| {
        let draft = find(&[name])?;
        Ok(draft.map(|(_, draft)| RecordedDraft {
            name,
            churn,
            guidance_scale,
            noises: noises.clone(),
            draft,
        }))
    });
    drafts.filter_map(Result::transpose).collect()
}

impl Recording {
    /// Samples every recorded draft again on the recorded noise, and compares. Empty if none is recorded.
    ///
    /// # Errors
    /// Returns an error if the recording does not fit the model.
    pub fn compare_drafts(&self, model: &Model) -> Result<Vec<(&'static str, Deviation)>> {
        (self.drafts.iter())
            .map(|draft| {
                let sampled = self.sample(model, draft)?;
                let absolute = maximum(&(sampled - &draft.draft)?)?;
                let deviation = Deviation::of(absolute, maximum(&draft.draft)?);
                Ok((draft.name, deviation))
            })
            .collect()
    }

    fn sample(&self, model: &Model, draft: &RecordedDraft) -> Result<Tensor> {
        let RecordedCondition::Parts {
            rows, known, mask, ..
        } = &self.condition
        else {
            return Err(Error::value(
                "a recorded draft without `row`",
                "drafts of the family `parts` only",
            ));
        };
        let first = |tensor: &Tensor| tensor.narrow(0, 0, 1)?.to_device(model.device());
        let condition = self.condition.encode(model, first)?;
        let free = self.condition.encode(model, |tensor| {
            let is_rows = tensor.shape() == rows.shape();
            let tensor = first(tensor)?;
            if is_rows {
                model.without_cues(&tensor)
            } else {
                Ok(tensor)
            }
        })?;
        let guided = GuidedModel::new(
            model,
            &condition,
            &free,
            draft.guidance_scale,
            Some(X0_RANGE),
        )?;
        let known = first(known)?;
        let mask = spread_mask(&first(mask)?, STEPS_PER_BEAT as usize)?;
        let kept = Kept {
            mask: mask.broadcast_as(known.shape())?.contiguous()?,
            original: known,
        };
        let steps = draft.noises.dim(0)?;
        let sampling = Sampling {
            denoiser: &guided,
            schedule: model.schedule(),
            settings: SamplerSettings {
                kind: SamplerKind::SdeDpmSolver,
                steps,
                churn: draft.churn,
                ..SamplerSettings::default()
            },
            noise: &|noise_use| {
                let index = match noise_use {
                    NoiseUse::Step(step) => step as usize,
                    _ => 0,
                };
                Ok((draft.noises.get(index.min(steps - 1))?).to_device(model.device())?)
            },
            kept: Some(&kept),
            on_step: &mut |_, _| ControlFlow::Continue(()),
        };
        sampling.run()
    }
}
