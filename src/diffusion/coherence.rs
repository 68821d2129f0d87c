//! Musical corrections while sampling: scale, chord tones, groove, consonance, the line of the tune, hits and repeated phrases.
//!
//! Between two sampling steps each cell of the estimate of x₀ is scaled slightly, and the network continues from the
//! result. In addition, part of the starting noise is the same in every phrase of four bars, because in songs a bar
//! resembles the one four bars earlier more than the previous one. A share of 0 turns a correction off.

mod consonance;
mod groove;
mod hits;
mod line;
mod scale;
mod top;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::diffusion::sampler::Denoiser;
use crate::error::Result;
use crate::music::chord::Chord;
use crate::music::scale::Scale;
use crate::time::{self, BARS_PER_PHRASE, STEPS_PER_BEAT, Steps};

/// Sixteenths in a phrase of four bars.
pub(crate) const STEPS_PER_PHRASE: usize = BARS_PER_PHRASE as usize * time::STEPS_PER_BAR as usize;

/// The strength of each correction, from 0 (off) to 1.
///
/// The defaults bring the metrics of drafts for held-out cues closest to those of the held-out music.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coherence {
    /// Share of the starting noise's variance that is common to all phrases of four bars; in the family `parts`, of all
    /// noise, and common to every two bars.
    pub repetition: f32,
    /// How much to lower pitches outside the scale: the one that is asked for, or the major scale that fits the segment best.
    pub key: f32,
    /// How much to favour the pitch classes of each beat's chord; strongest in the first steps.
    pub chord: f32,
    /// How much to favour onsets on the sixteenths that most bars use; in the family `parts`, how much the rhythm of each bar
    /// of the accompaniment is drawn towards that of all bars.
    pub groove: f32,
    /// How much to lower the weaker of two tones a semitone apart, unless both belong to the chord.
    pub consonance: f32,
    /// How much to lead the tune as one voice that mostly moves by step, 0 to 4 (`parts`).
    pub line: f32,
    /// How much the accompaniment steps back above a tune that sounds (`parts`).
    pub top: f32,
}

impl Default for Coherence {
    fn default() -> Self {
        Self {
            repetition: 0.75,
            key: 0.0,
            chord: 0.0,
            groove: 1.0,
            consonance: 0.6,
            line: 0.0,
            top: 0.0,
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
        line: 0.0,
        top: 0.0,
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
}

/// A step at which something in the picture is to be met by notes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StepHit {
    /// The step, counted from the start of the window; may lie outside.
    pub(crate) step: Steps,
    /// How strongly, 0 to 1.
    pub(crate) strength: f32,
}

/// Corrections of estimates, and what they go by.
#[derive(Clone, Copy)]
pub(crate) struct Corrections<'a> {
    /// The strength of the corrections.
    pub(crate) coherence: Coherence,
    /// The chord of each beat; beats beyond the end have none.
    pub(crate) chords: &'a [Option<Chord>],
    /// The scale that all notes are held to, if any.
    pub(crate) scale: Option<Scale>,
    /// What notes are to meet.
    pub(crate) hits: &'a [StepHit],
    /// The lowest pitch of the roll.
    pub(crate) pitch_min: usize,
    /// Sixteenths in a bar.
    pub(crate) bar_steps: usize,
}

impl Corrections<'_> {
    /// Returns whether estimates are changed at all.
    fn are_on(&self) -> bool {
        let Coherence {
            repetition: _,
            key,
            chord,
            groove,
            consonance,
            line,
            top,
        } = self.coherence;
        let shares = [key, chord, groove, consonance, line, top];
        shares.iter().any(|share| *share > 0.0) || self.scale.is_some() || !self.hits.is_empty()
    }

    /// Corrects the values of all parts, `[2·parts, steps, pitches]`: onsets and sustained cells of each. Of two parts, the
    /// first is the lead. `noise` is the share of the diffusion steps still to come, from 1 (first step) to 0.
    fn correct(&self, values: &mut [f32], part_cells: usize, pitches: usize, noise: f32) {
        let is_divided = values.len() > part_cells;
        let Coherence { line, top, .. } = self.coherence;
        let mut chunks = values.chunks_exact_mut(part_cells);
        if let (Some(lead), Some(accompaniment)) = (chunks.next(), chunks.next()) {
            if line > 0.0 {
                line::steer(lead, accompaniment, pitches, line);
            }
            if top > 0.0 {
                top::clear(lead, accompaniment, pitches, top);
            }
        }
        for (part, roll) in values.chunks_exact_mut(part_cells).enumerate() {
            self.correct_pitches(roll, pitches, noise);
            if self.coherence.groove > 0.0 {
                let (onset, share) = (&mut roll[..part_cells / 2], self.coherence.groove);
                match (is_divided, part) {
                    (false, _) => groove::favour_common(onset, pitches, self.bar_steps, share),
                    (true, 0) => {}
                    _ => groove::hold_figure(onset, pitches, self.bar_steps, share),
                }
            }
            if self.coherence.consonance > 0.0 {
                let keyboard = (pitches, self.pitch_min);
                consonance::lower_dissonances(
                    roll,
                    keyboard,
                    self.chords,
                    self.coherence.consonance,
                );
            }
            for hit in self.hits {
                hits::gather(roll, pitches, *hit);
            }
        }
    }

    /// Lowers pitches outside the scale and favours those of the chords.
    fn correct_pitches(&self, roll: &mut [f32], pitches: usize, noise: f32) {
        let Coherence { key, chord, .. } = self.coherence;
        let keyboard = (pitches, self.pitch_min);
        match self.scale {
            Some(scale) => scale::hold(roll, keyboard, scale, 1.0),
            None if key > 0.0 => {
                let scale = Scale::major(scale::best_tonic(roll, keyboard));
                scale::hold(roll, keyboard, scale, key);
            }
            None => {}
        }
        if chord > 0.0 {
            let reach = chord * noise / 2.0;
            let half = roll.len() / 2;
            for plane in roll.chunks_exact_mut(half) {
                let beats = plane.chunks_exact_mut(pitches * STEPS_PER_BEAT as usize);
                for (beat, chord) in beats.zip(self.chords) {
                    let Some(chord) = chord else { continue };
                    for (cell, value) in beat.iter_mut().enumerate() {
                        let inside = chord.classes[(self.pitch_min + cell % pitches) % 12];
                        *value *= 1.0 + if inside { reach } else { -reach };
                    }
                }
            }
        }
    }
}

/// A denoiser with corrected estimates.
pub(crate) struct Coherent<'a> {
    /// The network under its condition.
    pub(crate) denoiser: &'a dyn Denoiser,
    /// The corrections.
    pub(crate) corrections: Corrections<'a>,
    /// The diffusion step at which sampling starts.
    pub(crate) last_diffusion_step: usize,
    /// The range to clamp corrected estimates to, if any.
    pub(crate) x0_range: Option<(f32, f32)>,
}

impl Denoiser for Coherent<'_> {
    fn x0(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor> {
        let x0 = self.denoiser.x0(x_t, diffusion_step)?;
        if !self.corrections.are_on() {
            return Ok(x0);
        }
        let (_, _, steps, pitches) = x0.dims4()?;
        let mut values = x0.flatten_all()?.to_vec1::<f32>()?;
        let noise = diffusion_step as f32 / self.last_diffusion_step.max(1) as f32;
        (self.corrections).correct(&mut values, 2 * steps * pitches, pitches, noise);
        if let Some((low, high)) = self.x0_range {
            values
                .iter_mut()
                .for_each(|value| *value = value.clamp(low, high));
        }
        Ok(Tensor::from_vec(values, x0.shape(), x0.device())?)
    }
}

/// Returns how strongly a tone sounds by its onset and its sustained cell, 0 to 1.
fn sounding(onset: f32, sustain: f32) -> f32 {
    onset.max(sustain).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
