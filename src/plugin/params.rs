//! The host's parameters, built from the table in [`instance::params`](crate::instance::params), and the saved state.

mod access;
mod loading;
mod saved;

use std::sync::Arc;

use nice_plug::params::{BoolParam, FloatParam, IntParam, Params};
use nice_plug::prelude::{FloatRange, IntRange};

use crate::instance::Session;
use crate::instance::params::{ParamId, ParamRange, ParamValues, bar_and_beat, beat_from_text};
use crate::music::part::Part;
pub(super) use access::HostParams;
pub(super) use loading::filter_state;
use saved::Saved;

/// The parameters, described at [`ParamId`]. Their ids never change.
#[derive(Params)]
#[allow(missing_docs)]
pub struct DiffBgmParams {
    #[id = "density"]
    pub density: FloatParam,
    #[id = "polyphony"]
    pub polyphony: FloatParam,
    #[id = "register"]
    pub register: FloatParam,
    #[id = "mode"]
    pub mode: FloatParam,
    #[id = "energy"]
    pub energy: FloatParam,
    #[id = "guidance"]
    pub guidance: FloatParam,
    #[id = "variation"]
    pub variation: FloatParam,
    #[id = "pedal"]
    pub pedal: BoolParam,
    #[id = "expression"]
    pub expression: BoolParam,
    #[id = "start"]
    pub clip_start: IntParam,
    #[id = "follow"]
    pub follow_host: BoolParam,
    #[id = "preview"]
    pub preview: BoolParam,
    #[id = "level"]
    pub preview_level: FloatParam,
    #[id = "bypass"]
    pub bypass: BoolParam,
    #[id = "mute_lead"]
    pub mute_lead: BoolParam,
    #[id = "mute_chords"]
    pub mute_chords: BoolParam,
    #[id = "mute_bass"]
    pub mute_bass: BoolParam,
    #[id = "generate"]
    pub generate: BoolParam,
    #[id = "revision"]
    pub revision: IntParam,

    /// Everything else that is saved.
    #[persist = "state"]
    pub saved: Saved,
}

impl DiffBgmParams {
    /// Creates the parameters at their defaults. Their saved state is that of `session`.
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            density: float(ParamId::Density),
            polyphony: float(ParamId::Polyphony),
            register: float(ParamId::Register),
            mode: float(ParamId::Mode),
            energy: float(ParamId::Energy),
            guidance: float(ParamId::Guidance),
            variation: float(ParamId::Variation),
            pedal: switch(ParamId::Pedal),
            expression: switch(ParamId::Expression),
            clip_start: count(ParamId::ClipStart)
                .with_value_to_string(Arc::new(bar_and_beat))
                .with_string_to_value(Arc::new(beat_from_text)),
            follow_host: switch(ParamId::FollowHost),
            preview: switch(ParamId::Preview),
            preview_level: float(ParamId::PreviewLevel),
            bypass: switch(ParamId::Bypass).make_bypass(),
            mute_lead: switch(ParamId::MuteLead),
            mute_chords: switch(ParamId::MuteChords),
            mute_bass: switch(ParamId::MuteBass),
            generate: switch(ParamId::Generate),
            revision: count(ParamId::Revision).non_automatable().hide(),
            saved: Saved(session),
        }
    }

    /// Returns which channels are muted.
    pub(super) fn muted(&self) -> [bool; Part::CHANNELS] {
        [&self.mute_lead, &self.mute_chords, &self.mute_bass].map(BoolParam::value)
    }

    /// Returns the current values.
    pub fn values(&self) -> ParamValues {
        ParamValues {
            density: self.density.value(),
            polyphony: self.polyphony.value(),
            register: self.register.value(),
            mode: self.mode.value(),
            energy: self.energy.value(),
            guidance: self.guidance.value(),
            variation: self.variation.value(),
            pedal: self.pedal.value(),
            expression: self.expression.value(),
            clip_start: self.clip_start.value(),
            follow_host: self.follow_host.value(),
        }
    }
}

fn float(id: ParamId) -> FloatParam {
    let spec = id.spec();
    let ParamRange::Float {
        min,
        max,
        default,
        step,
    } = spec.range
    else {
        unreachable!("{} is not a float", spec.key);
    };
    let param =
        FloatParam::new(spec.name, default, FloatRange::Linear { min, max }).with_step_size(step);
    match spec.words {
        Some(words) => in_words(param, words),
        None => param,
    }
}

fn count(id: ParamId) -> IntParam {
    let spec = id.spec();
    let ParamRange::Count { max } = spec.range else {
        unreachable!("{} is not a count", spec.key);
    };
    IntParam::new(spec.name, 0, IntRange::Linear { min: 0, max })
}

fn switch(id: ParamId) -> BoolParam {
    let spec = id.spec();
    let ParamRange::Switch { default } = spec.range else {
        unreachable!("{} is not a switch", spec.key);
    };
    BoolParam::new(spec.name, default)
}

/// Shows values as words, with a number unless they are neutral, and parses them.
fn in_words(param: FloatParam, [less, middle, more]: [&'static str; 3]) -> FloatParam {
    param
        .with_value_to_string(Arc::new(move |value| match value {
            value if value <= -0.005 => format!("{less} {:.2}", -value),
            value if value >= 0.005 => format!("{more} {value:.2}"),
            _ => middle.to_owned(),
        }))
        .with_string_to_value(Arc::new(move |text| {
            let text = text.trim();
            let number = |text: &str| text.trim().parse::<f32>().ok();
            if text == middle {
                Some(0.0)
            } else if let Some(rest) = text.strip_prefix(less) {
                number(rest).map(|value| -value)
            } else if let Some(rest) = text.strip_prefix(more) {
                number(rest)
            } else {
                number(text)
            }
        }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::Player;
    use nice_plug::params::Param;

    fn params() -> DiffBgmParams {
        DiffBgmParams::new(Arc::new(Session::new(Player::new().1)))
    }

    #[test]
    fn every_row_of_the_table_is_a_parameter_with_its_key() {
        let keys: Vec<&str> = ParamId::ALL.iter().map(|id| id.spec().key).collect();
        let params = params();
        let known: Vec<String> = (params.param_map().into_iter())
            .map(|(key, ..)| key)
            .collect();
        assert_eq!(known, keys);
    }

    #[test]
    fn a_new_instance_has_the_default_values() {
        assert_eq!(params().values(), ParamValues::default());
    }

    #[test]
    fn every_value_that_a_slider_shows_can_be_typed() {
        let params = params();
        for param in [&params.density, &params.polyphony, &params.mode] {
            for normalized in [0.0, 0.25, 0.5, 0.8, 1.0] {
                let text = param.normalized_value_to_string(normalized, true);
                let typed = param.string_to_normalized_value(&text).unwrap();
                assert!((typed - normalized).abs() < 0.006, "{text}");
            }
        }
    }
}
