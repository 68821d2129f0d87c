//! Paints a region of a piece with a network of the `parts` family: window after window, keeping everything else.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::Progress;
use super::canvas::Canvas;
use super::region::{PARTS, Region, Window};
use crate::conditioning::parts::PartsConditioning;
use crate::diffusion::coherence::{Coherence, Coherent};
use crate::diffusion::guidance::GuidedModel;
use crate::diffusion::model::Model;
use crate::diffusion::noise::NoiseUse;
use crate::diffusion::parts_encoder::{PartsRows, spread_mask};
use crate::diffusion::place_noise::PlaceNoise;
use crate::diffusion::sampler::{Kept, SamplerSettings, Sampling};
use crate::error::Result;
use crate::music::metre::Metre;
use crate::music::piano_roll::RollPart;
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT, STEPS_PER_SEGMENT, Steps};

/// The range that estimates of a roll of zeros and ones are clamped to.
const ROLL_RANGE: (f32, f32) = (-0.1, 1.1);
/// How often bars that came out silent are painted again if notes were asked for.
const REPAINTS: u64 = 2;
/// Added to the seed for each further try: an odd number far from any that a user would choose.
const SEED_STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Paints pieces with one model under one set of conditions.
pub(super) struct Painter<'a> {
    pub(super) model: &'a Model,
    pub(super) conditioning: &'a PartsConditioning,
    pub(super) metre: Metre,
    pub(super) sampler: SamplerSettings,
    pub(super) guidance_scale: f64,
    pub(super) coherence: Coherence,
    pub(super) seed: u64,
}

impl Painter<'_> {
    /// Paints `region` on `canvas`. Nothing outside the region changes, and the same seed with the same surroundings gives
    /// the same result.
    pub(super) fn paint(
        &self,
        canvas: &mut Canvas,
        region: &Region,
        on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<()> {
        let windows = region.windows(self.metre);
        let segments = windows.len();
        for (segment, window) in windows.iter().enumerate() {
            let mut on_step = |step, steps| {
                on_progress(Progress {
                    segment,
                    segments,
                    step,
                    steps,
                })
            };
            self.paint_window(canvas, region, window, 0, &mut on_step)?;
            for attempt in 1..=REPAINTS {
                let silent = self.silent_bars(canvas, region, window);
                if silent.is_empty() {
                    break;
                }
                let mut at_the_end = |_, steps| on_step(steps, steps);
                self.paint_window(canvas, &silent, window, attempt, &mut at_the_end)?;
            }
        }
        Ok(())
    }

    fn paint_window(
        &self,
        canvas: &mut Canvas,
        region: &Region,
        window: &Window,
        attempt: u64,
        on_step: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<()> {
        let model = self.model;
        let device = model.device();
        let [_, planes, steps, pitches] = model.roll_shape();
        let beats = BEATS_PER_SEGMENT as usize;
        let first = Steps(window.first_beat as u32 * STEPS_PER_BEAT);
        let paints = |part: RollPart, beat: usize| {
            window.painted.contains(&beat) && region.paints(part, beat)
        };

        let mask: Vec<f32> = (PARTS.into_iter())
            .flat_map(|part| (0..beats).map(move |beat| (part, beat)))
            .map(|(part, beat)| {
                let beat = window.first_beat + beat;
                // What a later window paints is not known yet.
                let is_open = beat >= window.painted.start && region.is_open(part, beat);
                f32::from(u8::from(!is_open))
            })
            .collect();
        let mask = Tensor::from_vec(mask, (1, PARTS.len(), beats), device)?;
        let spread = spread_mask(&mask, STEPS_PER_BEAT as usize)?;
        let spread = spread
            .broadcast_as((1, planes, steps, pitches))?
            .contiguous()?;
        let there = canvas.window(first, Steps(STEPS_PER_SEGMENT));
        let there = Tensor::from_vec(there, (1, planes, steps, pitches), device)?;
        let known = (&there * &spread)?;

        let (rows, harmony) = self.conditioning.window(model, window.first_beat, beats)?;
        let condition = |rows: &Tensor| {
            model.parts_condition(PartsRows {
                rows,
                harmony: harmony.as_ref(),
                known: &known,
                mask: &mask,
            })
        };
        let free = condition(&model.without_cues(&rows)?)?;
        let range = Some(ROLL_RANGE);
        let guided =
            GuidedModel::new(model, &condition(&rows)?, &free, self.guidance_scale, range)?;
        let chords = self.conditioning.chords().unwrap_or_default();
        let coherent = Coherent {
            denoiser: &guided,
            coherence: self.coherence,
            chords: chords.get(window.first_beat..).unwrap_or_default(),
            bar_steps: self.metre.bar_steps() as usize,
            last_diffusion_step: model.schedule().steps() - 1,
            pitch_min: model.config().pitch_min,
            x0_range: range,
        };
        let noise = PlaceNoise {
            seed: self.seed.wrapping_add(attempt.wrapping_mul(SEED_STEP)),
            planes,
            pitches,
            period_steps: 2 * self.metre.bar_steps() as usize,
            common_share: self.coherence.repetition.into(),
        };
        let kept = Kept {
            original: known.clone(),
            mask: spread,
        };
        let sampling = Sampling {
            denoiser: &coherent,
            schedule: model.schedule(),
            settings: self.sampler,
            noise: &|noise_use| {
                let index = match noise_use {
                    NoiseUse::Step(step) => step,
                    _ => 0,
                };
                noise.window(index, first.0 as usize, steps, device)
            },
            kept: Some(&kept),
            on_step,
        };
        let values = sampling.run()?.flatten_all()?.to_vec1::<f32>()?;
        canvas.paint(first, &values, paints);
        Ok(())
    }

    /// Returns the bars, painted whole in both parts by a window, in which no note begins although some are asked for.
    fn silent_bars(&self, canvas: &Canvas, region: &Region, window: &Window) -> Region {
        let bar = self.metre.bar_beats() as usize;
        let onsets: Vec<usize> = (canvas.notes().iter())
            .map(|note| (note.start.0 / STEPS_PER_BEAT) as usize)
            .collect();
        let mut silent = Region::nothing(region.beats());
        for first in (0..region.beats()).step_by(bar) {
            let beats = first..first + bar;
            let is_painted = beats.clone().all(|beat| {
                window.painted.contains(&beat)
                    && PARTS.iter().all(|&part| region.paints(part, beat))
            });
            let is_silent = !onsets.iter().any(|onset| beats.contains(onset));
            if is_painted && is_silent && self.conditioning.asks_for_notes(beats.clone()) {
                silent = silent.with(beats, &PARTS);
            }
        }
        silent
    }
}
