//! The host's parameters as the editor reads and moves them.

use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::params::Param;
use nice_plug::params::internals::ParamPtr;

use super::DiffBgmParams;
use crate::editor::ParamAccess;
use crate::instance::params::{MAX_REVISION, ParamId, ParamValues};

/// An instance's parameters and the context that reports their changes to the host.
pub(in crate::plugin) struct HostParams {
    params: Arc<DiffBgmParams>,
    host: GuiContext,
}

impl HostParams {
    /// Connects the parameters to the host of the same instance.
    pub(in crate::plugin) fn new(params: Arc<DiffBgmParams>, host: GuiContext) -> Self {
        Self { params, host }
    }

    fn pointer(&self, id: ParamId) -> ParamPtr {
        let params = &self.params;
        match id {
            ParamId::Density => params.density.as_ptr(),
            ParamId::Polyphony => params.polyphony.as_ptr(),
            ParamId::Register => params.register.as_ptr(),
            ParamId::Mode => params.mode.as_ptr(),
            ParamId::Energy => params.energy.as_ptr(),
            ParamId::Guidance => params.guidance.as_ptr(),
            ParamId::Variation => params.variation.as_ptr(),
            ParamId::Pedal => params.pedal.as_ptr(),
            ParamId::Expression => params.expression.as_ptr(),
            ParamId::ClipStart => params.clip_start.as_ptr(),
            ParamId::FollowHost => params.follow_host.as_ptr(),
            ParamId::Preview => params.preview.as_ptr(),
            ParamId::PreviewLevel => params.preview_level.as_ptr(),
            ParamId::Bypass => params.bypass.as_ptr(),
            ParamId::MuteLead => params.mute_lead.as_ptr(),
            ParamId::MuteChords => params.mute_chords.as_ptr(),
            ParamId::MuteBass => params.mute_bass.as_ptr(),
            ParamId::Generate => params.generate.as_ptr(),
            ParamId::Revision => params.revision.as_ptr(),
        }
    }
}

impl ParamAccess for HostParams {
    fn values(&self) -> ParamValues {
        self.params.values()
    }

    fn normalized(&self, id: ParamId) -> f32 {
        // SAFETY: the pointer is to a parameter that `self` owns.
        unsafe { self.pointer(id).unmodulated_normalized_value() }
    }

    fn default_normalized(&self, id: ParamId) -> f32 {
        // SAFETY: the pointer is to a parameter that `self` owns.
        unsafe { self.pointer(id).default_normalized_value() }
    }

    fn text(&self, id: ParamId) -> String {
        // SAFETY: the pointer is to a parameter that `self` owns.
        unsafe { (self.pointer(id)).normalized_value_to_string(self.normalized(id), true) }
    }

    fn normalized_of_text(&self, id: ParamId, text: &str) -> Option<f32> {
        // SAFETY: the pointer is to a parameter that `self` owns.
        let normalized = unsafe { self.pointer(id).string_to_normalized_value(text) };
        normalized.filter(|normalized| normalized.is_finite())
    }

    fn begin(&self, id: ParamId) {
        // SAFETY: the parameter is of the instance that `host` is the context of.
        unsafe { self.host.raw_begin_set_parameter(self.pointer(id)) };
    }

    fn set_normalized(&self, id: ParamId, normalized: f32) {
        // SAFETY: the parameter is of the instance that `host` is the context of.
        unsafe { (self.host).raw_set_parameter_normalized(self.pointer(id), normalized) };
    }

    fn end(&self, id: ParamId) {
        // SAFETY: the parameter is of the instance that `host` is the context of.
        unsafe { self.host.raw_end_set_parameter(self.pointer(id)) };
    }

    fn mark_unsaved(&self) {
        let params = &self.params;
        let count = MAX_REVISION + 1;
        let revision = (params.saved.0.revision() % count as u32) as i32;
        let value = if revision == params.revision.value() {
            (revision + 1) % count
        } else {
            revision
        };
        let setter = self.host.param_setter();
        setter.begin_set_parameter(&params.revision);
        setter.set_parameter(&params.revision, value);
        setter.end_set_parameter(&params.revision);
    }
}
