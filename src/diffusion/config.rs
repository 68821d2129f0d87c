//! The configuration in a model file.

mod check;
mod in_parts;
mod row_cue;
mod without_parts;

use serde::{Deserialize, Serialize};

use crate::diffusion::parts_encoder::FORM_AND_METRE_WIDTH;
use crate::error::Fault;
use crate::music::cues::Cue;
use crate::music::piano_roll::RollParts;

pub use row_cue::RowCue;

/// Number of quantiles stored per cue: 0, 0.01 … 1.
pub(crate) const CUE_QUANTILES: usize = 101;

/// What the network is conditioned on, which defines its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionKind {
    /// Frame embeddings (published).
    Visual,
    /// Caption embeddings (published).
    Caption,
    /// Frame embeddings while the noise is strong, caption embeddings after (published).
    #[serde(rename = "v_c")]
    VisualThenCaption,
    /// Caption embeddings while the noise is strong, frame embeddings after (published).
    #[serde(rename = "c_v")]
    CaptionThenVisual,
    /// Musical cues per beat (ours).
    Cues,
    /// Two parts in any metre, with cues, form, metre, style, and the music to keep (ours).
    Parts,
}

impl ConditionKind {
    /// Returns the name of the family in a model file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visual => "visual",
            Self::Caption => "caption",
            Self::VisualThenCaption => "v_c",
            Self::CaptionThenVisual => "c_v",
            Self::Cues => "cues",
            Self::Parts => "parts",
        }
    }

    /// Returns whether the family is one of the published ones.
    pub fn is_published(self) -> bool {
        !matches!(self, Self::Cues | Self::Parts)
    }

    /// Returns whether networks of this family read frame embeddings.
    pub(crate) fn reads_visual(self) -> bool {
        matches!(
            self,
            Self::Visual | Self::VisualThenCaption | Self::CaptionThenVisual
        )
    }

    /// Returns whether networks of this family read caption embeddings.
    pub(crate) fn reads_caption(self) -> bool {
        matches!(
            self,
            Self::Caption | Self::VisualThenCaption | Self::CaptionThenVisual
        )
    }
}

/// The quantity the network predicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prediction {
    /// The noise ε (Ho et al., 2020).
    #[default]
    #[serde(rename = "eps")]
    Noise,
    /// The velocity v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans & Ho, 2022).
    #[serde(rename = "v")]
    Velocity,
    /// The output F with x₀ = skip · x_t + out · F (Karras et al., 2022), see
    /// [`Preconditioning`](super::preconditioning::Preconditioning).
    #[serde(rename = "x0-preconditioned")]
    Preconditioned,
}

/// The fields of the published `params.json` that describe a network, plus ours.
///
/// Fields of `params.json` that only concern training stay in the file but are not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// The family.
    pub cond_type: ConditionKind,
    /// Channels of the U-Net's input.
    pub in_channels: usize,
    /// Channels of the U-Net's output.
    pub out_channels: usize,
    /// Channels of the first level.
    pub channels: usize,
    /// Channels of each level, as multiples of `channels`.
    pub channel_multipliers: Vec<usize>,
    /// Levels with spatial transformers; the middle block always has one.
    pub attention_levels: Vec<usize>,
    /// Residual blocks per level.
    pub n_res_blocks: usize,
    /// Attention heads.
    pub n_heads: usize,
    /// Transformer blocks per spatial transformer.
    pub tf_layers: usize,
    /// Width of a context token.
    pub d_cond: usize,
    /// First β of the noise schedule.
    pub linear_start: f64,
    /// Last β of the noise schedule.
    pub linear_end: f64,
    /// Steps of the noise schedule.
    pub n_steps: usize,
    /// The quantity the network predicts.
    #[serde(default)]
    pub prediction: Prediction,
    /// Windows of the segment-aware attention; a token sees only its own window.
    #[serde(default = "published_attention_windows")]
    pub attention_windows: usize,
    /// Steps of the roll.
    pub img_h: usize,
    /// Pitches of the roll.
    pub img_w: usize,
    /// MIDI pitch of the roll's first column.
    #[serde(default)]
    pub pitch_min: usize,
    /// Steps of the roll that are folded into channels.
    #[serde(default = "one")]
    pub time_fold: usize,
    /// Levels with attention over time across the whole segment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_attention_levels: Vec<usize>,
    /// Whether the network takes one harmony row per beat (`cues`).
    #[serde(default)]
    pub harmony: bool,
    /// The cues, in the order of the quantiles' columns; names in JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cue_names: Vec<RowCue>,
    /// Quantiles 0, 0.01 … 1 of each cue over the training data, `[101, cues]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cue_quantiles: Vec<Vec<f32>>,
    /// The parts of the roll, in the order of its planes (`parts`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// The styles that can be asked for, in the order of their flags (`parts`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<String>,
    /// Spread of the cells of a roll, for the preconditioned prediction.
    #[serde(default = "usual_sigma_data")]
    pub sigma_data: f64,
}

/// The parts of a network of the `parts` family.
const PARTS: [&str; 2] = ["lead", "accompaniment"];

fn usual_sigma_data() -> f64 {
    0.2
}

fn published_attention_windows() -> usize {
    2
}

fn one() -> usize {
    1
}

impl ModelConfig {
    /// Reads and checks the JSON text of a model file's `config` or of a published `params.json`.
    ///
    /// # Errors
    /// Returns an error if a field is missing or has the wrong type, or if the network cannot be built.
    pub fn from_json(text: &str) -> Result<Self, Fault> {
        let config = Self::untrained(text)?;
        config.check_quantiles()?;
        Ok(config)
    }

    /// Like [`ModelConfig::from_json`], for a network before training: the quantiles, which training measures, may be
    /// missing.
    ///
    /// # Errors
    /// Returns the errors of [`ModelConfig::from_json`].
    pub fn untrained(text: &str) -> Result<Self, Fault> {
        let config: Self = serde_json::from_str(text).map_err(|error| {
            Fault::new(
                format!("an invalid model configuration ({error})"),
                "the fields of the published params.json or of a Diff-BGM model configuration",
            )
        })?;
        config.check()?;
        if !config.cue_quantiles.is_empty() {
            config.check_quantiles()?;
        }
        Ok(config)
    }

    /// Returns the number of channels of each level.
    pub(crate) fn level_channels(&self) -> Vec<usize> {
        self.channel_multipliers
            .iter()
            .map(|multiplier| self.channels * multiplier)
            .collect()
    }

    /// Returns the cues that are steered and measured, in the order of the quantiles' columns.
    pub fn cues(&self) -> Vec<Cue> {
        let steered = self.cue_names.iter().filter_map(|cue| match cue {
            RowCue::Steered(cue) => Some(*cue),
            RowCue::Lead | RowCue::Tempo => None,
        });
        steered.collect()
    }

    /// Width of a cue row: each cue's value, then each cue's mask.
    pub fn cue_row_width(&self) -> usize {
        2 * self.cue_names.len()
    }

    /// Width of a beat's row: that of a cue row, plus the numbers that only the `parts` family reads.
    pub fn row_width(&self) -> usize {
        match self.cond_type {
            ConditionKind::Parts => self.cue_row_width() + FORM_AND_METRE_WIDTH + self.styles.len(),
            _ => self.cue_row_width(),
        }
    }

    /// Returns the parts of the roll.
    pub fn roll_parts(&self) -> RollParts {
        match self.cond_type {
            ConditionKind::Parts => RollParts::LeadAndAccompaniment,
            _ => RollParts::One,
        }
    }

    /// Planes of the roll: onset and sustain of each part.
    pub fn planes(&self) -> usize {
        self.roll_parts().planes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn with_cues(names: Value) -> Value {
        json!({
            "cond_type": "cues", "channels": 32, "channel_multipliers": [1, 1], "attention_levels": [1],
            "n_res_blocks": 1, "n_heads": 4, "tf_layers": 1, "d_cond": 32, "linear_start": 0.00085,
            "linear_end": 0.012, "n_steps": 1000, "img_h": 128, "img_w": 40, "time_fold": 4,
            "in_channels": 12, "out_channels": 8, "cue_names": names,
        })
    }

    #[test]
    fn cues_are_names_in_json() {
        let names = json!(["accent", "density"]);
        let config = ModelConfig::untrained(&with_cues(names.clone()).to_string()).unwrap();
        assert_eq!(config.cues(), [Cue::Accent, Cue::Density]);
        assert_eq!(serde_json::to_value(&config).unwrap()["cue_names"], names);
    }

    #[test]
    fn an_unknown_cue_is_refused() {
        let json = with_cues(json!(["accent", "densty"])).to_string();
        let fault = ModelConfig::untrained(&json).unwrap_err().to_string();
        assert!(
            fault.contains("densty") && fault.contains("polyphony"),
            "{fault}"
        );
    }
}
