//! What a model file says about its network.

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::time::{BEATS_PER_BAR, BEATS_PER_SEGMENT, STEPS_PER_BEAT, STEPS_PER_SEGMENT};

/// The most parameters a network may have; the published one has 41 million.
const MAX_PARAMETERS: usize = 500_000_000;
/// The most diffusion steps a schedule may have; the published one has 1000.
const MAX_DIFFUSION_STEPS: usize = 100_000;

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
    /// Names of the cues, in the order of the quantiles' columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cue_names: Vec<String>,
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
        let config: Self = serde_json::from_str(text).map_err(|error| {
            Fault::new(
                format!("a model configuration with the fault «{error}»"),
                "the published params.json fields or a Diff-BGM model configuration",
            )
        })?;
        config.check()?;
        Ok(config)
    }

    /// How many channels each level has.
    pub fn level_channels(&self) -> Vec<usize> {
        self.channel_multipliers
            .iter()
            .map(|multiplier| self.channels * multiplier)
            .collect()
    }

    /// Width of a conditioning row of the `cues` family: each cue's value, then each cue's mask.
    pub fn cue_row_width(&self) -> usize {
        2 * self.cue_names.len()
    }

    fn check(&self) -> Result<(), Fault> {
        let levels = self.channel_multipliers.len();
        let at_most = |name: &str, value: usize, limit: usize| {
            if (1..=limit).contains(&value) {
                Ok(())
            } else {
                Err(Fault::new(
                    format!("{name} = {value} in the model configuration"),
                    format!("1 to {limit}"),
                ))
            }
        };
        at_most("in_channels", self.in_channels, 256)?;
        at_most("out_channels", self.out_channels, 256)?;
        at_most("channels", self.channels, 1024)?;
        at_most("number of channel_multipliers", levels, 6)?;
        for &multiplier in &self.channel_multipliers {
            at_most("a channel multiplier", multiplier, 16)?;
        }
        at_most("n_res_blocks", self.n_res_blocks, 8)?;
        at_most("n_heads", self.n_heads, 64)?;
        at_most("tf_layers", self.tf_layers, 8)?;
        at_most("d_cond", self.d_cond, 4096)?;
        at_most("n_steps", self.n_steps, MAX_DIFFUSION_STEPS)?;
        at_most("img_w", self.img_w, 128)?;
        at_most("attention_windows", self.attention_windows, 32)?;
        at_most("time_fold", self.time_fold, 16)?;
        at_most("img_h", self.img_h, STEPS_PER_SEGMENT as usize)?;
        let expect = |holds: bool, found: String, expected: &str| {
            if holds {
                Ok(())
            } else {
                Err(Fault::new(
                    format!("{found} in the model configuration"),
                    expected,
                ))
            }
        };
        expect(
            self.pitch_min + self.img_w <= 128,
            format!(
                "pitches {} to {}",
                self.pitch_min,
                self.pitch_min + self.img_w
            ),
            "pitches below 128",
        )?;
        expect(
            self.linear_start > 0.0
                && self.linear_start <= self.linear_end
                && self.linear_end < 1.0,
            format!("β from {} to {}", self.linear_start, self.linear_end),
            "0 < linear_start ≤ linear_end < 1",
        )?;
        for channels in self.level_channels() {
            expect(
                channels % 32 == 0 && channels.is_multiple_of(self.n_heads),
                format!("a level of {channels} channels and {} heads", self.n_heads),
                "channels divisible by 32 groups and by the heads",
            )?;
        }
        for &level in &self.attention_levels {
            expect(
                level < levels,
                format!("attention level {level} of {levels} levels"),
                "an existing level",
            )?;
        }
        let halvings = 1 << (levels - 1);
        expect(
            self.img_h.is_multiple_of(self.time_fold)
                && (self.img_h / self.time_fold).is_multiple_of(halvings)
                && self.img_w.is_multiple_of(halvings),
            format!(
                "a roll of {}×{}, folded by {}, under {levels} levels",
                self.img_h, self.img_w, self.time_fold
            ),
            "steps and pitches that halve evenly at every level",
        )?;
        expect(
            self.img_h
                .is_multiple_of(2 * BEATS_PER_BAR as usize * STEPS_PER_BEAT as usize),
            format!("a roll of {} steps", self.img_h),
            "an even number of bars of 16 steps",
        )?;
        expect(
            self.out_channels == 2 * self.time_fold,
            format!(
                "{} output channels with fold {}",
                self.out_channels, self.time_fold
            ),
            "two roll channels times the fold",
        )?;
        self.check_conditions(expect)?;
        expect(
            self.rough_parameter_count() <= MAX_PARAMETERS,
            format!("about {} parameters", self.rough_parameter_count()),
            &format!("at most {MAX_PARAMETERS}"),
        )
    }

    fn check_conditions(
        &self,
        expect: impl Fn(bool, String, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let cues = self.cue_names.len();
        if self.cond_type != ConditionKind::Cues {
            return expect(
                self.in_channels == self.out_channels,
                format!(
                    "{} input and {} output channels",
                    self.in_channels, self.out_channels
                ),
                "as many input as output channels in a published network",
            );
        }
        expect(
            self.img_h / self.time_fold == BEATS_PER_SEGMENT as usize,
            format!("{} steps folded by {}", self.img_h, self.time_fold),
            "one row a beat",
        )?;
        expect(
            (1..=32).contains(&cues)
                && self.cue_quantiles.len() == 101
                && self
                    .cue_quantiles
                    .iter()
                    .all(|row| row.len() == cues && row.iter().all(|value| value.is_finite())),
            format!(
                "{cues} cue names with {} rows of quantiles",
                self.cue_quantiles.len()
            ),
            "1 to 32 cues and 101 finite quantiles of each",
        )?;
        expect(
            self.in_channels == self.out_channels + self.cue_row_width(),
            format!("{} input channels", self.in_channels),
            "the folded roll and a channel a cue and mask",
        )
    }

    /// An upper bound on the size of the convolutions, which outweigh everything else.
    fn rough_parameter_count(&self) -> usize {
        let widest = self.level_channels().into_iter().max().unwrap_or(0);
        let blocks = 2 * (self.n_res_blocks + 1) * self.channel_multipliers.len() + 2;
        let in_a_block = widest * widest * (27 + 20 * self.tf_layers) + 2 * widest * self.d_cond;
        blocks * in_a_block
    }
}
