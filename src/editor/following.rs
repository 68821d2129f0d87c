//! Turning the page when the playhead leaves what is visible.

use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo};

use super::theme::{self, ACCENT, MUTED};
use super::timeline::Timeline;
use super::view::View;

/// The share of the visible beats that lies behind the playhead after a page is turned.
const BEHIND: f64 = 0.05;

/// Whether the lanes follow the playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Following {
    is_on: bool,
}

impl Default for Following {
    fn default() -> Self {
        Self { is_on: true }
    }
}

impl Following {
    /// Shows the switch.
    pub(super) fn show(&mut self, ui: &Ui, place: Rect) {
        let response = ui.interact(place, ui.scope_id().with("follow"), Sense::click());
        if response.clicked() {
            self.is_on = !self.is_on;
        }
        let is_on = self.is_on;
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_on, "Follow"));
        let ink = if is_on { ACCENT } else { MUTED };
        let at = place.left_center();
        let font = theme::font(10.0);
        ui.painter()
            .text(at, Align2::LEFT_CENTER, "follow", font, ink);
        response.on_hover_text(
            "Follows the playhead while the host plays. Scrolling while it plays switches it off.",
        );
    }

    /// Turns the page of a zoomed `view` so that `playhead`, a beat, stays visible while the host plays. `has_scrolled` is whether
    /// the user has moved the view in this frame.
    pub(super) fn follow(
        &mut self,
        view: &mut View,
        timeline: &Timeline,
        playhead: Option<f64>,
        is_playing: bool,
        has_scrolled: bool,
    ) {
        if !is_playing {
            return;
        }
        self.is_on &= !has_scrolled;
        let Some(beat) = playhead.filter(|_| self.is_on && view.is_zoomed_in_time()) else {
            return;
        };
        if !timeline.shows(beat, beat) {
            view.scroll_to_beat(timeline, beat - BEHIND * timeline.span_beats);
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::Rangef;

    use super::*;
    use crate::time::Beats;

    /// Returns a view of 8 beats from the start of a piece.
    fn zoomed() -> (View, Timeline) {
        let mut view = View::default();
        let x = Rangef::new(0.0, 100.0);
        let timeline = view.timeline(x, Beats(0.0), Beats(8.0), Beats(4.0));
        view.scroll_to_beat(&timeline, 0.0);
        (view, timeline)
    }

    fn first_beat(view: &View) -> f64 {
        let x = Rangef::new(0.0, 100.0);
        view.timeline(x, Beats(0.0), Beats(64.0), Beats(4.0))
            .first_beat
    }

    #[test]
    fn the_page_turns_when_the_playhead_leaves_it_while_the_host_plays() {
        let (mut view, timeline) = zoomed();
        let mut following = Following::default();
        for (beat, is_playing, first) in [(7.9, true, 0.0), (9.0, false, 0.0), (9.0, true, 8.6)] {
            following.follow(&mut view, &timeline, Some(beat), is_playing, false);
            assert!(
                (first_beat(&view) - first).abs() < 1e-9,
                "{beat} {is_playing}"
            );
        }
    }

    #[test]
    fn scrolling_while_the_host_plays_ends_following() {
        let (mut view, timeline) = zoomed();
        let mut following = Following::default();
        following.follow(&mut view, &timeline, Some(2.0), true, true);
        following.follow(&mut view, &timeline, Some(20.0), true, false);
        assert_eq!(first_beat(&view), 0.0);
    }
}
