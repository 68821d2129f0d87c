//! Checks that a configuration describes a network that can be built.

use super::{CUE_QUANTILES, ConditionKind, ModelConfig, PARTS, RowCue};
use crate::error::Fault;
use crate::time::{BEATS_PER_BAR, BEATS_PER_SEGMENT, STEPS_PER_BEAT, STEPS_PER_SEGMENT};

/// Limit on the parameters of a network; the published one has 41 million.
const MAX_PARAMETERS: usize = 500_000_000;
/// Limit on the diffusion steps of a schedule; the published one has 1000.
const MAX_DIFFUSION_STEPS: usize = 100_000;
/// Harmony channels beside the roll: chord, bass and mask.
pub(super) const HARMONY_PLANES: usize = 3;

/// The most styles of a network.
const MAX_STYLES: usize = 16;

impl ModelConfig {
    /// Returns an error if the network cannot be built or exceeds the size limits.
    pub(super) fn check(&self) -> Result<(), Fault> {
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
        for &level in self
            .attention_levels
            .iter()
            .chain(&self.time_attention_levels)
        {
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
            "steps and pitches that divide by 2 at every level but the last",
        )?;
        expect(
            self.img_h
                .is_multiple_of(2 * BEATS_PER_BAR as usize * STEPS_PER_BEAT as usize),
            format!("a roll of {} steps", self.img_h),
            "an even number of bars of 16 steps",
        )?;
        expect(
            self.out_channels == self.planes() * self.time_fold,
            format!(
                "{} output channels with fold {}",
                self.out_channels, self.time_fold
            ),
            "the planes of the roll times the fold",
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
        let has_parts = self.cond_type == ConditionKind::Parts;
        expect(
            self.parts == if has_parts { &PARTS[..] } else { &[] },
            format!("the parts {:?}", self.parts),
            "the parts lead and accompaniment in the family `parts`, and none in others",
        )?;
        let has_row = if has_parts {
            self.cue_names == RowCue::PARTS
        } else {
            self.cues().len() == cues
        };
        expect(
            has_row,
            format!("the cues {:?}", self.cue_names),
            "density, polyphony, register, mode, accent, lead and tempo in the family `parts`, and no lead or tempo in others",
        )?;
        expect(
            (has_parts || self.styles.is_empty()) && self.styles.len() <= MAX_STYLES,
            format!("{} styles", self.styles.len()),
            "styles in the family `parts` only, and at most 16",
        )?;
        expect(
            self.sigma_data > 0.0 && self.sigma_data <= 1.0,
            format!("sigma_data = {}", self.sigma_data),
            "a spread above 0 and at most 1",
        )?;
        if self.cond_type.is_published() {
            return expect(
                self.in_channels == self.out_channels && !self.harmony,
                format!(
                    "{} input and {} output channels{}",
                    self.in_channels,
                    self.out_channels,
                    if self.harmony { " and harmony" } else { "" }
                ),
                "as many input channels as output channels and no harmony, as in the published networks",
            );
        }
        expect(
            self.img_h / self.time_fold == BEATS_PER_SEGMENT as usize,
            format!("{} steps folded by {}", self.img_h, self.time_fold),
            "one row per beat",
        )?;
        expect(
            (1..=32).contains(&cues),
            format!("{cues} cue names"),
            "1 to 32 cues",
        )?;
        expect(
            self.in_channels
                == self.out_channels
                    + if has_parts {
                        self.out_channels + self.parts.len()
                    } else {
                        0
                    }
                    + self.row_width()
                    + if self.harmony { HARMONY_PLANES } else { 0 },
            format!("{} input channels", self.in_channels),
            "channels for the folded roll, for what is to stay, for each number of a row, and for the harmony",
        )
    }

    /// Returns an error if a network of the `cues` family lacks the quantiles that scale its cues.
    pub(super) fn check_quantiles(&self) -> Result<(), Fault> {
        let cues = self.cues().len();
        let is_row =
            |row: &Vec<f32>| row.len() == cues && row.iter().all(|value| value.is_finite());
        let rows = self.cue_quantiles.len();
        if self.cond_type.is_published()
            || rows == CUE_QUANTILES && self.cue_quantiles.iter().all(is_row)
        {
            return Ok(());
        }
        Err(Fault::new(
            format!("{cues} cue names with {rows} rows of quantiles in the model configuration"),
            format!("{CUE_QUANTILES} finite quantiles per cue"),
        ))
    }

    /// Returns an upper bound on the parameters of the convolutions, which dominate the total.
    fn rough_parameter_count(&self) -> usize {
        let widest = self.level_channels().into_iter().max().unwrap_or(0);
        let blocks = 2 * (self.n_res_blocks + 1) * self.channel_multipliers.len() + 2;
        let in_a_block = widest * widest * (27 + 20 * self.tf_layers) + 2 * widest * self.d_cond;
        blocks * in_a_block
    }
}
