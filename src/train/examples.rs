//! Training batches: windows of music with what the network is told of them.
//!
//! Everything is drawn from the run's seed and the number of the step, so that a run that was stopped goes on as if it
//! had not been.

use candle_core::{Device, Tensor};

use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::harmony::harmony_rows;
use crate::diffusion::condition::Condition;
use crate::diffusion::config::ModelConfig;
use crate::diffusion::cue_encoder::{CueRows, HARMONY_WIDTH};
use crate::diffusion::model::Model;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::{Error, Result};
use crate::features::{CAPTION_WIDTH, VISUAL_WIDTH};
use crate::music::piano_roll::PitchRange;
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT};
use crate::train::music::Music;
use crate::train::settings::TrainSettings;

/// Semitones by which windows are moved: each as often as any other.
const TRANSPOSITIONS: std::ops::Range<i8> = -6..6;
const BEATS: usize = BEATS_PER_SEGMENT as usize;

/// One batch, on the CPU.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Rolls of zeros and ones, `[batch, 2, steps, pitches]`.
    pub x_0: Tensor,
    /// Standard normal noise of the same shape.
    pub noise: Tensor,
    /// The diffusion step of each window; together they cover the schedule evenly.
    pub diffusion_steps: Vec<usize>,
    /// What the network is told.
    pub told: Told,
}

/// What the network is told of the windows of a batch.
#[derive(Clone, Debug)]
pub enum Told {
    /// Cue rows `[batch, beats, 2·cues]` and harmony rows `[batch, beats, 25]`.
    Cues {
        /// Cue rows, free where left out.
        cues: Tensor,
        /// Harmony rows, where the network takes them.
        harmony: Option<Tensor>,
    },
    /// Frame embeddings `[batch, beats, 512]` and caption embeddings `[batch, beats, 768]`, as far as they are read.
    Embeddings {
        /// Frame embeddings.
        visual: Option<Tensor>,
        /// Caption embeddings.
        caption: Option<Tensor>,
        /// Windows that are told nothing.
        free: Vec<bool>,
    },
}

impl Told {
    /// The same on `device`.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn to_device(&self, device: &Device) -> Result<Self> {
        let moved = |tensor: &Option<Tensor>| {
            let moved = tensor.as_ref().map(|tensor| tensor.to_device(device));
            moved.transpose()
        };
        Ok(match self {
            Self::Cues { cues, harmony } => Self::Cues {
                cues: cues.to_device(device)?,
                harmony: moved(harmony)?,
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

    /// The condition of the batch for `model`, on whose device this has to be; gradients reach its encoder.
    ///
    /// # Errors
    /// When the model reads something else.
    pub fn condition(&self, model: &Model, diffusion_steps: &[usize]) -> Result<Condition> {
        match self {
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

impl Music {
    /// The batch of a step.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn batch(
        &self,
        config: &ModelConfig,
        settings: &TrainSettings,
        step: u64,
    ) -> Result<Batch> {
        let source = NoiseSource::new(settings.seed, step as u32);
        let mut numbers = source.uniform(NoiseUse::Choices);
        let mut uniform = || numbers.next().unwrap_or_default();
        let size = settings.batch;
        let pitches = PitchRange::new(config.pitch_min as u8, config.img_w)?;
        let mut drafts = Windows::default();
        for _ in 0..size {
            self.window(config, settings, pitches, &mut uniform, &mut drafts)?;
        }
        let diffusion_steps = (0..size)
            .map(|index| {
                let place = (index as f64 + uniform()) / size as f64;
                ((place * config.n_steps as f64) as usize).min(config.n_steps - 1)
            })
            .collect();
        let shape = (size, 2, config.img_h, config.img_w);
        Ok(Batch {
            x_0: Tensor::from_vec(drafts.rolls, shape, &Device::Cpu)?,
            noise: source.normal(NoiseUse::Training, shape, &Device::Cpu)?,
            diffusion_steps,
            told: self.told(config, drafts.first, drafts.second, drafts.free)?,
        })
    }

    /// Draws a window and appends it.
    fn window(
        &self,
        config: &ModelConfig,
        settings: &TrainSettings,
        pitches: PitchRange,
        uniform: &mut dyn FnMut() -> f64,
        windows: &mut Windows,
    ) -> Result<()> {
        let (place, height) = (uniform(), uniform());
        let semitones = TRANSPOSITIONS.start + (height * TRANSPOSITIONS.len() as f64) as i8;
        match self {
            Self::Cues { songs, scale, .. } => {
                let (song, start) = pick(songs, |song| &song.segment_starts, place);
                let window = song.transposed_window(start, semitones, pitches);
                let mut rows = scale.rows(&window.cues).window(0, BEATS);
                settings
                    .dropout
                    .thin_cues(&mut rows, &scale.cues(), uniform);
                let mut harmony = harmony_rows(&window.chords).window(0, BEATS);
                settings
                    .dropout
                    .thin_harmony(&mut harmony, HARMONY_WIDTH, uniform);
                windows.rolls.extend_from_slice(window.roll.values());
                windows.first.extend(rows);
                windows.second.extend(harmony);
            }
            Self::Embeddings(pieces) => {
                let (piece, start) = pick(pieces, |piece| &piece.segment_starts, place);
                let beat = (start.0 / STEPS_PER_BEAT) as usize;
                let rows = |rows: &Option<BeatRows>, read: bool, kind: &str| match rows {
                    _ if !read => Ok(Vec::new()),
                    Some(rows) => Ok(rows.window(beat, config.img_h / STEPS_PER_BEAT as usize)),
                    None => Err(Error::value(
                        format!("no {kind} embeddings of the song {}", piece.name),
                        "some, which the model follows",
                    )),
                };
                let kind = config.cond_type;
                windows
                    .first
                    .extend(rows(&piece.visual, kind.reads_visual(), "frame")?);
                windows
                    .second
                    .extend(rows(&piece.caption, kind.reads_caption(), "caption")?);
                windows
                    .rolls
                    .extend_from_slice(piece.roll(start, semitones, pitches).values());
                windows.free.push(uniform() < settings.dropout.all);
            }
        }
        Ok(())
    }

    fn told(
        &self,
        config: &ModelConfig,
        first: Vec<f32>,
        second: Vec<f32>,
        free: Vec<bool>,
    ) -> Result<Told> {
        let beats = config.img_h / STEPS_PER_BEAT as usize;
        let tensor = |values: Vec<f32>, width: usize| {
            let size = values.len() / (beats * width);
            Tensor::from_vec(values, (size, beats, width), &Device::Cpu)
        };
        let some = |values: Vec<f32>, width: usize| {
            (!values.is_empty())
                .then(|| tensor(values, width))
                .transpose()
        };
        Ok(match self {
            Self::Cues { .. } => Told::Cues {
                cues: tensor(first, config.cue_row_width())?,
                harmony: (config.harmony)
                    .then(|| tensor(second, HARMONY_WIDTH))
                    .transpose()?,
            },
            Self::Embeddings(_) => Told::Embeddings {
                visual: some(first, VISUAL_WIDTH)?,
                caption: some(second, CAPTION_WIDTH)?,
                free,
            },
        })
    }
}

/// The values of a batch's windows, one after another.
#[derive(Default)]
struct Windows {
    rolls: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    free: Vec<bool>,
}

/// The piece and start at `place`, 0 to 1, among all starts of all pieces.
fn pick<P, S: Copy>(pieces: &[P], starts: impl Fn(&P) -> &Vec<S>, place: f64) -> (&P, S) {
    let all: usize = pieces.iter().map(|piece| starts(piece).len()).sum();
    let mut index = ((place * all as f64) as usize).min(all - 1);
    for piece in pieces {
        let starts = starts(piece);
        if let Some(&start) = starts.get(index) {
            return (piece, start);
        }
        index -= starts.len();
    }
    unreachable!("some piece has the start of this index")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_of_every_piece_is_as_likely() {
        let pieces = [vec![1, 2], vec![], vec![3]];
        let picked = |place| pick(&pieces, |piece| piece, place).1;
        assert_eq!(
            [picked(0.0), picked(0.34), picked(0.67), picked(1.0)],
            [1, 2, 3, 3]
        );
    }
}
