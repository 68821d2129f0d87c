//! The windows of a batch under construction.

use candle_core::{Device, Tensor};

use crate::conditioning::cue_scale::CueScale;
use crate::conditioning::harmony::harmony_rows;
use crate::dataset::{parts_cache, pop909};
use crate::diffusion::config::{ConditionKind, ModelConfig, RowCue};
use crate::diffusion::cue_encoder::HARMONY_WIDTH;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::Result;
use crate::features::{CAPTION_WIDTH, VISUAL_WIDTH};
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT};
use crate::train::batch::{Batch, Conditions};
use crate::train::dropout::Dropout;
use crate::train::kept_beats::draw_kept;

const BEATS: usize = BEATS_PER_SEGMENT as usize;

/// The windows of a batch; each field holds one window after another.
#[derive(Default)]
pub(super) struct Windows {
    /// Rolls, `[planes, steps, pitches]` a window.
    pub(super) rolls: Vec<f32>,
    /// Cue rows, or rows of the `parts` family.
    rows: Vec<f32>,
    /// Harmony rows.
    harmony: Vec<f32>,
    /// What is to stay, `[parts, beats]` a window (`parts`).
    masks: Vec<f32>,
    /// Frame embeddings, if read.
    pub(super) visual: Vec<f32>,
    /// Caption embeddings, if read.
    pub(super) caption: Vec<f32>,
    /// Whether the window goes without its embeddings.
    pub(super) free: Vec<bool>,
}

impl Windows {
    /// Appends a window with its cues and chords, parts of which `dropout` leaves out by numbers from `uniform`.
    pub(super) fn push(
        &mut self,
        window: &pop909::Window,
        scale: &CueScale,
        dropout: &Dropout,
        uniform: &mut dyn FnMut() -> f64,
    ) {
        let mut rows = scale.rows(&window.cues).window(0, BEATS);
        let cues: Vec<RowCue> = scale.cues().into_iter().map(RowCue::Steered).collect();
        dropout.thin_cues(&mut rows, 2 * cues.len(), &cues, uniform);
        let mut harmony = harmony_rows(&window.chords).window(0, BEATS);
        dropout.thin_harmony(&mut harmony, HARMONY_WIDTH, uniform);
        self.rolls.extend_from_slice(window.roll.values());
        self.rows.extend(rows);
        self.harmony.extend(harmony);
    }

    /// Appends a window in parts with what was measured on it, parts of which `dropout` leaves out, and draws what is to
    /// stay, by numbers from `uniform`.
    ///
    /// # Errors
    /// Returns an error if the configuration has no scale for its cues.
    pub(super) fn push_parts(
        &mut self,
        window: &parts_cache::Window,
        config: &ModelConfig,
        dropout: &Dropout,
        uniform: &mut dyn FnMut() -> f64,
    ) -> Result<()> {
        let (width, cues) = (config.row_width(), &config.cue_names);
        let mut rows = window.conditioning(config)?.rows().window(0, BEATS);
        dropout.thin_cues(&mut rows, width, cues, uniform);
        dropout.thin_places(&mut rows, width, cues.len(), uniform);
        let mut harmony = harmony_rows(&window.chords).window(0, BEATS);
        dropout.thin_harmony(&mut harmony, HARMONY_WIDTH, uniform);
        let places = window.beat_places.iter();
        let downbeats: Vec<bool> = places.map(|place| place.downbeat).collect();
        self.rolls.extend_from_slice(window.roll.values());
        self.rows.extend(rows);
        self.harmony.extend(harmony);
        self.masks.extend(draw_kept(&downbeats, uniform));
        Ok(())
    }

    /// Makes the batch, one of `diffusion_steps` for each window, with noise from `source`.
    ///
    /// # Errors
    /// Returns an error if the shapes do not match the network's.
    pub(super) fn into_batch(
        self,
        config: &ModelConfig,
        source: &NoiseSource,
        diffusion_steps: Vec<usize>,
    ) -> Result<Batch> {
        let size = diffusion_steps.len();
        let shape = (size, config.planes(), config.img_h, config.img_w);
        let beats = config.img_h / STEPS_PER_BEAT as usize;
        let tensor = |rows: Vec<f32>, width: usize| {
            Tensor::from_vec(rows, (size, beats, width), &Device::Cpu)
        };
        let tensor_if = |is_read: bool, rows: Vec<f32>, width: usize| {
            is_read.then(|| tensor(rows, width)).transpose()
        };
        let kind = config.cond_type;
        let conditions = match kind {
            ConditionKind::Cues => Conditions::Cues {
                cues: tensor(self.rows, config.cue_row_width())?,
                harmony: tensor_if(config.harmony, self.harmony, HARMONY_WIDTH)?,
            },
            ConditionKind::Parts => Conditions::Parts {
                rows: tensor(self.rows, config.row_width())?,
                harmony: tensor(self.harmony, HARMONY_WIDTH)?,
                mask: Tensor::from_vec(
                    self.masks,
                    (size, config.parts.len(), beats),
                    &Device::Cpu,
                )?,
            },
            _ => Conditions::Embeddings {
                visual: tensor_if(kind.reads_visual(), self.visual, VISUAL_WIDTH)?,
                caption: tensor_if(kind.reads_caption(), self.caption, CAPTION_WIDTH)?,
                free: self.free,
            },
        };
        Ok(Batch {
            x_0: Tensor::from_vec(self.rolls, shape, &Device::Cpu)?,
            noise: source.normal(NoiseUse::Training, shape, &Device::Cpu)?,
            diffusion_steps,
            conditions,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::cues::measure;
    use crate::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts};
    use crate::time::{STEPS_PER_SEGMENT, Steps};
    use serde_json::json;

    /// Returns a window with one onset and one chord.
    fn window(pitch: usize, chord: &str) -> pop909::Window {
        let pitches = PitchRange::new(40, 40).unwrap();
        let mut roll = PianoRoll::silent(Steps(STEPS_PER_SEGMENT), RollParts::One, pitches);
        roll.planes_mut(RollPart::All).0[pitch - 40] = 1.0;
        pop909::Window {
            song: "001".to_owned(),
            start_beat: 0,
            cues: measure(&roll, &[1.0; BEATS]),
            roll,
            chords: vec![crate::music::chord::Chord::parse(chord).unwrap(); BEATS],
        }
    }

    #[test]
    fn a_batch_has_the_rolls_and_rows_of_its_windows_in_order() {
        let config = json!({
            "cond_type": "cues", "channels": 32, "channel_multipliers": [1, 1], "attention_levels": [1],
            "n_res_blocks": 1, "n_heads": 4, "tf_layers": 1, "d_cond": 32, "linear_start": 0.00085,
            "linear_end": 0.012, "n_steps": 1000, "img_h": 128, "img_w": 40, "pitch_min": 40, "time_fold": 4,
            "in_channels": 15, "out_channels": 8, "harmony": true, "cue_names": ["density", "accent"],
            "cue_quantiles": (0..101).map(|rank| [f64::from(rank) / 10.0; 2]).collect::<Vec<_>>(),
        });
        let config = ModelConfig::from_json(&config.to_string()).unwrap();
        let scale = CueScale::new(&config).unwrap();
        let chosen = [window(45, "C:maj"), window(50, "A:min")];
        let mut windows = Windows::default();
        for window in &chosen {
            windows.push(window, &scale, &Dropout::NONE, &mut || 0.0);
        }
        let source = NoiseSource::new(1, 2);
        let batch = windows
            .into_batch(&config, &source, vec![100, 900])
            .unwrap();

        let shape = (2, 2, 128, 40);
        let noise = source.normal(NoiseUse::Training, shape, &Device::Cpu);
        let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(values(&batch.noise), values(&noise.unwrap()));
        assert_eq!(batch.diffusion_steps, [100, 900]);
        let Conditions::Cues { cues, harmony } = &batch.conditions else {
            panic!("conditions of another family");
        };
        assert_eq!(cues.dims(), [2, 32, 4]);
        assert_eq!(harmony.as_ref().unwrap().dims(), [2, 32, 25]);
        for (index, window) in chosen.iter().enumerate() {
            let of_window = |tensor: &Tensor| values(&tensor.get(index).unwrap());
            assert_eq!(of_window(&batch.x_0), window.roll.values());
            assert_eq!(of_window(cues), scale.rows(&window.cues).window(0, BEATS));
            let chords = harmony_rows(&window.chords).window(0, BEATS);
            assert_eq!(of_window(harmony.as_ref().unwrap()), chords);
        }
    }

    #[test]
    fn a_batch_in_parts_has_the_rows_of_its_windows_and_what_is_to_stay() {
        let bytes: &[u8] = include_bytes!("../../tests/fixtures/numpy/parts.npz");
        let cache = parts_cache::PartsCache::parse(std::io::Cursor::new(bytes)).unwrap();
        let config = crate::train::testing::parts_config();
        let pitches = PitchRange::new(config.pitch_min as u8, config.img_w).unwrap();
        let chosen = [0, 5].map(|index| cache.window(cache.places()[index], 3, pitches));
        let mut windows = Windows::default();
        for window in &chosen {
            // The first half of the bars stays.
            windows
                .push_parts(window, &config, &Dropout::NONE, &mut || 0.49)
                .unwrap();
        }
        let source = NoiseSource::new(1, 2);
        let batch = windows
            .into_batch(&config, &source, vec![100, 900])
            .unwrap();
        assert_eq!(batch.x_0.dims(), [2, 4, 128, 80]);
        let Conditions::Parts {
            rows,
            harmony,
            mask,
        } = &batch.conditions
        else {
            panic!("conditions of another family");
        };
        let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let half: Vec<f32> = (0..64)
            .map(|at| f32::from(u8::from(at % 32 < 16)))
            .collect();
        for (index, window) in chosen.iter().enumerate() {
            let of_window = |tensor: &Tensor| values(&tensor.get(index).unwrap());
            assert_eq!(of_window(&batch.x_0), window.roll.values());
            let expected = window.conditioning(&config).unwrap();
            assert_eq!(of_window(rows), expected.rows().window(0, BEATS));
            let chords = harmony_rows(&window.chords).window(0, BEATS);
            assert_eq!(of_window(harmony), chords);
            assert_eq!(of_window(mask), half);
        }
    }
}
