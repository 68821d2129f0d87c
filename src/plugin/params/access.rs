//! How the editor reads and moves the host's parameters.

use nice_plug::context::gui::GuiContext;
use nice_plug::params::Param;
use nice_plug::params::internals::ParamPtr;

use super::DiffBgmParams;
use crate::editor::ParamAccess;
use crate::instance::params::{MAX_REVISION, ParamId, ParamValues};

impl DiffBgmParams {
    fn pointer(&self, id: ParamId) -> ParamPtr {
        match id {
            ParamId::Density => self.density.as_ptr(),
            ParamId::Polyphony => self.polyphony.as_ptr(),
            ParamId::Register => self.register.as_ptr(),
            ParamId::Mode => self.mode.as_ptr(),
            ParamId::Energy => self.energy.as_ptr(),
            ParamId::Guidance => self.guidance.as_ptr(),
            ParamId::Variation => self.variation.as_ptr(),
            ParamId::ClipStart => self.clip_start.as_ptr(),
            ParamId::FollowHost => self.follow_host.as_ptr(),
            ParamId::Preview => self.preview.as_ptr(),
            ParamId::PreviewLevel => self.preview_level.as_ptr(),
            ParamId::Bypass => self.bypass.as_ptr(),
            ParamId::Generate => self.generate.as_ptr(),
            ParamId::Revision => self.revision.as_ptr(),
        }
    }
}

impl ParamAccess for DiffBgmParams {
    fn values(&self) -> ParamValues {
        self.values()
    }

    fn normalized(&self, id: ParamId) -> f32 {
        // SAFETY: the pointer is to a parameter of `self`.
        unsafe { self.pointer(id).unmodulated_normalized_value() }
    }

    fn default_normalized(&self, id: ParamId) -> f32 {
        // SAFETY: the pointer is to a parameter of `self`.
        unsafe { self.pointer(id).default_normalized_value() }
    }

    fn text(&self, id: ParamId) -> String {
        // SAFETY: the pointer is to a parameter of `self`.
        unsafe { (self.pointer(id)).normalized_value_to_string(self.normalized(id), true) }
    }

    fn begin(&self, host: &GuiContext, id: ParamId) {
        // SAFETY: the pointer is to a parameter of this instance, whose context `host` is.
        unsafe { host.raw_begin_set_parameter(self.pointer(id)) };
    }

    fn set_normalized(&self, host: &GuiContext, id: ParamId, normalized: f32) {
        // SAFETY: the pointer is to a parameter of this instance, whose context `host` is.
        unsafe { host.raw_set_parameter_normalized(self.pointer(id), normalized) };
    }

    fn end(&self, host: &GuiContext, id: ParamId) {
        // SAFETY: the pointer is to a parameter of this instance, whose context `host` is.
        unsafe { host.raw_end_set_parameter(self.pointer(id)) };
    }

    fn mark_unsaved(&self, host: &GuiContext) {
        let count = MAX_REVISION + 1;
        let revision = (self.saved.0.revision() % count as u32) as i32;
        let value = if revision == self.revision.value() {
            (revision + 1) % count
        } else {
            revision
        };
        let setter = host.param_setter();
        setter.begin_set_parameter(&self.revision);
        setter.set_parameter(&self.revision, value);
        setter.end_set_parameter(&self.revision);
    }
}
