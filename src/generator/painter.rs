//! Paints a region of a piece with a network of the `parts` family: window after window, keeping everything else.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::canvas::Canvas;
use super::piece::ROLL_RANGE;
use super::plausibility::Plausibility;
use super::region::{PARTS, Region, Window};
use super::{PaintedSegment, Progress};
use crate::conditioning::hits::PlacedHit;
use crate::conditioning::parts::PartsConditioning;
use crate::diffusion::coherence::{Coherence, Coherent, Corrections, StepHit};
use crate::diffusion::guidance::GuidedModel;
use crate::diffusion::model::Model;
use crate::diffusion::noise::NoiseUse;
use crate::diffusion::parts_encoder::{PartsRows, spread_mask};
use crate::diffusion::place_noise::PlaceNoise;
use crate::diffusion::sampler::{Kept, SamplerSettings, Sampling};
use crate::error::{Error, Result};
use crate::music::dynamics::PUBLISHED_VELOCITY;
use crate::music::metre::Metre;
use crate::music::piano_roll::RollPart;
use crate::music::scale::Scale;
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT, STEPS_PER_SEGMENT, Steps};

/// The least often that bars which came out empty are painted again if notes were asked for.
const EMPTY_BAR_RETOUCHES: usize = 2;
/// Of the sampling steps, the share that painting bars again takes: with their neighbours kept, fewer do.
const RETOUCH_STEPS: f64 = 0.5;
/// Added to the seed for each further try: an odd number far from any that a user would choose.
const SEED_STEP: u64 = 0x9E37_79B9_7F4A_7C15;
/// Added to the seed of the common noise for each theme, likewise.
const THEME_STEP: u64 = 0xBF58_476D_1CE4_E5B9;

/// Paints pieces with one model under one set of conditions.
pub(super) struct Painter<'a> {
    pub(super) model: &'a Model,
    pub(super) conditioning: &'a PartsConditioning,
    pub(super) metre: Metre,
    pub(super) sampler: SamplerSettings,
    pub(super) guidance_scale: f64,
    pub(super) coherence: Coherence,
    /// The scale that every note keeps to, if any.
    pub(super) scale: Option<Scale>,
    /// What notes are to meet.
    pub(super) hits: &'a [PlacedHit],
    pub(super) seed: u64,
    /// The theme of what is painted: the number of the section that has it first, 0 in a piece without form.
    pub(super) theme: u64,
    /// How often weak bars are painted again.
    pub(super) retouches: usize,
}

/// A run of the sampler over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// The first.
    First,
    /// Its weak bars again, counted from 1.
    Retouch(usize),
}

impl Attempt {
    /// Returns its number among the attempts, which sets its noise.
    fn number(self) -> u64 {
        match self {
            Self::First => 0,
            Self::Retouch(round) => round as u64,
        }
    }
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
        let steps_of = |attempt| self.sampler_of(attempt).step_count(self.model.schedule());
        let (first_steps, later_steps) = (steps_of(Attempt::First), steps_of(Attempt::Retouch(1)));
        let steps = first_steps + self.retouches * later_steps;
        for (segment, window) in windows.iter().enumerate() {
            let mut on_step = |attempt: Attempt, step: usize| {
                let step = match attempt {
                    Attempt::First => step,
                    Attempt::Retouch(round) => first_steps + (round - 1) * later_steps + step,
                };
                on_progress(Progress {
                    segment,
                    segments,
                    step: step.min(steps),
                    steps,
                    painted: None,
                })
            };
            self.paint_window(canvas, region, region, window, Attempt::First, &mut on_step)?;
            self.retouch(canvas, region, window, &mut on_step)?;
            let notes = canvas.notes_in(&window.painted).into_iter();
            let done = on_progress(Progress {
                segment,
                segments,
                step: steps,
                steps,
                painted: Some(PaintedSegment {
                    beats: window.painted.clone(),
                    notes: notes
                        .map(|note| note.with_velocity(PUBLISHED_VELOCITY))
                        .collect(),
                }),
            });
            if done.is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(())
    }

    fn judge(&self) -> Plausibility<'_> {
        Plausibility {
            conditioning: self.conditioning,
            metre: self.metre,
        }
    }

    /// Paints the weak bars of a window again, each with its neighbours kept. Of the old and the new bar, the more plausible one
    /// stays.
    fn retouch(
        &self,
        canvas: &mut Canvas,
        region: &Region,
        window: &Window,
        on_step: &mut dyn FnMut(Attempt, usize) -> ControlFlow<()>,
    ) -> Result<()> {
        let judge = self.judge();
        for round in 1..=self.retouches.max(EMPTY_BAR_RETOUCHES) {
            let only_empty = round > self.retouches;
            let weak = judge.weak_bars(canvas, region, window.painted.clone(), only_empty);
            if weak.is_empty() {
                break;
            }
            let chosen = weak
                .iter()
                .fold(Region::nothing(region.beats()), |chosen, bar| {
                    chosen.with(bar.beats.clone(), &PARTS)
                });
            let before = canvas.clone();
            self.paint_window(
                canvas,
                region,
                &region.and(&chosen),
                window,
                Attempt::Retouch(round),
                on_step,
            )?;
            for bar in judge.worse_bars(canvas, region, &weak) {
                canvas.restore(&before, bar);
            }
        }
        Ok(())
    }

    fn sampler_of(&self, attempt: Attempt) -> SamplerSettings {
        let steps = match attempt {
            Attempt::First => self.sampler.steps,
            Attempt::Retouch(_) => (self.sampler.steps as f64 * RETOUCH_STEPS).ceil() as usize,
        };
        SamplerSettings {
            steps,
            ..self.sampler
        }
    }

    /// Returns the hits at or after `first`, counted from there.
    fn hits_from(&self, first: Steps) -> Vec<StepHit> {
        let hits = self.hits.iter().filter_map(|hit| {
            let step = Steps(hit.step.0.checked_sub(first.0)?);
            let strength = hit.strength();
            Some(StepHit { step, strength })
        });
        hits.collect()
    }

    /// Paints what `painted`, a part of `region`, has in a window.
    fn paint_window(
        &self,
        canvas: &mut Canvas,
        region: &Region,
        painted: &Region,
        window: &Window,
        attempt: Attempt,
        on_step: &mut dyn FnMut(Attempt, usize) -> ControlFlow<()>,
    ) -> Result<()> {
        let model = self.model;
        let device = model.device();
        let [_, planes, steps, pitches] = model.roll_shape();
        let beats = BEATS_PER_SEGMENT as usize;
        let first = Steps(window.first_beat as u32 * STEPS_PER_BEAT);
        let paints = |part: RollPart, beat: usize| {
            window.painted.contains(&beat) && painted.paints(part, beat)
        };

        let mask: Vec<f32> = (PARTS.into_iter())
            .flat_map(|part| (0..beats).map(move |beat| (part, beat)))
            .map(|(part, beat)| {
                let beat = window.first_beat + beat;
                // What a later window paints is not known yet.
                let is_open = if beat < window.painted.end {
                    beat >= window.painted.start && painted.is_open(part, beat)
                } else {
                    region.is_open(part, beat)
                };
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
        let hits = self.hits_from(first);
        let coherent = Coherent {
            denoiser: &guided,
            corrections: Corrections {
                coherence: self.coherence,
                chords: chords.get(window.first_beat..).unwrap_or_default(),
                scale: self.scale,
                hits: &hits,
                pitch_min: model.config().pitch_min,
                bar_steps: self.metre.bar_steps() as usize,
            },
            last_diffusion_step: model.schedule().steps() - 1,
            x0_range: range,
        };
        let seed = (self.seed).wrapping_add(attempt.number().wrapping_mul(SEED_STEP));
        let noise = PlaceNoise {
            seed,
            common_seed: seed.wrapping_add(self.theme.wrapping_mul(THEME_STEP)),
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
            settings: self.sampler_of(attempt),
            noise: &|noise_use| {
                let index = match noise_use {
                    NoiseUse::Step(step) => step,
                    _ => 0,
                };
                noise.window(index, first.0 as usize, steps, device)
            },
            kept: Some(&kept),
            on_step: &mut |step, _| on_step(attempt, step),
        };
        let values = sampling.run()?.flatten_all()?.to_vec1::<f32>()?;
        canvas.paint(first, &values, paints);
        Ok(())
    }
}
