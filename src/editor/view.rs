//! What the user zooms and scrolls to, in time and in pitch.

use egui::{EventFilter, Key, Rangef, Response, Ui};

use super::pitches::{ALL_PITCHES, Pitches};
use super::timeline::Timeline;
use crate::music::draft::Draft;
use crate::time::{BEATS_PER_BAR, Beats};

/// The least and the most that can be seen at once, in beats.
const BEATS_SEEN: (f64, f64) = (4.0, 4096.0);
/// The same in pitches.
const PITCHES_SEEN: (f64, f64) = (12.0, ALL_PITCHES);
/// How much of what is seen an arrow key scrolls.
const KEY_SCROLL: f64 = 0.125;
/// How much closer a key brings what is seen.
const KEY_ZOOM: f64 = 1.25;

/// What the user chose to see; everything, until they did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct View {
    beats: Option<Stretch>,
    pitches: Option<Stretch>,
}

/// What is seen of one axis, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    first: f64,
    span: f64,
}

impl View {
    /// The timeline over `x`; without a choice it shows `length` from `start` on, in whole bars.
    pub(super) fn timeline(&self, x: Rangef, start: Beats, length: Beats) -> Timeline {
        let seen = self.beats.unwrap_or_else(|| {
            let bar = f64::from(BEATS_PER_BAR);
            let first = (start.0 / bar).floor() * bar;
            let end = ((start.0 + length.0.max(bar)) / bar).ceil() * bar;
            Stretch {
                first,
                span: end - first,
            }
        });
        Timeline {
            first_beat: seen.first,
            span_beats: seen.span,
            x,
        }
    }

    /// The pitches over `y`; without a choice those of the draft.
    pub(super) fn pitches(&self, draft: Option<&Draft>, y: Rangef) -> Pitches {
        match self.pitches {
            Some(Stretch { first, span }) => Pitches {
                lowest: first,
                count: span,
                y,
            },
            None => Pitches::of(draft, y),
        }
    }

    /// Zooms and scrolls as the user does over `response`, or with keys while it has the focus: in pitch where Shift is
    /// held, in time otherwise. A double click or the key Home shows everything again.
    pub(super) fn follow(
        &mut self,
        ui: &Ui,
        response: &Response,
        timeline: &Timeline,
        pitches: &Pitches,
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
            Stretch {
                first: timeline.first_beat,
                span: timeline.span_beats,
            },
            Stretch {
                first: pitches.lowest,
                span: pitches.count,
            },
        );
        let (mut beats, mut rows) = before;
        let drag = response.drag_delta();
        beats.scroll(-drag.x / timeline.x.span());
        // Until they are zoomed, pitches stay where they are when time is dragged.
        if self.pitches.is_some() {
            rows.scroll(drag.y / pitches.y.span());
        }
        if let Some(pointer) = response.hover_pos() {
            let (zoom, scroll, shift) = ui.input(|input| {
                let scroll = input.smooth_scroll_delta();
                (
                    input.zoom_delta(),
                    scroll.x + scroll.y,
                    input.modifiers.shift,
                )
            });
            if shift {
                rows.zoom(zoom.into(), pitches.pitch_at(pointer.y), PITCHES_SEEN);
                rows.scroll(scroll / pitches.y.span());
            } else {
                beats.zoom(zoom.into(), timeline.beat_at(pointer.x), BEATS_SEEN);
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
            let step = |more: &[Key], less: &[Key]| {
                let any = |keys: &[Key]| f64::from(u8::from(keys.iter().any(|&key| pressed(key))));
                any(more) - any(less)
            };
            beats.first += step(&[Key::ArrowRight], &[Key::ArrowLeft]) * KEY_SCROLL * beats.span;
            rows.first += step(&[Key::ArrowUp], &[Key::ArrowDown]) * KEY_SCROLL * rows.span;
            let zoom = KEY_ZOOM.powf(step(&[Key::Plus, Key::Equals], &[Key::Minus]));
            beats.zoom(zoom, beats.first + beats.span * 0.5, BEATS_SEEN);
        }
        if beats != before.0 {
            beats.first = beats.first.max(0.0);
            self.beats = Some(beats);
        }
        if rows != before.1 {
            rows.first = rows.first.clamp(0.0, ALL_PITCHES - rows.span);
            self.pitches = Some(rows);
        }
    }
}

impl Stretch {
    /// Moves on by a share of what is seen.
    fn scroll(&mut self, share: f32) {
        self.first += f64::from(share) * self.span;
    }

    /// Comes closer by a factor, with `still` staying where it is, as far as the limits of what is seen allow.
    fn zoom(&mut self, factor: f64, still: f64, (least, most): (f64, f64)) {
        if factor != 1.0 {
            let span = (self.span / factor).clamp(least, most);
            self.first = still - (still - self.first) * span / self.span;
            self.span = span;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_seen_until_the_user_zooms() {
        let x = Rangef::new(0.0, 100.0);
        let timeline = View::default().timeline(x, Beats(17.0), Beats(30.0));
        assert_eq!((timeline.first_beat, timeline.span_beats), (16.0, 32.0));
        assert_eq!(timeline.x_of(32.0), 50.0);
        assert_eq!(timeline.beat_at(50.0), 32.0);
    }

    #[test]
    fn what_is_pointed_at_stays_and_no_more_is_seen_than_there_is() {
        let mut rows = Stretch {
            first: 36.0,
            span: 48.0,
        };
        rows.zoom(2.0, 48.0, PITCHES_SEEN);
        assert_eq!((rows.first, rows.span), (42.0, 24.0));
        rows.zoom(0.01, 48.0, PITCHES_SEEN);
        assert_eq!(rows.span, ALL_PITCHES);
        rows.zoom(1000.0, 48.0, PITCHES_SEEN);
        assert_eq!(rows.span, 12.0);
    }
}
