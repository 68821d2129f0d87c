//! Zoom and scroll position, in time and pitch.

mod scrolling;
mod signs;

use egui::{EventFilter, Key, Rangef, Response, Ui};

use super::pitches::{ALL_PITCHES, Pitches};
use super::timeline::Timeline;
use crate::generator::Draft;
use crate::time::Beats;
use signs::signs;

/// The smallest and the largest visible range, in beats.
const VISIBLE_BEATS: (f64, f64) = (4.0, 49152.0);
/// The smallest and the largest visible range, in pitches.
const VISIBLE_PITCHES: (f64, f64) = (12.0, ALL_PITCHES);
/// The share of the visible range that an arrow key scrolls.
const KEY_SCROLL: f32 = 0.125;
/// The factor by which a key zooms.
const KEY_ZOOM: f64 = 1.25;

/// The visible ranges, or `None` until the user zooms or scrolls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct View {
    beats: Option<VisibleRange>,
    pitches: Option<VisibleRange>,
}

/// The visible range of one axis, in beats or pitches.
#[derive(Clone, Copy, Debug, PartialEq)]
struct VisibleRange {
    first: f64,
    span: f64,
}

impl View {
    /// Returns the timeline over `x`. By default it shows what is from `start` to `end`, in whole bars.
    pub(super) fn timeline(&self, x: Rangef, start: Beats, end: Beats, bar: Beats) -> Timeline {
        let visible = self.beats.unwrap_or_else(|| {
            let first = (start.0 / bar.0).floor() * bar.0;
            let end = (end.0.max(start.0 + bar.0) / bar.0).ceil() * bar.0;
            VisibleRange {
                first,
                span: end - first,
            }
        });
        Timeline {
            first_beat: visible.first,
            span_beats: visible.span,
            x,
            bar,
        }
    }

    /// Returns the pitches over `y`. By default they are those of the draft.
    pub(super) fn pitches(&self, draft: Option<&Draft>, y: Rangef) -> Pitches {
        match self.pitches {
            Some(VisibleRange { first, span }) => Pitches {
                lowest: first,
                count: span,
                y,
            },
            None => Pitches::of(draft, y),
        }
    }

    /// Zooms and scrolls by the user's input over `response`, or by keys while it has the focus: in pitch while Shift is
    /// held, otherwise in time, up to a bar after `end`. A double click or the key Home shows everything again.
    pub(super) fn follow(
        &mut self,
        ui: &Ui,
        response: &Response,
        timeline: &Timeline,
        pitches: &Pitches,
        end: Beats,
    ) {
        if response.clicked() {
            response.request_focus();
        }
        let pressed = |key| response.has_focus() && ui.input(|input| input.key_pressed(key));
        if response.double_clicked() || pressed(Key::Home) {
            *self = Self::default();
            return;
        }
        let before = (
            VisibleRange {
                first: timeline.first_beat,
                span: timeline.span_beats,
            },
            VisibleRange {
                first: pitches.lowest,
                span: pitches.count,
            },
        );
        let (mut beats, mut rows) = before;
        let drag = response.drag_delta();
        beats.scroll(-drag.x / timeline.x.span());
        // Dragging moves pitches only after they have been zoomed.
        if self.pitches.is_some() {
            rows.scroll(drag.y / pitches.y.span());
        }
        // Rows that lie over the response take its clicks, not its wheel.
        let hover = ui.input(|input| input.pointer.hover_pos());
        if let Some(pointer) = hover.filter(|_| response.contains_pointer()) {
            let (zoom, scroll, shift) = ui.input(|input| {
                let scroll = input.smooth_scroll_delta();
                (
                    input.zoom_delta(),
                    scroll.x + scroll.y,
                    input.modifiers.shift,
                )
            });
            if shift {
                rows.zoom(zoom.into(), pitches.pitch_at(pointer.y), VISIBLE_PITCHES);
                rows.scroll(scroll / pitches.y.span());
            } else {
                beats.zoom(zoom.into(), timeline.beat_at(pointer.x), VISIBLE_BEATS);
                beats.scroll(-scroll / timeline.x.span());
            }
        }
        if response.has_focus() {
            let filter = EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
            let step =
                |more: bool, less: bool| f32::from(u8::from(more)) - f32::from(u8::from(less));
            let along = step(pressed(Key::ArrowRight), pressed(Key::ArrowLeft));
            let up = step(pressed(Key::ArrowUp), pressed(Key::ArrowDown));
            beats.scroll(along * KEY_SCROLL);
            rows.scroll(up * KEY_SCROLL);
            for sign in ui.input(|input| signs(&input.events, input.modifiers.shift)) {
                let (range, limits) = if sign.shift {
                    (&mut rows, VISIBLE_PITCHES)
                } else {
                    (&mut beats, VISIBLE_BEATS)
                };
                let factor = if sign.zooms_in {
                    KEY_ZOOM
                } else {
                    1.0 / KEY_ZOOM
                };
                range.zoom(factor, range.first + range.span * 0.5, limits);
            }
        }
        if beats != before.0 {
            let last = end.0 + timeline.bar.0 - beats.span;
            beats.first = beats.first.min(last).max(0.0);
            self.beats = Some(beats);
        }
        if rows != before.1 {
            rows.first = rows.first.clamp(0.0, ALL_PITCHES - rows.span);
            self.pitches = Some(rows);
        }
    }
}

impl VisibleRange {
    /// Scrolls by a share of the span.
    fn scroll(&mut self, share: f32) {
        self.first += f64::from(share) * self.span;
    }

    /// Zooms by `factor` around `anchor`, within the limits of the span.
    fn zoom(&mut self, factor: f64, anchor: f64, (least, most): (f64, f64)) {
        if factor != 1.0 {
            let span = (self.span / factor).clamp(least, most);
            self.first = anchor - (anchor - self.first) * span / self.span;
            self.span = span;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::metre::Metre;
    use crate::music::score::MAX_BARS;
    use crate::time::Bars;
    use egui::{Event, Modifiers};

    #[test]
    fn the_longest_piece_can_be_seen_whole() {
        let longest = Metre::ALL.map(|metre| metre.length(Bars(MAX_BARS)).0);
        assert!(longest.into_iter().all(|beats| beats <= VISIBLE_BEATS.1));
    }

    #[test]
    fn everything_is_visible_until_the_user_zooms() {
        let x = Rangef::new(0.0, 100.0);
        let in_bars = |bar| View::default().timeline(x, Beats(17.0), Beats(47.0), Beats(bar));
        let timeline = in_bars(4.0);
        assert_eq!((timeline.first_beat, timeline.span_beats), (16.0, 32.0));
        assert_eq!(timeline.x_of(32.0), 50.0);
        assert_eq!(timeline.beat_at(50.0), 32.0);
        let timeline = in_bars(3.0);
        assert_eq!((timeline.first_beat, timeline.span_beats), (15.0, 33.0));
    }

    #[test]
    fn scrolling_stops_a_bar_after_the_end() {
        let egui = egui::Context::default();
        let mut view = View::default();
        let (x, end, bar) = (Rangef::new(0.0, 100.0), Beats(47.0), Beats(3.0));
        let pitches = Pitches::of(None, x);
        let mut timeline = view.timeline(x, Beats(17.0), end, bar);
        for _ in 0..60 {
            let press = Event::Key {
                key: Key::ArrowRight,
                physical_key: None,
                pressed: true,
                repeat: true,
                modifiers: Modifiers::NONE,
            };
            let input = egui::RawInput {
                events: vec![press],
                ..egui::RawInput::default()
            };
            let mut output = egui.run_ui(input, |ui| {
                let rect = egui::Rect::from_x_y_ranges(x, x);
                let response = ui.interact(rect, ui.scope_id(), egui::Sense::click_and_drag());
                response.request_focus();
                timeline = view.timeline(x, Beats(17.0), end, bar);
                view.follow(ui, &response, &timeline, &pitches, end);
            });
            output.textures_delta.clear();
        }
        assert_eq!(timeline.first_beat + timeline.span_beats, 50.0);
    }

    #[test]
    fn zooming_keeps_its_anchor_and_stays_within_the_limits() {
        let mut rows = VisibleRange {
            first: 36.0,
            span: 48.0,
        };
        rows.zoom(2.0, 48.0, VISIBLE_PITCHES);
        assert_eq!((rows.first, rows.span), (42.0, 24.0));
        rows.zoom(0.01, 48.0, VISIBLE_PITCHES);
        assert_eq!(rows.span, ALL_PITCHES);
        rows.zoom(1000.0, 48.0, VISIBLE_PITCHES);
        assert_eq!(rows.span, 12.0);
    }
}
