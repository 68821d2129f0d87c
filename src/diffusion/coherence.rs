//! Musical corrections while sampling: key, chord tones, groove, consonance and repeated phrases.
//!
//! Between two sampling steps each cell of the estimate of x₀ is scaled slightly, and the network continues from the
//! result. In addition, part of the starting noise is the same in every phrase of four bars, because in songs a bar
//! resembles the one four bars earlier more than the previous one. A share of 0 turns a correction off.

mod consonance;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::diffusion::sampler::Denoiser;
use crate::error::Result;
use crate::music::chord::Chord;
use crate::music::pitch_class::MAJOR_SCALE;
use crate::time::{self, BARS_PER_PHRASE, STEPS_PER_BEAT};

/// Sixteenths in a phrase of four bars.
pub(crate) const STEPS_PER_PHRASE: usize = BARS_PER_PHRASE as usize * STEPS_PER_BAR;
const STEPS_PER_BAR: usize = time::STEPS_PER_BAR as usize;
/// Lower bound on the use of the most used sixteenth, to avoid dividing by 0 in a silent roll.
const LEAST_USE: f32 = 1e-3;

/// The strength of each correction, from 0 (off) to 1.
///
/// The defaults bring the metrics of drafts for held-out cues closest to those of the held-out music.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coherence {
    /// Share of the starting noise's variance that is common to all phrases of four bars; in the family `parts`, of all
    /// noise, and common to every two bars.
    pub repetition: f32,
    /// How much to lower pitches outside the major scale that fits the segment best.
    pub key: f32,
    /// How much to favour the pitch classes of each beat's chord; strongest in the first steps.
    pub chord: f32,
    /// How much to favour onsets on the sixteenths that most bars use.
    pub groove: f32,
    /// How much to lower the weaker of two tones a semitone apart, unless both belong to the chord.
    pub consonance: f32,
}

impl Default for Coherence {
    fn default() -> Self {
        Self {
            repetition: 0.75,
            key: 0.0,
            chord: 0.0,
            groove: 1.0,
            consonance: 0.6,
        }
    }
}

impl Coherence {
    /// No corrections.
    pub const NONE: Self = Self {
        repetition: 0.0,
        key: 0.0,
        chord: 0.0,
        groove: 0.0,
        consonance: 0.0,
    };

    /// Mixes `noise` `[1, 2, steps, pitches]` with one phrase of noise `[1, 2, 64, pitches]`, so that the correlation
    /// between phrases is [`Coherence::repetition`] and every value stays standard normal.
    ///
    /// # Errors
    /// Returns an error if the shapes do not fit.
    pub(crate) fn repeat_phrases(&self, noise: &Tensor, phrase: &Tensor) -> Result<Tensor> {
        let steps = noise.dim(2)?;
        let phrases = vec![phrase; steps.div_ceil(STEPS_PER_PHRASE)];
        let common = Tensor::cat(&phrases, 2)?.narrow(2, 0, steps)?;
        let share = f64::from(self.repetition);
        Ok(((noise * (1.0 - share).sqrt())? + (common * share.sqrt())?)?)
    }

    /// Returns whether estimates are changed at all.
    fn corrects(&self) -> bool {
        [self.key, self.chord, self.groove, self.consonance]
            .iter()
            .any(|share| *share > 0.0)
    }

    /// Corrects the values of one part's roll `[2, steps, pitches]` in bars of `bar_steps`, from its number of pitches and
    /// its lowest pitch. `noise` is the share of the diffusion steps still to come, from 1 (first step) to 0.
    fn correct(
        &self,
        roll: &mut [f32],
        (pitches, pitch_min): (usize, usize),
        bar_steps: usize,
        chords: &[Option<Chord>],
        noise: f32,
    ) {
        if self.key > 0.0 {
            let tonic = best_tonic(roll, pitches, pitch_min);
            for (cell, value) in roll.iter_mut().enumerate() {
                if !in_major(pitch_min + cell % pitches, tonic) {
                    *value *= 1.0 - self.key;
                }
            }
        }
        if self.chord > 0.0 {
            let half = roll.len() / 2;
            let reach = self.chord * noise / 2.0;
            for plane in roll.chunks_exact_mut(half) {
                let beats = plane.chunks_exact_mut(pitches * STEPS_PER_BEAT as usize);
                for (beat, chord) in beats.zip(chords) {
                    let Some(chord) = chord else { continue };
                    for (cell, value) in beat.iter_mut().enumerate() {
                        let inside = chord.classes[(pitch_min + cell % pitches) % 12];
                        *value *= 1.0 + if inside { reach } else { -reach };
                    }
                }
            }
        }
        if self.groove > 0.0 {
            let half = roll.len() / 2;
            let onset = &mut roll[..half];
            let usage = usage(onset, pitches, bar_steps);
            for (step, row) in onset.chunks_exact_mut(pitches).enumerate() {
                let factor = 1.0 + self.groove * (usage[step % bar_steps] - 0.5);
                row.iter_mut().for_each(|value| *value *= factor);
            }
        }
        if self.consonance > 0.0 {
            consonance::lower_dissonances(roll, pitches, pitch_min, chords, self.consonance);
        }
    }
}

/// A denoiser with corrected estimates.
pub(crate) struct Coherent<'a> {
    /// The network under its condition.
    pub(crate) denoiser: &'a dyn Denoiser,
    /// The strength of the corrections.
    pub(crate) coherence: Coherence,
    /// The chord of each beat; beats beyond the end have none.
    pub(crate) chords: &'a [Option<Chord>],
    /// The diffusion step at which sampling starts.
    pub(crate) last_diffusion_step: usize,
    /// The lowest pitch of the roll.
    pub(crate) pitch_min: usize,
    /// Sixteenths in a bar.
    pub(crate) bar_steps: usize,
    /// The range to clamp corrected estimates to, if any.
    pub(crate) x0_range: Option<(f32, f32)>,
}

impl Denoiser for Coherent<'_> {
    fn x0(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor> {
        let x0 = self.denoiser.x0(x_t, diffusion_step)?;
        if !self.coherence.corrects() {
            return Ok(x0);
        }
        let (_, _, steps, pitches) = x0.dims4()?;
        let mut values = x0.flatten_all()?.to_vec1::<f32>()?;
        let noise = diffusion_step as f32 / self.last_diffusion_step.max(1) as f32;
        // Each part has an onset and a sustain plane.
        for part in values.chunks_exact_mut(2 * steps * pitches) {
            let keyboard = (pitches, self.pitch_min);
            (self.coherence).correct(part, keyboard, self.bar_steps, self.chords, noise);
        }
        if let Some((low, high)) = self.x0_range {
            values
                .iter_mut()
                .for_each(|value| *value = value.clamp(low, high));
        }
        Ok(Tensor::from_vec(values, x0.shape(), x0.device())?)
    }
}

fn in_major(pitch: usize, tonic: usize) -> bool {
    MAJOR_SCALE.contains(&(((pitch + 12 - tonic) % 12) as u8))
}

/// Returns the tonic of the major scale with the least weight outside it, the lowest if several are equal. A pitch
/// weighs the sum of squares of its positive values.
fn best_tonic(roll: &[f32], pitches: usize, pitch_min: usize) -> usize {
    let mut weight = vec![0.0_f64; pitches];
    for row in roll.chunks_exact(pitches) {
        for (weight, value) in weight.iter_mut().zip(row) {
            *weight += f64::from(value.max(0.0).powi(2));
        }
    }
    let outside = |tonic: usize| -> f64 {
        let outside = (0..pitches).filter(|column| !in_major(pitch_min + column, tonic));
        outside.map(|column| weight[column]).sum()
    };
    let weights: Vec<f64> = (0..12).map(outside).collect();
    (0..12).fold(0, |best, tonic| {
        if weights[tonic] < weights[best] {
            tonic
        } else {
            best
        }
    })
}

/// Returns how much each sixteenth of the bar is used for onsets, relative to the most used one.
fn usage(onset: &[f32], pitches: usize, bar_steps: usize) -> Vec<f32> {
    let mut usage = vec![0.0_f32; bar_steps];
    for (step, row) in onset.chunks_exact(pitches).enumerate() {
        let strongest = row.iter().fold(0.0_f32, |max, value| max.max(*value));
        usage[step % bar_steps] += strongest.min(1.0);
    }
    let most = usage.iter().fold(LEAST_USE, |max, value| max.max(*value));
    usage.iter().map(|value| value / most).collect()
}

#[cfg(test)]
mod tests;
