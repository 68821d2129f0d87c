//! Painting a piece: 8-bar segments, each continuing the one before, joined into one roll.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::Progress;
use super::silent_bars::{all_but, silent_bars};
use crate::conditioning::Conditioning;
use crate::diffusion::coherence::{Coherence, Coherent, Corrections, STEPS_PER_PHRASE};
use crate::diffusion::config::ConditionKind;
use crate::diffusion::guidance::GuidedModel;
use crate::diffusion::model::Model;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::diffusion::sampler::{Denoiser, Kept, SamplerKind, SamplerSettings, Sampling};
use crate::error::Result;
use crate::music::piano_roll::{ON_THRESHOLD, PianoRoll};
use crate::time::{BARS_PER_SEGMENT, BEATS_PER_BAR, Bars, STEPS_PER_BAR, STEPS_PER_BEAT};

/// The range to which estimates of a roll of zeros and ones are clamped.
pub(super) const ROLL_RANGE: (f32, f32) = (-0.1, 1.1);

/// How often bars that came out silent are painted again if notes were asked for.
const REPAINTS: u32 = 2;
/// The distance in the noise between two attempts at a segment, in segments.
const SEGMENTS_BETWEEN_TRIES: u32 = 1 << 16;

/// Called before each step with the steps done and the steps in all; may stop the work.
type OnStep<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

/// A piece to be painted.
pub(super) struct Piece<'a> {
    pub(super) model: &'a Model,
    pub(super) conditioning: &'a Conditioning,
    pub(super) sampler: SamplerSettings,
    pub(super) guidance_scale: f64,
    pub(super) coherence: Coherence,
    pub(super) seed: u64,
    pub(super) bars: Bars,
}

impl Piece<'_> {
    /// Paints segment after segment, each with its first half fixed to the second half of the one before, and joins the
    /// halves into the roll of the whole piece (the authors' `autoreg`).
    pub(super) fn paint(
        &self,
        on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<PianoRoll> {
        let steps = self.bars.steps().0 as usize;
        let half = self.model.config().img_h / 2;
        let segments = steps.div_ceil(half).saturating_sub(1).max(1);
        let mut halves: Vec<Tensor> = Vec::with_capacity(segments + 1);
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
            let roll = self.paint_segment(segment, half, halves.last(), &mut on_step)?;
            if segment == 0 {
                halves.push(roll.narrow(2, 0, half)?);
            }
            halves.push(roll.narrow(2, half, half)?);
        }
        let halves: Vec<&Tensor> = halves.iter().collect();
        let whole = Tensor::cat(&halves, 2)?.narrow(2, 0, steps)?;
        let values = whole.flatten_all()?.to_vec1::<f32>()?;
        let (parts, pitches) = (self.model.roll_parts(), self.model.pitches());
        Ok(PianoRoll::new(values, parts, pitches)?)
    }

    /// Paints one segment; returns its roll `[1, planes, steps, pitches]`.
    fn paint_segment(
        &self,
        segment: usize,
        half: usize,
        before: Option<&Tensor>,
        on_step: OnStep<'_>,
    ) -> Result<Tensor> {
        let model = self.model;
        let first_beat = segment * half / STEPS_PER_BEAT as usize;
        let beats = model.segment_beats();
        let condition = self.conditioning.encode(model, first_beat, beats)?;
        let free = self.conditioning.encode_free(model, first_beat, beats)?;
        // The published loop does not clamp; solvers of few steps need it.
        let x0_range = (self.sampler.kind != SamplerKind::Ddpm).then_some(ROLL_RANGE);
        let guided = GuidedModel::new(model, &condition, &free, self.guidance_scale, x0_range)?;
        let chords = self.conditioning.chords().unwrap_or_default();
        let coherent = Coherent {
            denoiser: &guided,
            corrections: Corrections {
                coherence: self.coherence,
                chords: chords.get(first_beat..).unwrap_or_default(),
                scale: None,
                hits: &[],
                pitch_min: model.config().pitch_min,
                bar_steps: STEPS_PER_BAR as usize,
            },
            last_diffusion_step: model.schedule().steps() - 1,
            x0_range,
        };
        let ours = model.config().cond_type == ConditionKind::Cues;
        let denoiser: &dyn Denoiser = if ours { &coherent } else { &guided };
        let kept = match before {
            Some(before) if segment > 0 => {
                let other = before.zeros_like()?;
                Some(Kept {
                    original: Tensor::cat(&[before, &other], 2)?,
                    mask: Tensor::cat(&[&before.ones_like()?, &other], 2)?,
                })
            }
            _ => None,
        };
        let sample = |attempt, kept: Option<&Kept>, on_step: OnStep<'_>| {
            let sampling = Sampling {
                denoiser,
                schedule: model.schedule(),
                settings: self.sampler,
                noise: &|noise_use| {
                    self.noise(segment as u32 + attempt * SEGMENTS_BETWEEN_TRIES, noise_use)
                },
                kept,
                on_step,
            };
            sampling.run()
        };
        let roll = sample(0, kept.as_ref(), on_step)?;
        if !ours {
            return Ok(roll);
        }
        // Cells are made 0 or 1, so that the next segment continues the notes that will be decoded.
        let rounded =
            |roll: Tensor| -> Result<Tensor> { Ok(roll.gt(ON_THRESHOLD)?.to_dtype(roll.dtype())?) };
        let mut roll = rounded(roll)?;
        let first_bar = if before.is_some() {
            BARS_PER_SEGMENT / 2
        } else {
            0
        };
        for attempt in 1..=REPAINTS {
            let bars = silent_bars(&roll, model.roll_parts(), first_bar, |bar| {
                let bar_beat = first_beat + (bar * BEATS_PER_BAR) as usize;
                bar_beat < self.bars.beats().0 as usize
                    && self.conditioning.asks_for_notes(model, bar_beat)
            })?;
            if bars.is_empty() {
                break;
            }
            let kept = all_but(&bars, &roll)?;
            roll = rounded(sample(attempt, Some(&kept), &mut |_, steps| {
                on_step(steps, steps)
            })?)?;
        }
        Ok(roll)
    }

    /// Returns the noise of a segment, in the shape of its roll. For our models, phrases of the starting noise are alike.
    fn noise(&self, segment: u32, noise_use: NoiseUse) -> Result<Tensor> {
        let (model, source) = (self.model, NoiseSource::new(self.seed, segment));
        let shape = model.roll_shape();
        let noise = source.normal(noise_use, &shape, model.device())?;
        if noise_use != NoiseUse::Start || model.config().cond_type != ConditionKind::Cues {
            return Ok(noise);
        }
        let [batch, planes, _, pitches] = shape;
        let phrase_shape = [batch, planes, STEPS_PER_PHRASE, pitches];
        let whole_draft = NoiseSource::new(self.seed, 0);
        let phrase = whole_draft.normal(NoiseUse::CommonPhrase, &phrase_shape, model.device())?;
        self.coherence.repeat_phrases(&noise, &phrase)
    }
}
