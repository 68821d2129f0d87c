//! Checks on what the host loads from its project.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use nice_plug::params::internals::ParamPtr;
use nice_plug::params::{Param, Params};
use nice_plug::plugin::{ParamValue, PluginState};

use super::DiffBgmParams;
use crate::generator::CUES_GUIDANCE_SCALE;
use crate::instance::Session;
use crate::instance::params::ParamId;
use crate::player::Player;

/// The field that holds the saved state.
const STATE_FIELD: &str = "state";

/// Makes a state from the host safe to load. The framework does not clamp values, and keeps the old one if a value is
/// missing or of another type.
pub(in crate::plugin) fn filter_state(state: &mut PluginState) {
    let field = state.fields.entry(STATE_FIELD.to_owned()).or_default();
    if serde_json::from_str::<String>(field).is_err() {
        *field = "\"\"".to_owned();
    }
    forget_old_guidance(&mut state.params);
    let fresh = DiffBgmParams::new(Arc::new(Session::new(Player::new().1)));
    let mut saved = mem::take(&mut state.params);
    for (id, param, _) in fresh.param_map() {
        let (mut float, mut int, mut switch) = (None, None, None);
        match saved.remove(&id) {
            Some(ParamValue::F32(value)) => float = Some(value),
            Some(ParamValue::I32(value)) => int = Some(value),
            Some(ParamValue::Bool(value)) => switch = Some(value),
            Some(ParamValue::String(_)) | None => {}
        }
        // SAFETY: the pointers are to parameters of `fresh`, which lives longer.
        let value = unsafe {
            match param {
                ParamPtr::FloatParam(param) => ParamValue::F32(sound(&*param, float)),
                ParamPtr::IntParam(param) => ParamValue::I32(sound(&*param, int)),
                ParamPtr::BoolParam(param) => ParamValue::Bool(sound(&*param, switch)),
                ParamPtr::EnumParam(_) => continue,
            }
        };
        state.params.insert(id, value);
    }
}

/// Leaves out the guidance of a project from before there were parts if it was the default of the built-in model of that time:
/// the built-in model of today has its own.
fn forget_old_guidance(saved: &mut BTreeMap<String, ParamValue>) {
    const OLD_DEFAULT: f32 = CUES_GUIDANCE_SCALE as f32;
    let is_old = !saved.contains_key(ParamId::MuteLead.spec().key);
    let key = ParamId::Guidance.spec().key;
    if is_old && matches!(saved.get(key), Some(ParamValue::F32(OLD_DEFAULT))) {
        saved.remove(key);
    }
}

/// Clamps a saved value to the parameter's range. A missing value or NaN becomes the default.
fn sound<P: Param<Plain: PartialOrd>>(param: &P, saved: Option<P::Plain>) -> P::Plain {
    let (low, high) = (param.preview_plain(0.0), param.preview_plain(1.0));
    match saved {
        Some(value) if value < low => low,
        Some(value) if value > high => high,
        Some(value) if value >= low => value,
        _ => param.default_plain_value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::PARTS_GUIDANCE_SCALE;

    const GUIDANCE: f32 = PARTS_GUIDANCE_SCALE as f32;

    fn filtered(params: &[(&str, ParamValue)], fields: &[(&str, &str)]) -> PluginState {
        let own = |text: &str| text.to_owned();
        let mut state = PluginState {
            version: String::new(),
            params: (params.iter().cloned())
                .map(|(id, value)| (own(id), value))
                .collect(),
            fields: (fields.iter())
                .map(|(name, field)| (own(name), own(field)))
                .collect(),
        };
        filter_state(&mut state);
        state
    }

    #[test]
    fn values_out_of_range_are_clamped() {
        let state = filtered(
            &[
                ("density", ParamValue::F32(7.0)),
                ("energy", ParamValue::F32(f32::INFINITY)),
                ("mode", ParamValue::F32(-0.5)),
                ("start", ParamValue::I32(-3)),
                ("unknown", ParamValue::Bool(true)),
            ],
            &[],
        );
        assert!(matches!(state.params["density"], ParamValue::F32(1.0)));
        assert!(matches!(state.params["energy"], ParamValue::F32(1.0)));
        assert!(matches!(state.params["mode"], ParamValue::F32(-0.5)));
        assert!(matches!(state.params["start"], ParamValue::I32(0)));
        assert!(!state.params.contains_key("unknown"));
    }

    #[test]
    fn missing_values_and_those_of_another_type_become_the_default() {
        let state = filtered(
            &[
                ("energy", ParamValue::F32(f32::NAN)),
                ("start", ParamValue::F32(GUIDANCE)),
                ("follow", ParamValue::I32(0)),
            ],
            &[],
        );
        assert!(matches!(state.params["energy"], ParamValue::F32(0.0)));
        assert!(matches!(
            state.params["guidance"],
            ParamValue::F32(GUIDANCE)
        ));
        assert!(matches!(state.params["start"], ParamValue::I32(0)));
        assert!(matches!(state.params["follow"], ParamValue::Bool(true)));
    }

    #[test]
    fn the_untouched_guidance_of_an_old_project_becomes_that_of_the_new_model() {
        let guidance = |params: &[(&str, ParamValue)]| match filtered(params, &[]).params["guidance"]
        {
            ParamValue::F32(guidance) => guidance,
            _ => panic!("not a number"),
        };
        let chosen = |value| ("guidance", ParamValue::F32(value));
        assert_eq!(guidance(&[chosen(2.0)]), GUIDANCE);
        assert_eq!(guidance(&[chosen(3.0)]), 3.0);
        let new = ("mute_lead", ParamValue::Bool(false));
        assert_eq!(guidance(&[chosen(2.0), new]), 2.0);
    }

    #[test]
    fn a_project_without_a_saved_state_clears_the_old_one() {
        assert_eq!(filtered(&[], &[]).fields[STATE_FIELD], "\"\"");
        for wrong in ["", "null", "7", "{\"takes\":[]}", "\"cut"] {
            let state = filtered(&[], &[(STATE_FIELD, wrong)]);
            assert_eq!(state.fields[STATE_FIELD], "\"\"", "{wrong}");
        }
        let saved = "\"diff-bgm/1 AAAA\"";
        let state = filtered(&[], &[(STATE_FIELD, saved)]);
        assert_eq!(state.fields[STATE_FIELD], saved);
    }
}
