//! The editor in hosts that offer more than others.

use std::sync::Arc;

use super::HeadlessEditor;
use crate::error::{Error, Result};
use crate::timeline::{HostTimeline, TimelineSource};

/// A timeline that is offered and cannot be reached.
struct Offered;

impl TimelineSource for Offered {
    fn is_there(&self) -> bool {
        true
    }

    fn visit(&self, _visit: &mut dyn FnMut(&dyn HostTimeline) -> Result<()>) -> Result<()> {
        Err(Error::Cancelled)
    }
}

impl HeadlessEditor {
    /// Lays the editor out as it looks in REAPER.
    #[must_use]
    pub fn in_reaper(mut self) -> Self {
        self.desk.timeline.connect(Arc::new(Offered), |_| ());
        self.settle();
        self
    }
}
