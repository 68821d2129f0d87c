//! The rows that condition the network: a clip's features on the beats of the music.

pub mod beat_rows;
pub mod clip_curves;
pub mod cue_scale;
pub mod harmony;
pub mod hits;
pub mod lead;
pub mod pairing;
pub mod parts;
pub mod placement;
pub mod quiet;
pub mod steering;
pub mod tempo_finder;

use candle_core::{DType, Tensor};

use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::cue_scale::CueScale;
use crate::conditioning::harmony::{Harmony, harmony_rows};
use crate::conditioning::placement::Placement;
use crate::conditioning::steering::Steering;
use crate::diffusion::condition::Condition;
use crate::diffusion::config::{ConditionKind, ModelConfig};
use crate::diffusion::cue_encoder::CueRows;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::{ClipFeatures, Track};
use crate::music::chord::Chord;
use crate::music::cues::Cue;
use crate::time::BEATS_PER_BAR;

/// The conditions of a whole piece, one row per beat, in the form that one model reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditioning {
    visual: Option<BeatRows>,
    caption: Option<BeatRows>,
    cues: Option<BeatRows>,
    /// The chord of each beat (`None` for no chord), or `None` if the harmony is free.
    chords: Option<Vec<Option<Chord>>>,
}

impl Conditioning {
    /// Makes the conditions of a model of the `cues` family from rows.
    ///
    /// `cues` is `[beats, 2·cues]`: each cue's value in −1…1 times its mask, then the masks. `chords` holds the chord of
    /// each beat; if `None`, the harmony is free.
    pub fn of_rows(cues: BeatRows, chords: Option<Vec<Option<Chord>>>) -> Self {
        Self {
            visual: None,
            caption: None,
            cues: Some(cues),
            chords,
        }
    }

    /// Places the features of `clip` that the model reads on the beats of `curves`, steers the cues, and finds the
    /// chords.
    ///
    /// # Errors
    /// Returns an error if the clip lacks embeddings that the model reads.
    pub fn new(
        config: &ModelConfig,
        clip: &ClipFeatures,
        placement: &Placement,
        curves: &ClipCurves,
        steering: &Steering,
        harmony: &Harmony,
        seed: u64,
    ) -> Result<Self> {
        let beats = curves.beats();
        let embeddings = |wanted: bool, track: &Option<Track>, name: &str| match track {
            _ if !wanted => Ok(None),
            Some(track) => Ok(Some(placement.rows(track, beats))),
            None => Err(Error::Usage(format!(
                "The clip has no {name} embeddings, which a model of the `{}` family reads. \
                 Add them with `bgm features CLIP --{name} FILE`.",
                config.cond_type.name()
            ))),
        };
        let kind = config.cond_type;
        let cues =
            (!config.cue_names.is_empty()).then(|| steering.cue_rows(curves, &config.cues()));
        Ok(Self {
            visual: embeddings(kind.reads_visual(), &clip.visual, "visual")?,
            caption: embeddings(kind.reads_caption(), &clip.caption, "caption")?,
            chords: match kind {
                ConditionKind::Cues => {
                    harmony.chords(&major_shares(config, curves, steering), seed)
                }
                _ => None,
            },
            cues,
        })
    }

    /// Returns the chord of each beat, or `None` if the harmony is free.
    pub fn chords(&self) -> Option<&[Option<Chord>]> {
        self.chords.as_deref()
    }

    /// Returns the rows of cues `[beats, 2·cues]`, or `None` if the model follows none.
    pub fn cues(&self) -> Option<&BeatRows> {
        self.cues.as_ref()
    }

    /// Returns whether notes are asked for in the bar that starts at `beat`: the density is given on all its beats and
    /// adds up to at least one onset.
    pub fn asks_for_notes(&self, model: &Model, beat: usize) -> bool {
        let config = model.config();
        let place = (config.cues().iter()).position(|&cue| cue == Cue::Density);
        let (Some(cues), Some(place), Ok(scale)) = (&self.cues, place, CueScale::new(config))
        else {
            return false;
        };
        let onsets = |beat| {
            let row = cues.row(beat);
            let is_given = row[config.cue_names.len() + place] > 0.0;
            scale.value(Cue::Density, row[place]).filter(|_| is_given)
        };
        let beats = beat..beat + BEATS_PER_BAR as usize;
        let asked: Option<f32> = beats.map(onsets).sum();
        asked.is_some_and(|onsets| onsets >= 1.0)
    }

    /// Encodes `count` beats from `first`; beats after the end repeat the last one.
    ///
    /// # Errors
    /// Returns an error if the rows do not fit the model.
    pub fn encode(&self, model: &Model, first: usize, count: usize) -> Result<Condition> {
        let tensor = |rows: &Option<BeatRows>| -> Result<Option<Tensor>> {
            let tensor = |rows| rows_tensor(rows, model, first, count);
            rows.as_ref().map(tensor).transpose()
        };
        match tensor(&self.cues)? {
            Some(cues) => self.cue_condition(model, &cues, first, count),
            None => {
                let (visual, caption) = (tensor(&self.visual)?, tensor(&self.caption)?);
                model.embedding_condition(visual.as_ref(), caption.as_ref())
            }
        }
    }

    /// Encodes the condition that guidance leads away from: the same chords, without cues or embeddings. The chords stay,
    /// because music guided towards them would consist of little but their tones.
    ///
    /// # Errors
    /// Returns an error as [`Conditioning::encode`] does.
    pub fn encode_free(&self, model: &Model, first: usize, count: usize) -> Result<Condition> {
        match &self.cues {
            Some(cues) => {
                let shape = (1, count, cues.width());
                let free = Tensor::zeros(shape, DType::F32, model.device())?;
                self.cue_condition(model, &free, first, count)
            }
            None => model.null_condition(),
        }
    }

    fn cue_condition(
        &self,
        model: &Model,
        cues: &Tensor,
        first: usize,
        count: usize,
    ) -> Result<Condition> {
        let chords = (self.chords.as_deref()).filter(|_| model.config().harmony);
        let harmony = chords.map(|chords| rows_tensor(&harmony_rows(chords), model, first, count));
        model.cue_condition(CueRows {
            cues,
            harmony: harmony.transpose()?.as_ref(),
        })
    }
}

/// Returns `count` rows from `first` as a tensor `[1, count, width]`.
fn rows_tensor(rows: &BeatRows, model: &Model, first: usize, count: usize) -> Result<Tensor> {
    let shape = (1, count, rows.width());
    Ok(Tensor::from_vec(
        rows.window(first, count),
        shape,
        model.device(),
    )?)
}

/// Returns the share of chords that should be major-like at each beat, 0 to 1, or `None` if the mode is free.
fn major_shares(
    config: &ModelConfig,
    curves: &ClipCurves,
    steering: &Steering,
) -> Vec<Option<f32>> {
    let scale = CueScale::new(config).ok();
    let share = |beat| {
        let placed = steering.value(Cue::Mode, beat, curves)?;
        let value = scale
            .as_ref()
            .and_then(|scale| scale.value(Cue::Mode, placed));
        Some(value.unwrap_or((placed + 1.0) / 2.0))
    };
    (0..curves.beats()).map(share).collect()
}
