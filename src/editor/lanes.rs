//! The clip's lanes and the draft below them, all on one timeline.

use egui::{Align2, CornerRadius, Rect, Sense, Ui};

use super::clip_lane::{CUE_LANES, CURVE_HEIGHT, CUTS_HEIGHT, PlacedClip, SHOTS_HEIGHT};
use super::controls::focus_ring;
use super::view::View;
use super::{piano_roll, theme};
use crate::conditioning::clip_cues::ClipCurves;
use crate::conditioning::placement::{Alignment, Placement};
use crate::instance::params::ParamValues;
use crate::instance::{Desk, Live, SavedClip, State};
use crate::music::score::Score;
use crate::time::{Beats, Tempo};

/// Bars that are shown before there is anything.
const EMPTY_LENGTH: Beats = Beats(32.0);

/// What the lanes remember between frames.
#[derive(Default)]
pub(super) struct Lanes {
    curves: Option<PlacedCurves>,
    view: View,
}

/// The clip's curves, and what they were computed from.
struct PlacedCurves {
    clip: SavedClip,
    tempo: Tempo,
    curves: ClipCurves,
}

impl Lanes {
    /// Shows the clip's lanes above the piano roll, all on one timeline.
    pub(super) fn show(&mut self, ui: &mut Ui, desk: &Desk, params: &ParamValues, state: &State) {
        let rect = ui.max_rect();
        let start = params.start();
        let draft = state.current_take().map(|take| &*take.draft);
        let score = draft.map(|draft| &draft.score);
        let own_tempo = params.own_tempo(score.map(|score| score.tempo_map().initial_tempo()));
        let tempo = own_tempo.unwrap_or_else(|| host_tempo(&desk.session.live, state));
        let placed = state
            .clip
            .as_ref()
            .map(|clip| PlacedClip { clip, tempo, start });
        let length = score
            .map(Score::length)
            .or_else(|| placed.as_ref().map(PlacedClip::length));
        let timeline = self
            .view
            .timeline(rect.x_range(), start, length.unwrap_or(EMPTY_LENGTH));

        let roll = if let Some(placed) = &placed {
            let curves = curves_of(&mut self.curves, placed);
            let steering = params.steering();
            let painter = ui.painter();
            let mut rows = Rows { rect };
            placed.paint_shots(painter, rows.next(SHOTS_HEIGHT, 0.0), &timeline);
            let cuts = rows.next(CUTS_HEIGHT, 4.0);
            painter.rect_filled(cuts, CornerRadius::ZERO, theme::BACKGROUND);
            placed.paint_cuts(painter, cuts, &timeline);
            for lane in &CUE_LANES {
                lane.paint(
                    painter,
                    rows.next(CURVE_HEIGHT, 4.0),
                    &timeline,
                    start,
                    curves,
                    &steering,
                );
            }
            rows.rect
        } else {
            rect
        };
        let response = ui.interact(rect, ui.scope_id().with("lanes"), Sense::click_and_drag());
        let painter = ui.painter();
        let pitches = self.view.pitches(draft, piano_roll::keys(roll).y_range());
        piano_roll::paint(painter, roll, &timeline, &pitches, draft, start);
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
        self.view.follow(ui, &response, &timeline, &pitches);
    }
}

/// The project's beat where the host is. A draft with a tempo of its own lies on the host's seconds.
fn playhead(live: &Live, own_tempo: Option<Tempo>) -> Option<f64> {
    match own_tempo {
        Some(tempo) => Some(tempo.beats_in(live.position_seconds()?).0),
        None => live.position_beats(),
    }
}

/// The host's tempo, under which the clip and the next draft lie, or the best guess at it.
fn host_tempo(live: &Live, state: &State) -> Tempo {
    live.tempo()
        .or_else(|| {
            let take = state.current_take()?;
            Some(take.draft.score.tempo_map().initial_tempo())
        })
        .unwrap_or(Tempo::DEFAULT)
}

/// Takes rows off the top of a rectangle.
struct Rows {
    rect: Rect,
}

impl Rows {
    /// A row of `height`, and a gap below it.
    fn next(&mut self, height: f32, gap: f32) -> Rect {
        let row = self.rect.with_max_y(self.rect.top() + height);
        self.rect.min.y += height + gap;
        row
    }
}

/// The curves of a clip, computed again only when it or the tempo changed.
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
    fn a_draft_that_keeps_its_tempo_is_where_the_hosts_seconds_are() {
        let live = Live::default();
        assert_eq!(playhead(&live, Some(Tempo::DEFAULT)), None);
        live.note(&HostTransport {
            position_beats: Some(7.0),
            position_seconds: Some(5.0),
            ..HostTransport::default()
        });
        assert_eq!(playhead(&live, None), Some(7.0));
        let slow = Tempo::new(60.0).unwrap();
        assert_eq!(playhead(&live, Some(slow)), Some(5.0));
    }
}
