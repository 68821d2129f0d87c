//! What the user zooms and scrolls to, in time and in pitch.

use egui::{Event, EventFilter, Key, Rangef, Response, Ui};

use super::pitches::{ALL_PITCHES, Pitches};
use super::timeline::Timeline;
use crate::generator::Draft;
use crate::time::{BEATS_PER_BAR, Beats};

/// The least and the most that can be seen at once, in beats.
const BEATS_SEEN: (f64, f64) = (4.0, 4096.0);
/// The same in pitches.
const PITCHES_SEEN: (f64, f64) = (12.0, ALL_PITCHES);
/// How much of what is seen an arrow key scrolls.
const KEY_SCROLL: f32 = 0.125;
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
            let step =
                |more: bool, less: bool| f32::from(u8::from(more)) - f32::from(u8::from(less));
            let along = step(pressed(Key::ArrowRight), pressed(Key::ArrowLeft));
            let up = step(pressed(Key::ArrowUp), pressed(Key::ArrowDown));
            beats.scroll(along * KEY_SCROLL);
            rows.scroll(up * KEY_SCROLL);
            for sign in ui.input(|input| signs(&input.events, input.modifiers.shift)) {
                let (stretch, limits) = if sign.shift {
                    (&mut rows, PITCHES_SEEN)
                } else {
                    (&mut beats, BEATS_SEEN)
                };
                let factor = if sign.closer {
                    KEY_ZOOM
                } else {
                    1.0 / KEY_ZOOM
                };
                stretch.zoom(factor, stretch.first + stretch.span * 0.5, limits);
            }
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

/// A plus or a minus that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign {
    closer: bool,
    shift: bool,
}

/// The signs that were typed, by their letters, as the window reports no keys for them; with Shift, US and German
/// keyboards write others. `shift_at_end` is how Shift is after the events.
fn signs(events: &[Event], shift_at_end: bool) -> Vec<Sign> {
    let change = |event: &Event| match event {
        Event::ModifiersChanged(modifiers) => Some(modifiers.shift),
        _ => None,
    };
    let first_change = events.iter().find_map(change);
    let mut shift = first_change.map_or(shift_at_end, |after| !after);
    let mut signs = Vec::new();
    for event in events {
        shift = change(event).unwrap_or(shift);
        let Event::Text(text) = event else { continue };
        let closer = match text.as_str() {
            "+" | "=" => true,
            "-" => false,
            "*" if shift => true,
            "_" if shift => false,
            _ => continue,
        };
        signs.push(Sign { closer, shift });
    }
    signs
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
    use egui::Modifiers;

    #[test]
    fn everything_is_seen_until_the_user_zooms() {
        let x = Rangef::new(0.0, 100.0);
        let timeline = View::default().timeline(x, Beats(17.0), Beats(30.0));
        assert_eq!((timeline.first_beat, timeline.span_beats), (16.0, 32.0));
        assert_eq!(timeline.x_of(32.0), 50.0);
        assert_eq!(timeline.beat_at(50.0), 32.0);
    }

    #[test]
    fn signs_are_told_apart_by_shift_even_when_it_comes_and_goes_between_two_frames() {
        let text = |text: &str| Event::Text(text.to_owned());
        let shift = |held| {
            Event::ModifiersChanged(Modifiers {
                shift: held,
                ..Modifiers::NONE
            })
        };
        let typed = |events: &[Event], shift_at_end| -> Vec<(bool, bool)> {
            let signs = signs(events, shift_at_end);
            signs.iter().map(|sign| (sign.closer, sign.shift)).collect()
        };
        assert_eq!(
            typed(&[text("="), text("-")], false),
            [(true, false), (false, false)]
        );
        assert_eq!(
            typed(&[text("+"), text("_")], true),
            [(true, true), (false, true)]
        );
        assert_eq!(typed(&[text("*"), text("_"), text("a")], false), []);
        let both = [text("="), shift(true), text("+"), shift(false)];
        assert_eq!(typed(&both, false), [(true, false), (true, true)]);
        assert_eq!(typed(&[text("_"), shift(false)], false), [(false, true)]);
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
