//! What a model file says about its network.

mod check;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::music::cues::Cue;

/// How many quantiles of each cue a model knows: 0, 0.01 … 1.
pub const CUE_QUANTILES: usize = 101;

/// What the network is conditioned on, and so which family it belongs to.
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
    /// Musical cues a beat (ours).
    Cues,
}

impl ConditionKind {
    /// The family's name in a model file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visual => "visual",
            Self::Caption => "caption",
            Self::VisualThenCaption => "v_c",
            Self::CaptionThenVisual => "c_v",
            Self::Cues => "cues",
        }
    }

    /// Whether networks of this family read frame embeddings.
    pub fn reads_visual(self) -> bool {
        matches!(
            self,
            Self::Visual | Self::VisualThenCaption | Self::CaptionThenVisual
        )
    }

    /// Whether networks of this family read caption embeddings.
    pub fn reads_caption(self) -> bool {
        matches!(
            self,
            Self::Caption | Self::VisualThenCaption | Self::CaptionThenVisual
        )
    }
}

/// What the network predicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prediction {
    /// The noise ε (Ho et al., 2020).
    #[default]
    #[serde(rename = "eps")]
    Noise,
    /// The velocity v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans & Ho, 2022).
    #[serde(rename = "v")]
    Velocity,
}

/// The published `params.json` fields that describe a network, plus ours.
///
/// Fields of `params.json` that only concern training are carried along in files but not read.
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
    /// Residual blocks a level.
    pub n_res_blocks: usize,
    /// Attention heads.
    pub n_heads: usize,
    /// Transformer blocks in a spatial transformer.
    pub tf_layers: usize,
    /// Width of a context token.
    pub d_cond: usize,
    /// First β of the noise schedule.
    pub linear_start: f64,
    /// Last β of the noise schedule.
    pub linear_end: f64,
    /// Steps of the noise schedule.
    pub n_steps: usize,
    /// What the network predicts.
    #[serde(default)]
    pub prediction: Prediction,
    /// Windows of the segment-aware attention; tokens see only their own window.
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
    /// Levels with attention over the moments of the whole segment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_attention_levels: Vec<usize>,
    /// Whether the network takes a harmony row a beat (`cues`).
    #[serde(default)]
    pub harmony: bool,
    /// The cues, in the order of the quantiles' columns; names in JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cue_names: Vec<Cue>,
    /// Quantiles 0, 0.01 … 1 of each cue over the training data, `[101, cues]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cue_quantiles: Vec<Vec<f32>>,
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
    /// When a field is missing, has the wrong type, or describes no network that could exist.
    pub fn from_json(text: &str) -> Result<Self, Fault> {
        let config = Self::untrained(text)?;
        config.check_quantiles()?;
        Ok(config)
    }

    /// The same for a network that is yet to be trained: its cues may have no quantiles, which training measures.
    ///
    /// # Errors
    /// As for [`ModelConfig::from_json`].
    pub fn untrained(text: &str) -> Result<Self, Fault> {
        let config: Self = serde_json::from_str(text).map_err(|error| {
            Fault::new(
                format!("a model configuration with the fault «{error}»"),
                "the published params.json fields or a Diff-BGM model configuration",
            )
        })?;
        config.check()?;
        if !config.cue_quantiles.is_empty() {
            config.check_quantiles()?;
        }
        Ok(config)
    }

    /// How many channels each level has.
    pub fn level_channels(&self) -> Vec<usize> {
        self.channel_multipliers
            .iter()
            .map(|multiplier| self.channels * multiplier)
            .collect()
    }

    /// Width of a cue row: each cue's value, then each cue's mask.
    pub fn cue_row_width(&self) -> usize {
        2 * self.cue_names.len()
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
        assert_eq!(config.cue_names, [Cue::Accent, Cue::Density]);
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
