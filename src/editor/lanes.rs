//! The clip's lanes above the piano roll, on one timeline.

use egui::{Align2, CornerRadius, Rect, Role, Sense, Ui, WidgetInfo};

use super::clip_lane::{CUTS_HEIGHT, PlacedClip, SHOTS_HEIGHT};
use super::contents::Scene;
use super::controls::focus_ring;
use super::cue_lane::{CUE_LANES, CURVE_HEIGHT, CueCurves};
use super::piano_roll::{self, Roll};
use super::theme;
use super::view::View;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::placement::{Alignment, Placement};
use crate::instance::{Live, SavedClip};
use crate::time::{Beats, Tempo};

/// The length that is shown without a clip or a draft.
const EMPTY_LENGTH: Beats = Beats(32.0);

/// What the lanes keep between frames.
#[derive(Default)]
pub(super) struct Lanes {
    curves: Option<PlacedCurves>,
    view: View,
}

/// A clip's curves, and what they were computed from.
struct PlacedCurves {
    clip: SavedClip,
    tempo: Tempo,
    curves: ClipCurves,
}

impl Lanes {
    /// Shows the lanes.
    pub(super) fn show(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        let Scene { desk, state, .. } = scene;
        let params = scene.params.values();
        let rect = ui.max_rect();
        let start = params.start();
        let draft = state.current_take().map(|take| &*take.draft);
        let own_tempo =
            params.own_tempo(draft.map(|draft| draft.score.tempo_map().initial_tempo()));
        let tempo = own_tempo.unwrap_or_else(|| desk.session.tempo_for_drafts(state));
        let placed = state
            .clip
            .as_ref()
            .map(|clip| PlacedClip { clip, tempo, start });
        let length = draft
            .map(|draft| draft.score.length())
            .or_else(|| placed.as_ref().map(PlacedClip::length));
        let bar = desk.session.bar_length(state);
        let end = start + length.unwrap_or(EMPTY_LENGTH);
        let timeline = self.view.timeline(rect.x_range(), start, end, bar);

        let roll = if let Some(placed) = &placed {
            let curves = CueCurves {
                timeline: &timeline,
                start,
                clip: curves_of(&mut self.curves, placed),
                steering: &params.steering(),
            };
            let painter = ui.painter();
            let mut rows = Rows { rect };
            placed.paint_shots(painter, rows.next(SHOTS_HEIGHT, 0.0), &timeline);
            let cuts = rows.next(CUTS_HEIGHT, 4.0);
            painter.rect_filled(cuts, CornerRadius::ZERO, theme::BACKGROUND);
            placed.paint_transitions(painter, cuts, &timeline);
            placed.paint_cuts(painter, cuts, &timeline);
            for lane in &CUE_LANES {
                lane.paint(painter, rows.next(CURVE_HEIGHT, 4.0), curves);
            }
            rows.rect
        } else {
            rect
        };
        let response = ui.interact(rect, ui.scope_id().with("lanes"), Sense::click_and_drag());
        let painter = ui.painter();
        let pitches = self.view.pitches(draft, piano_roll::keys(roll).y_range());
        Roll {
            rect: roll,
            timeline: &timeline,
            pitches: &pitches,
            start,
        }
        .paint(painter, draft);
        if let Some(placed) = &placed {
            placed.paint_cut_lines(painter, rect, roll, &timeline);
        }
        if let Some(beat) = playhead(&desk.session.live, own_tempo) {
            piano_roll::paint_playhead(painter, rect, &timeline, beat);
        }
        if draft.is_none() {
            let what = if placed.is_some() {
                "Press Generate to draft music for the clip"
            } else {
                "Open a clip to draft music for it"
            };
            painter.text(
                roll.center(),
                Align2::CENTER_CENTER,
                what,
                theme::font(14.0),
                theme::MUTED,
            );
        }
        focus_ring(ui, &response, rect);
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Timeline"));
        let clip_end = placed.map_or(end, |placed| start + placed.length());
        let end = Beats(end.0.max(clip_end.0));
        self.view.follow(ui, &response, &timeline, &pitches, end);
    }
}

/// Returns the beat at which to show the host's position. A draft that keeps its tempo lies on the host's seconds.
fn playhead(live: &Live, own_tempo: Option<Tempo>) -> Option<f64> {
    match own_tempo {
        Some(tempo) => Some(tempo.beats_in(live.position_seconds()?).0),
        None => live.position_beats(),
    }
}

/// Splits rows off the top of a rectangle.
struct Rows {
    rect: Rect,
}

impl Rows {
    /// Returns the next row, and leaves a gap below it.
    fn next(&mut self, height: f32, gap: f32) -> Rect {
        let row = self.rect.with_max_y(self.rect.top() + height);
        self.rect.min.y += height + gap;
        row
    }
}

/// Returns the curves of a clip, computing them only if the clip or the tempo has changed.
fn curves_of<'a>(known: &'a mut Option<PlacedCurves>, placed: &PlacedClip) -> &'a ClipCurves {
    let fits = |known: &PlacedCurves| known.tempo == placed.tempo && known.clip == *placed.clip;
    if !known.as_ref().is_some_and(fits) {
        *known = None;
    }
    let computed = known.get_or_insert_with(|| {
        let placement = Placement {
            tempo: placed.tempo,
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        };
        let beats = placed.length().0.ceil().max(1.0) as usize;
        PlacedCurves {
            clip: placed.clip.clone(),
            tempo: placed.tempo,
            curves: ClipCurves::new(&placed.clip.features(), &placement, beats),
        }
    });
    &computed.curves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::HostTransport;

    #[test]
    fn the_playhead_of_a_draft_that_keeps_its_tempo_follows_the_hosts_seconds() {
        let live = Live::default();
        assert_eq!(playhead(&live, Some(Tempo::DEFAULT)), None);
        live.set_transport(&HostTransport {
            position_beats: Some(7.0),
            position_seconds: Some(5.0),
            ..HostTransport::default()
        });
        assert_eq!(playhead(&live, None), Some(7.0));
        let slow = Tempo::new(60.0).unwrap();
        assert_eq!(playhead(&live, Some(slow)), Some(5.0));
    }
}
