//! How the window reads and moves the host's parameters.

use crate::instance::params::{ParamId, ParamRange, ParamValues};

/// The host's parameters. Values are normalized, 0 to 1.
pub(crate) trait ParamAccess: Send + Sync {
    /// Returns the current values.
    fn values(&self) -> ParamValues;
    /// Returns a value, without the host's modulation.
    fn normalized(&self, id: ParamId) -> f32;
    /// Returns the value of a new instance.
    fn default_normalized(&self, id: ParamId) -> f32;
    /// Returns a value as the host shows it.
    fn text(&self, id: ParamId) -> String;
    /// Returns the value that a text as the host shows it stands for, or `None` if it is not one.
    fn normalized_of_text(&self, id: ParamId, text: &str) -> Option<f32>;
    /// Begins a gesture, such as a drag.
    fn begin(&self, id: ParamId);
    /// Sets a value within a gesture.
    fn set_normalized(&self, id: ParamId, normalized: f32);
    /// Ends a gesture.
    fn end(&self, id: ParamId);
    /// Notifies the host of unsaved changes.
    fn mark_unsaved(&self);

    /// Sets a value in a gesture of its own.
    fn set_once(&self, id: ParamId, normalized: f32) {
        self.begin(id);
        self.set_normalized(id, normalized.clamp(0.0, 1.0));
        self.end(id);
    }

    /// Sets a [`ParamRange::Count`] in a gesture of its own.
    fn set_count(&self, id: ParamId, value: i32) {
        if let ParamRange::Count { max } = id.spec().range {
            self.set_once(id, value as f32 / max as f32);
        }
    }

    /// Returns whether a switch is on.
    fn is_on(&self, id: ParamId) -> bool {
        self.normalized(id) >= 0.5
    }
}
