//! Settings of a draft, and their ranges.

use serde::{Deserialize, Serialize};

use super::form::Form;
use crate::conditioning::harmony::Harmony;
use crate::conditioning::hits::{Hit, MAX_HITS};
use crate::conditioning::lead::Lead;
use crate::conditioning::placement::Alignment;
use crate::conditioning::quiet::{MAX_QUIET, Quiet};
use crate::conditioning::steering::Steering;
use crate::diffusion::coherence::Coherence;
use crate::diffusion::config::ConditionKind;
use crate::diffusion::model::Model;
use crate::diffusion::sampler::{SamplerKind, SamplerSettings};
use crate::error::{Error, Result};
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::scale::Scale;
use crate::music::style::Style;
use crate::music::tempo_map::TempoMap;
use crate::time::{Bars, Beats};

/// The most sampling steps per segment.
pub const MAX_SAMPLING_STEPS: usize = 1000;

/// The guidance scale of models of the `cues` family, chosen by `bgm evaluate`.
pub const CUES_GUIDANCE_SCALE: f64 = 2.0;
/// The guidance scale of models of the `parts` family: one pass per step.
pub const PARTS_GUIDANCE_SCALE: f64 = 1.0;
/// The sampling steps of models of the `parts` family.
pub const PARTS_STEPS: usize = 8;
/// The corrections of models of the `parts` family, chosen by `bgm evaluate --development`.
const PARTS_COHERENCE: Coherence = Coherence {
    repetition: 0.6,
    groove: 0.5,
    consonance: 0.3,
    line: 2.0,
    ..Coherence::NONE
};
/// The most often that weak bars are painted again.
const MAX_RETOUCHES: usize = 16;
/// The guidance scale of the published models, the authors' own.
const PUBLISHED_GUIDANCE_SCALE: f64 = 5.0;

/// The usual bars of a section that vary its theme.
const VARIED_BARS: u32 = 2;

/// How to make a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The tempo of the music.
    #[serde(rename = "tempo")]
    pub tempo_map: TempoMap,
    /// The beat of the music at which the clip starts.
    pub clip_start: Beats,
    /// The length of the piece; up to the first bar line at or after the clip's end if `None`.
    pub bars: Option<Bars>,
    /// How rows of the clip are assigned to beats.
    pub alignment: Alignment,
    /// Seed of the noise.
    pub seed: u64,
    /// How to sample.
    pub sampler: SamplerSettings,
    /// Scale of classifier-free guidance, 1 for none; the model's own if `None`.
    pub guidance_scale: Option<f64>,
    /// What each cue follows.
    pub steering: Steering,
    /// Where the chords come from; the published networks find their own.
    pub harmony: Harmony,
    /// How strongly the draft is held together; ignored by the published networks.
    pub coherence: Coherence,
    /// The metre; networks without parts know only 4/4.
    pub metre: Metre,
    /// When the tune plays (`parts`).
    pub lead: Lead,
    /// The style, or `None` to leave it to the network (`parts`).
    pub style: Option<Style>,
    /// The scale that every note keeps to, if any (`parts`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// The moments of the clip that the music meets (`parts`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hits: Vec<Hit>,
    /// The stretches of the clip without music, or with a thin one (`parts`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<Quiet>,
    /// How much the tune plays at each beat of the music, −1 (rests) to 1, where that is drawn; elsewhere `lead` says (`parts`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lead_curve: Vec<Option<f32>>,
    /// Seed of planned chords, if it is another than that of the noise (`parts`).
    pub harmony_seed: Option<u64>,
    /// How often the weak bars of a segment are painted again, each with its neighbours kept (`parts`). A bar stays as it was
    /// unless the new one is more plausible.
    pub retouches: usize,
    /// Whether the piece comes to an end (`parts`).
    pub ends: bool,
    /// Which sections share a theme (`parts`).
    pub form: Form,
    /// The lead of the first section, kept as played; drafted if there is none (`parts`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub theme: Vec<Note>,
    /// The last bars of a section that takes up a theme, at most half of it, where the lead is painted anew (`parts`).
    pub varied_bars: u32,
    /// Whether chords and bass have a sustain pedal (`parts`).
    pub pedal: bool,
    /// Whether every part has expression.
    pub expression: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tempo_map: TempoMap::default(),
            clip_start: Beats(0.0),
            bars: None,
            alignment: Alignment::default(),
            seed: 1,
            sampler: SamplerSettings::default(),
            guidance_scale: None,
            steering: Steering::default(),
            harmony: Harmony::default(),
            coherence: Coherence::default(),
            metre: Metre::COMMON,
            lead: Lead::default(),
            style: Some(Style::default()),
            scale: None,
            hits: Vec::new(),
            quiet: Vec::new(),
            lead_curve: Vec::new(),
            harmony_seed: None,
            retouches: 0,
            ends: true,
            form: Form::Off,
            theme: Vec::new(),
            varied_bars: VARIED_BARS,
            pedal: false,
            expression: false,
        }
    }
}

impl Settings {
    /// Returns the default settings for a family of models.
    pub fn for_family(kind: ConditionKind) -> Self {
        let usual = Self::default();
        if kind != ConditionKind::Parts {
            return usual;
        }
        Self {
            sampler: SamplerSettings {
                kind: SamplerKind::SdeDpmSolver,
                steps: PARTS_STEPS,
                ..SamplerSettings::default()
            },
            coherence: PARTS_COHERENCE,
            ..usual
        }
    }

    /// Returns the guidance scale for `model`: the one that is set, or the model's own.
    pub(super) fn guidance_scale_for(&self, model: &Model) -> f64 {
        self.guidance_scale
            .unwrap_or_else(|| default_guidance_scale(model.config().cond_type))
    }

    /// Returns an error if a setting is out of range.
    pub(super) fn check(&self, model: &Model) -> Result<()> {
        let (sampler, coherence) = (self.sampler, self.coherence);
        for (name, value, low, high) in [
            (
                "a guidance scale",
                self.guidance_scale_for(model),
                0.0,
                30.0,
            ),
            ("a temperature", sampler.temperature, 0.0, 2.0),
            ("an eta", sampler.eta, 0.0, 1.0),
            ("a churn", sampler.churn, 0.0, 1.0),
            ("a repetition", coherence.repetition.into(), 0.0, 1.0),
            ("a hold on the key", coherence.key.into(), 0.0, 1.0),
            ("a hold on the chords", coherence.chord.into(), 0.0, 2.0),
            ("a hold on the groove", coherence.groove.into(), 0.0, 1.0),
            ("a consonance", coherence.consonance.into(), 0.0, 1.0),
            ("a line", coherence.line.into(), 0.0, 4.0),
            ("a tune on top", coherence.top.into(), 0.0, 1.0),
        ] {
            if !(low..=high).contains(&value) {
                return Err(Error::value(
                    format!("{name} of {value}"),
                    format!("{low} to {high}"),
                ));
            }
        }
        if !(1..=MAX_SAMPLING_STEPS).contains(&sampler.steps) {
            return Err(Error::value(
                format!("{} sampling steps", sampler.steps),
                format!("1 to {MAX_SAMPLING_STEPS}"),
            ));
        }
        if self.retouches > MAX_RETOUCHES {
            return Err(Error::value(
                format!("{} retouches", self.retouches),
                format!("0 to {MAX_RETOUCHES}"),
            ));
        }
        if self.hits.len() > MAX_HITS {
            return Err(Error::value(
                format!("{} hits", self.hits.len()),
                format!("at most {MAX_HITS}"),
            ));
        }
        if self.quiet.len() > MAX_QUIET {
            return Err(Error::value(
                format!("{} quiet stretches", self.quiet.len()),
                format!("at most {MAX_QUIET}"),
            ));
        }
        if let Some(quiet) = self.quiet.iter().find(|quiet| !quiet.is_sound()) {
            return Err(Error::value(
                format!("a stretch from {} to {} s", quiet.from.0, quiet.to.0),
                "one that begins in the clip and ends later",
            ));
        }
        let kind = model.config().cond_type;
        if kind != ConditionKind::Parts && (self.scale.is_some() || !self.hits.is_empty()) {
            return Err(Error::Usage(format!(
                "The model {} keeps to no scale and meets no hits. Leave them out, or use a model of the family `parts`.",
                model.name()
            )));
        }
        if kind != ConditionKind::Parts && !self.quiet.is_empty() {
            return Err(Error::Usage(format!(
                "The model {} knows no stretches without music. Leave them out, or use a model of the family `parts`.",
                model.name()
            )));
        }
        let has_form = self.form != Form::Off || !self.theme.is_empty();
        if kind != ConditionKind::Parts && has_form {
            return Err(Error::Usage(format!(
                "The model {} has no tune that could return. Leave out the form and the theme, or use a model of the family \
                 `parts`.",
                model.name()
            )));
        }
        if kind != ConditionKind::Parts && !self.metre.is_common() {
            return Err(Error::Usage(format!(
                "The model {} knows only 4/4. Use 4/4, or a model of the family `parts`.",
                model.name()
            )));
        }
        Ok(())
    }
}

/// Returns the default guidance scale of a family of models.
pub fn default_guidance_scale(kind: ConditionKind) -> f64 {
    match kind {
        ConditionKind::Cues => CUES_GUIDANCE_SCALE,
        ConditionKind::Parts => PARTS_GUIDANCE_SCALE,
        _ => PUBLISHED_GUIDANCE_SCALE,
    }
}
