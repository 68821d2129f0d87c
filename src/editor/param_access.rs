//! What the window needs of the host's parameters.

use nice_plug::context::gui::GuiContext;

use crate::instance::params::{ParamId, ParamRange, ParamValues};

/// Reads and moves parameters through the host. Values are normalized, 0 to 1.
pub(crate) trait ParamAccess: Send + Sync {
    /// All values at this moment.
    fn values(&self) -> ParamValues;
    /// One value, without the host's modulation.
    fn normalized(&self, id: ParamId) -> f32;
    /// The value of a new instance.
    fn default_normalized(&self, id: ParamId) -> f32;
    /// The value as the host shows it.
    fn text(&self, id: ParamId) -> String;
    /// Begins a gesture, such as a drag.
    fn begin(&self, host: &GuiContext, id: ParamId);
    /// Sets the value within a gesture.
    fn set_normalized(&self, host: &GuiContext, id: ParamId, normalized: f32);
    /// Ends a gesture.
    fn end(&self, host: &GuiContext, id: ParamId);
    /// Notifies the host of unsaved changes.
    fn mark_unsaved(&self, host: &GuiContext);

    /// Sets the value in a gesture of its own.
    fn set_once(&self, host: &GuiContext, id: ParamId, normalized: f32) {
        self.begin(host, id);
        self.set_normalized(host, id, normalized.clamp(0.0, 1.0));
        self.end(host, id);
    }

    /// Sets a [`ParamRange::Count`] in a gesture of its own.
    fn set_count(&self, host: &GuiContext, id: ParamId, value: i32) {
        if let ParamRange::Count { max } = id.spec().range {
            self.set_once(host, id, value as f32 / max as f32);
        }
    }

    /// Whether a switch is on.
    fn is_on(&self, id: ParamId) -> bool {
        self.normalized(id) >= 0.5
    }
}
