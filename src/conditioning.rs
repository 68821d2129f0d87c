//! What the network is told for each beat: a clip's features placed on the music's time line.

pub mod beat_rows;
pub mod clip_cues;
pub mod cue_scale;
pub mod placement;
pub mod steering;

use candle_core::Tensor;

use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::clip_cues::ClipCurves;
use crate::conditioning::placement::Placement;
use crate::conditioning::steering::Steering;
use crate::diffusion::condition::Condition;
use crate::diffusion::config::ModelConfig;
use crate::diffusion::cue_encoder::CueRows;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::{ClipFeatures, Track};

/// The rows a beat of a whole piece, in the form that one model reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditioning {
    visual: Option<BeatRows>,
    caption: Option<BeatRows>,
    cues: Option<BeatRows>,
    harmony: Option<BeatRows>,
}

impl Conditioning {
    /// Ready rows for a model of the `cues` family: cues `[beats, 2·cues]`, each cue's value in −1…1 times its mask, then
    /// the masks; and harmony `[beats, 25]`, flags of the chord's 12 pitch classes and of the bass's, then a mask.
    /// Without harmony rows the harmony is free.
    pub fn of_rows(cues: BeatRows, harmony: Option<BeatRows>) -> Self {
        Self {
            visual: None,
            caption: None,
            cues: Some(cues),
            harmony,
        }
    }

    /// Places what the model reads of `clip` on the beats of `curves`, and steers the cues.
    ///
    /// # Errors
    /// When the clip lacks what the model reads.
    pub fn new(
        config: &ModelConfig,
        clip: &ClipFeatures,
        placement: &Placement,
        curves: &ClipCurves,
        steering: &Steering,
    ) -> Result<Self> {
        let beats = curves.beats();
        let embeddings = |wanted: bool, track: &Option<Track>, name: &str| match track {
            _ if !wanted => Ok(None),
            Some(track) => Ok(Some(placement.rows(track, beats))),
            None => Err(Error::value(
                format!("a clip without {name} embeddings"),
                format!(
                    "{name} embeddings, which a model of the kind «{}» follows",
                    config.cond_type.name()
                ),
            )),
        };
        let kind = config.cond_type;
        let cues =
            (!config.cue_names.is_empty()).then(|| steering.cue_rows(curves, &config.cue_names));
        Ok(Self {
            visual: embeddings(kind.reads_visual(), &clip.visual, "visual")?,
            caption: embeddings(kind.reads_caption(), &clip.caption, "caption")?,
            cues,
            harmony: None,
        })
    }

    /// Rows of cues `[beats, 2·cues]`, for the models that follow them.
    pub fn cues(&self) -> Option<&BeatRows> {
        self.cues.as_ref()
    }

    /// Encodes `count` beats from `first`; beats beyond the piece repeat its last one.
    ///
    /// # Errors
    /// When the rows do not fit the model.
    pub fn encode(&self, model: &Model, first: usize, count: usize) -> Result<Condition> {
        let tensor = |rows: &Option<BeatRows>| {
            rows.as_ref()
                .map(|rows| {
                    let shape = (1, count, rows.width());
                    Tensor::from_vec(rows.window(first, count), shape, model.device())
                })
                .transpose()
        };
        match tensor(&self.cues)? {
            Some(cues) => model.cue_condition(CueRows {
                cues: &cues,
                harmony: tensor(&self.harmony)?.as_ref(),
            }),
            None => {
                let (visual, caption) = (tensor(&self.visual)?, tensor(&self.caption)?);
                model.embedding_condition(visual.as_ref(), caption.as_ref())
            }
        }
    }
}
