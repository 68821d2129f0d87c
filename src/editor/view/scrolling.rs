//! Scrolling to a place, and whether there is anything to scroll.

use super::{ALL_PITCHES, View, VisibleRange};
use crate::editor::pitches::Pitches;
use crate::editor::timeline::Timeline;

impl View {
    /// Returns whether the visible beats are the user's choice rather than everything.
    pub(in crate::editor) fn is_zoomed_in_time(&self) -> bool {
        self.beats.is_some()
    }

    /// Shows as many beats as `timeline` does, from `first_beat` on.
    pub(in crate::editor) fn scroll_to_beat(&mut self, timeline: &Timeline, first_beat: f64) {
        self.beats = Some(VisibleRange {
            first: first_beat.max(0.0),
            span: timeline.span_beats,
        });
    }

    /// Shows as many pitches as `pitches` does, from `lowest` up.
    pub(in crate::editor) fn scroll_to_pitch(&mut self, pitches: &Pitches, lowest: f64) {
        self.pitches = Some(VisibleRange {
            first: lowest.clamp(0.0, ALL_PITCHES - pitches.count),
            span: pitches.count,
        });
    }
}
