//! What is being painted, for the window to show.

use std::sync::Arc;

use super::Session;
use crate::generator::PaintedSegment;
use crate::instance::painting::Painting;

/// Ends the showing of a painting when it is dropped.
pub(crate) struct ShownPainting<'a>(&'a Session);

impl Drop for ShownPainting<'_> {
    fn drop(&mut self) {
        *self.0.painting.lock() = None;
    }
}

impl Session {
    /// Shows `painting` until what this returns is dropped.
    pub(crate) fn show_painting(&self, painting: Painting) -> ShownPainting<'_> {
        *self.painting.lock() = Some(Arc::new(painting));
        ShownPainting(self)
    }

    /// Adds a segment to what is being painted.
    pub(in crate::instance) fn add_painted(&self, segment: PaintedSegment) {
        if let Some(painting) = &mut *self.painting.lock() {
            Arc::make_mut(painting).add(segment);
        }
    }

    /// Returns what is being painted, or `None` if nothing is or another thread holds the lock.
    pub fn try_painting(&self) -> Option<Arc<Painting>> {
        self.painting.try_lock()?.clone()
    }
}
