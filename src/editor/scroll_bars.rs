//! The scroll bars of the lanes: in time below them, in pitch at their right.

use egui::{CornerRadius, Rangef, Rect, Role, Sense, Ui, Vec2b, WidgetInfo};

use super::pitches::{ALL_PITCHES, Pitches};
use super::surround::Surround;
use super::theme::{LINE, MUTED, PANEL};
use super::timeline::Timeline;
use super::view::View;
use crate::time::Beats;

/// The thickness of a bar, in points.
const THICKNESS: f32 = 6.0;
/// The shortest handle, in points.
const SHORTEST: f32 = 20.0;

/// What is visible of something longer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    first: f64,
    span: f64,
    whole: f64,
}

impl Part {
    /// Returns the ends of the handle on a track from 0 to `length`.
    fn handle(self, length: f32) -> (f32, f32) {
        let share = (self.span / self.whole).clamp(0.0, 1.0) as f32;
        let handle = (share * length).max(SHORTEST).min(length);
        let room = self.whole - self.span;
        let place = if room > 0.0 {
            (self.first / room).clamp(0.0, 1.0) as f32
        } else {
            0.0
        };
        let from = place * (length - handle);
        (from, from + handle)
    }

    /// Returns the first visible when the handle is dragged by `points`.
    fn dragged(self, points: f32, length: f32) -> f64 {
        let (from, to) = self.handle(length);
        let free = length - (to - from);
        let room = (self.whole - self.span).max(0.0);
        if free <= 0.0 {
            return self.first;
        }
        (self.first + f64::from(points) / f64::from(free) * room).clamp(0.0, room)
    }

    /// Returns the first visible when `point` of a track is to be in the middle.
    fn centred(self, point: f32, length: f32) -> f64 {
        let middle = f64::from(point / length) * self.whole;
        (middle - 0.5 * self.span).clamp(0.0, (self.whole - self.span).max(0.0))
    }

    fn is_everything(self) -> bool {
        self.span >= self.whole - 1e-6
    }
}

/// Shows the bars of a `view` on music that ends at `end`. Returns whether one was moved in time.
pub(super) fn show(
    ui: &Ui,
    view: &mut View,
    surround: &Surround,
    (timeline, pitches): (&Timeline, &Pitches),
    roll: Rect,
    end: Beats,
) -> bool {
    let visible_end = timeline.first_beat + timeline.span_beats;
    let beats = Part {
        first: timeline.first_beat,
        span: timeline.span_beats,
        whole: (end.0 + timeline.bar.0).max(visible_end),
    };
    let moved = view.is_zoomed_in_time()
        && match bar(ui, "Scroll in time", surround.below, beats, true) {
            Some(first) => {
                view.scroll_to_beat(timeline, first);
                true
            }
            None => false,
        };
    // The highest pitches are at the top.
    let from_top = Part {
        first: ALL_PITCHES - pitches.lowest - pitches.count,
        span: pitches.count,
        whole: ALL_PITCHES,
    };
    let right = surround.right.with_min_y(roll.top());
    if let Some(first) = bar(ui, "Scroll in pitch", right, from_top, false) {
        view.scroll_to_pitch(pitches, ALL_PITCHES - first - pitches.count);
    }
    moved
}

/// Shows a bar in the middle of `place`. Returns what the user moved the first visible to.
fn bar(ui: &Ui, name: &str, place: Rect, part: Part, is_horizontal: bool) -> Option<f64> {
    if part.is_everything() {
        return None;
    }
    let direction = Vec2b::new(is_horizontal, !is_horizontal);
    let axis = usize::from(!is_horizontal);
    let mut track = place;
    let across = 1 - axis;
    let middle = place.center()[across];
    track.min[across] = middle - THICKNESS * 0.5;
    track.max[across] = middle + THICKNESS * 0.5;
    let along = Rangef::new(track.min[axis], track.max[axis]);
    let id = ui.scope_id().with(name);
    let response = ui.interact(place, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, name));
    let (from, to) = part.handle(along.span());
    let mut handle = track;
    handle.min[axis] = along.min + from;
    handle.max[axis] = along.min + to;
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(track, radius, PANEL);
    let lit = response.hovered() || response.dragged();
    let colour = if lit {
        MUTED
    } else {
        LINE.lerp_to_gamma(MUTED, 0.4)
    };
    ui.painter().rect_filled(handle, radius, colour);
    let drag = response.drag_delta() * direction.to_vec2();
    if response.dragged() && drag[axis] != 0.0 {
        return Some(part.dragged(drag[axis], along.span()));
    }
    let pressed = response.interact_pointer_pos()?[axis] - along.min;
    let is_beside = !(from..=to).contains(&pressed);
    (response.clicked() && is_beside).then(|| part.centred(pressed, along.span()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Part = Part {
        first: 25.0,
        span: 50.0,
        whole: 100.0,
    };

    #[test]
    fn the_handle_is_as_long_as_what_is_visible_and_lies_where_it_is() {
        assert_eq!(PART.handle(200.0), (50.0, 150.0));
        let end = Part {
            first: 99.0,
            span: 1.0,
            ..PART
        };
        assert_eq!(end.handle(200.0), (180.0, 200.0));
        let everything = Part {
            first: 0.0,
            span: 100.0,
            ..PART
        };
        assert!(everything.is_everything());
        assert_eq!(everything.handle(200.0), (0.0, 200.0));
    }

    #[test]
    fn dragging_follows_the_pointer_and_stops_at_the_ends() {
        assert_eq!(PART.dragged(20.0, 200.0), 35.0);
        assert_eq!(PART.dragged(-500.0, 200.0), 0.0);
        assert_eq!(PART.dragged(500.0, 200.0), 50.0);
    }

    #[test]
    fn a_click_on_the_track_centres_what_is_there() {
        assert_eq!(PART.centred(100.0, 200.0), 25.0);
        assert_eq!(PART.centred(5.0, 200.0), 0.0);
        assert_eq!(PART.centred(199.0, 200.0), 50.0);
    }
}
