//! Painting over music with a published network, as the authors' `inpaint` does: what a mask keeps stays.

mod known_notes;

use std::ops::ControlFlow;

use candle_core::Tensor;
use known_notes::KnownNotes;

use super::piece::ROLL_RANGE;
use super::{Draft, Progress, Recipe, Settings, cuts, length_of, placement};
use crate::conditioning::Conditioning;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::harmony::Harmony;
use crate::diffusion::guidance::GuidedModel;
use crate::diffusion::model::Model;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::diffusion::sampler::{Kept, SamplerKind, Sampling};
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::music::decode::encode;
use crate::music::mask::Mask;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::piano_roll::PianoRoll;
use crate::music::score::{RawScore, Score};
use crate::time::{STEPS_PER_BEAT, Steps};

/// What to keep of a piece, and in what order to paint the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inpainting {
    /// What is kept.
    pub mask: Mask,
    /// Whether each segment begins with the half that was painted last and moves on by half a segment (the authors'
    /// `autoreg`), so that the music is continuous. Otherwise the segments are painted on their own.
    pub autoregressive: bool,
}

/// Paints over `notes` for a clip with a published network. The length is that of `settings`; only its placement of the clip,
/// its seed, its sampler and its guidance matter beside.
///
/// The network sees notes on the grid of sixteenths. Those whose beginning the mask keeps come out as they went in, unless a
/// painted one ends them or the mask keeps less than their length; all others have the velocity 80.
///
/// # Errors
/// Returns an error if the model is not a published one, the mask names bars that the piece does not have, or as
/// [`generate`](super::generate) does.
pub fn inpaint(
    model: &Model,
    clip: &ClipFeatures,
    notes: &[Note],
    inpainting: &Inpainting,
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    expect_published(model)?;
    settings.check(model)?;
    let bars = length_of(clip.duration, settings)?;
    let placement = placement(settings);
    if let Mask::Bars(painted) = &inpainting.mask
        && let Some(bar) = painted.iter().find(|&&bar| bar >= bars.0)
    {
        return Err(Error::Usage(format!(
            "There is no bar {} to paint. Choose bars from 1 to {}.",
            bar + 1,
            bars.0
        )));
    }
    let segment_steps = model.config().img_h as u32;
    let steps = Steps(bars.steps().0.next_multiple_of(segment_steps));
    let beats = (steps.0 / STEPS_PER_BEAT) as usize;
    let conditioning = Conditioning::new(
        model.config(),
        clip,
        &placement,
        &ClipCurves::new(clip, &placement, beats),
        &settings.steering,
        &Harmony::Free,
        settings.seed,
    )?;
    let known = KnownNotes::of(notes);
    let roll = encode(known.grid(), steps, model.roll_parts(), model.pitches());
    let mask = inpainting.mask.of(&roll);
    let canvas = Canvas {
        model,
        conditioning: &conditioning,
        settings,
        roll: tensor(&roll, model)?,
        mask: tensor(&mask, model)?,
        segment_steps: segment_steps as usize,
    };
    let painted = canvas.paint(inpainting.autoregressive, on_progress)?;
    let values = painted.flatten_all()?.to_vec1::<f32>()?;
    let painted = PianoRoll::new(values, model.roll_parts(), model.pitches())?;
    let mut notes = known.restored(&painted, &mask, Steps(segment_steps));
    notes.retain(|note| note.start.0 < bars.beats().0);
    Ok(Draft {
        score: Score::repaired(RawScore {
            notes,
            bars,
            metre: Metre::COMMON,
            tempo_map: settings.tempo_map.clone(),
            chords: Vec::new(),
            sections: Vec::new(),
            cuts: cuts(clip, settings),
        }),
        recipe: Recipe {
            model: model.name().to_owned(),
            guidance_scale: settings.guidance_scale_for(model),
            settings: settings.clone(),
            asked: None,
        },
    })
}

fn expect_published(model: &Model) -> Result<()> {
    let kind = model.config().cond_type;
    if kind.is_published() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "Masks are for the published models, and {} is of the family `{}`. Choose another model, or leave out the mask.",
        model.name(),
        kind.name()
    )))
}

/// Returns a roll as a tensor `[1, planes, steps, pitches]`.
fn tensor(roll: &PianoRoll, model: &Model) -> Result<Tensor> {
    let [batch, planes, _, pitches] = model.roll_shape();
    let shape = (batch, planes, roll.steps().0 as usize, pitches);
    Ok(Tensor::from_slice(roll.values(), shape, model.device())?)
}

/// The piece before it is painted.
struct Canvas<'a> {
    model: &'a Model,
    conditioning: &'a Conditioning,
    settings: &'a Settings,
    /// The music that there is, `[1, 2, steps, pitches]`.
    roll: Tensor,
    /// 1 where it is kept, in the same shape.
    mask: Tensor,
    segment_steps: usize,
}

impl Canvas<'_> {
    /// Paints segment after segment and returns the whole roll.
    fn paint(
        &self,
        autoregressive: bool,
        on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Tensor> {
        let steps = self.segment_steps;
        let half = steps / 2;
        let stride = if autoregressive { half } else { steps };
        let segments = (self.roll.dim(2)? - steps) / stride + 1;
        let mut done: Vec<Tensor> = Vec::with_capacity(segments + 1);
        for segment in 0..segments {
            let mut on_step = |step, steps| {
                on_progress(Progress {
                    segment,
                    segments,
                    step,
                    steps,
                    painted: None,
                })
            };
            let first = segment * stride;
            let mut kept = Kept {
                original: self.roll.narrow(2, first, steps)?,
                mask: self.mask.narrow(2, first, steps)?,
            };
            let is_first = done.is_empty();
            if autoregressive && let Some(last) = done.last() {
                let later = |whole: &Tensor| whole.narrow(2, half, half);
                kept = Kept {
                    original: Tensor::cat(&[last, &later(&kept.original)?], 2)?,
                    mask: Tensor::cat(&[&last.ones_like()?, &later(&kept.mask)?], 2)?,
                };
            }
            let painted = self.paint_segment(first, &kept, &mut on_step)?;
            if !autoregressive {
                done.push(painted);
                continue;
            }
            if is_first {
                done.push(painted.narrow(2, 0, half)?);
            }
            done.push(painted.narrow(2, half, half)?);
        }
        Ok(Tensor::cat(&done, 2)?)
    }

    /// Paints the segment that begins at step `first`, with what is to be kept of it.
    fn paint_segment(
        &self,
        first: usize,
        kept: &Kept,
        on_step: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Tensor> {
        let Self {
            model, settings, ..
        } = self;
        if kept.mask.flatten_all()?.min(0)?.to_scalar::<f32>()? >= 1.0 {
            return Ok(kept.original.clone());
        }
        let first_beat = first / STEPS_PER_BEAT as usize;
        let beats = model.segment_beats();
        let condition = self.conditioning.encode(model, first_beat, beats)?;
        let free = self.conditioning.encode_free(model, first_beat, beats)?;
        // The published loop does not clamp; solvers of few steps need it.
        let x0_range = (settings.sampler.kind != SamplerKind::Ddpm).then_some(ROLL_RANGE);
        let scale = settings.guidance_scale_for(model);
        let sampling = Sampling {
            denoiser: &GuidedModel::new(model, &condition, &free, scale, x0_range)?,
            schedule: model.schedule(),
            settings: settings.sampler,
            noise: &|noise_use| self.noise(first, noise_use),
            kept: Some(kept),
            on_step,
        };
        sampling.run()
    }

    /// Returns noise in the shape of a segment's roll. What a segment starts from, and what is added to what it keeps, belongs
    /// to the place, so that segments that overlap share it.
    fn noise(&self, first: usize, noise_use: NoiseUse) -> Result<Tensor> {
        let shape = self.model.roll_shape();
        let half = self.segment_steps / 2;
        let noise_of = |index: usize| {
            let source = NoiseSource::new(self.settings.seed, index as u32);
            source.normal(noise_use, &shape, self.model.device())
        };
        let (whole, is_between) = (
            first / self.segment_steps,
            !first.is_multiple_of(self.segment_steps),
        );
        if noise_use != NoiseUse::Start {
            return noise_of(first / half);
        }
        if !is_between {
            return noise_of(whole);
        }
        let (end, start) = (
            noise_of(whole)?.narrow(2, half, half)?,
            noise_of(whole + 1)?.narrow(2, 0, half)?,
        );
        Ok(Tensor::cat(&[end, start], 2)?)
    }
}
