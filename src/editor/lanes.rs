//! The clip's lanes above the piano roll, on one timeline.

use egui::{Align2, Pos2, Rect, Role, Sense, Ui, WidgetInfo};

use super::clip_lane::PlacedClip;
use super::clip_rows::{ClipRows, ClipView};
use super::contents::Scene;
use super::following::Following;
use super::keyboard::Keyboard;
use super::note_editing::NoteEditing;
use super::piano_roll::{self, Roll};
use super::pitches::Pitches;
use super::readout;
use super::scroll_bars;
use super::selection::{DraftBars, NUMBERS_HEIGHT};
use super::surround::Surround;
use super::tempo_finder::Preview;
use super::theme;
use super::timeline::Timeline;
use super::view::View;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::placement::{Alignment, Placement};
use crate::instance::{Live, Painting, SavedClip};
use crate::music::tempo_map::TempoMap;
use crate::time::Beats;

/// The length that is shown without a clip or a draft.
const EMPTY_LENGTH: Beats = Beats(32.0);

/// What the lanes keep between frames.
#[derive(Default)]
pub(super) struct Lanes {
    curves: Option<PlacedCurves>,
    clip_rows: ClipRows,
    view: View,
    following: Following,
    keyboard: Keyboard,
    /// The tempo to show the clip at instead of its own.
    pub(super) preview: Option<Preview>,
    editing: NoteEditing,
    /// Where beats of the project and pitches were in the last frame.
    shown: Option<(Timeline, Pitches)>,
}

/// A clip's curves, and what they were computed from.
struct PlacedCurves {
    clip: SavedClip,
    tempo_map: TempoMap,
    /// The beat of the draft at which the clip starts.
    clip_start: Beats,
    curves: ClipCurves,
}

impl Lanes {
    /// Shows the lanes.
    pub(super) fn show(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        let Scene { desk, state, .. } = scene;
        let params = scene.params.values();
        let surround = Surround::of(ui.max_rect());
        let rect = surround.lanes;
        let start = params.start();
        let draft = state.current_take().map(|take| &*take.draft);
        let own_tempo = params.own_tempo(draft.map(|draft| draft.score.tempo_map()));
        let (draft_map, clip_start) = match self.preview {
            Some(preview) => (preview.tempo.into(), preview.clip_start),
            None => {
                let tempo_map = own_tempo.unwrap_or(scene.tempo_map);
                (tempo_map.clone(), start + state.picture_start)
            }
        };
        let tempo_map = draft_map.starting_at(clip_start - start);
        let placed = state.clip.as_ref().map(|clip| PlacedClip {
            clip,
            tempo_map,
            start: clip_start,
        });
        let length = draft
            .map(|draft| draft.score.length())
            .or_else(|| placed.as_ref().map(PlacedClip::length));
        let bar = desk.session.bar_length(state);
        let end = start + length.unwrap_or(EMPTY_LENGTH);
        let timeline = self.view.timeline(rect.x_range(), start, end, bar);

        let places = (placed.is_some()).then(|| self.clip_rows.lay_out(rect, &state.curves));
        let roll = places.as_ref().map_or(rect, |places| places.rest);
        let response = ui.interact(rect, ui.scope_id().with("lanes"), Sense::click_and_drag());
        let playhead = playhead(&desk.session.live, own_tempo, start);
        let is_playing = desk.session.live.is_playing();
        let clip = placed.as_ref().map(|placed| ClipView {
            placed,
            start,
            suggested: curves_of(&mut self.curves, placed, &draft_map, placed.start - start),
            timeline: &timeline,
            played_beat: (playhead.filter(|_| is_playing))
                .map(|beat| beat - start.0)
                .filter(|beat| (0.0..(placed.start - start + placed.length()).0).contains(beat))
                .map(|beat| beat as usize),
        });
        if let (Some(places), Some(clip)) = (&places, clip) {
            self.clip_rows.show(ui, scene, places, clip, &surround);
        }
        let painter = ui.painter();
        let pitches = self.view.pitches(draft, piano_roll::keys(roll).y_range());
        self.shown = Some((timeline, pitches));
        let roll_rect = roll;
        let roll = Roll {
            rect: roll,
            timeline: &timeline,
            pitches: &pitches,
            start,
        };
        // While a draft is painted, its finished segments are shown.
        let painting = scene.painting.filter(|painting| !painting.is_empty());
        let painted = painting.map(Painting::notes);
        let notes = painted
            .as_deref()
            .or(draft.map(|draft| draft.score.notes()));
        roll.paint(painter, draft, notes.unwrap_or_default());
        let ruler = roll_rect.with_max_y(roll_rect.top() + NUMBERS_HEIGHT);
        let keys = piano_roll::keys(roll_rect);
        surround.name(painter, ruler, "Bars");
        let chords = Rect::from_min_max(ruler.left_bottom(), keys.right_top());
        surround.name(painter, chords, "Chords");
        let bars = draft.map(|draft| DraftBars {
            timeline: &timeline,
            start,
            bar: Beats(draft.score.metre().bar_beats().into()),
            count: draft.score.bars().0,
        });
        if let Some(bars) = bars {
            bars.paint(
                painter,
                ruler,
                roll_rect,
                scene.selection.get(),
                &state.locks,
            );
        }
        if let Some(placed) = &placed {
            placed.paint_cut_lines(painter, rect, roll_rect, &timeline);
        }
        if let (Some(places), Some(clip)) = (&places, clip) {
            places.paint_hit_lines(painter, clip, scene);
        }
        if let Some(beat) = playhead {
            piano_roll::paint_playhead(painter, rect, &timeline, beat);
        }
        if draft.is_none() && scene.painting.is_none() {
            let what = if placed.is_some() {
                "Press Generate to draft music for the clip"
            } else {
                "Open a clip to draft music for it"
            };
            painter.text(
                roll_rect.center(),
                Align2::CENTER_CENTER,
                what,
                theme::font(14.0),
                theme::MUTED,
            );
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Timeline"));
        let clip_end = placed.map_or(end, |placed| placed.start + placed.length());
        let end = Beats(end.0.max(clip_end.0));
        let edits = (draft.filter(|_| painting.is_none()))
            .is_some_and(|draft| self.editing.follow(ui, &response, &roll, draft, scene));
        let pointed = readout::show(ui, &roll, notes.unwrap_or_default(), response.hover_pos());
        let column = surround.column.with_min_y(keys.top());
        (self.keyboard).show(ui, column, &pitches, pointed, &desk.session);
        let before = self.view;
        if bars.is_some_and(|bars| bars.select(ui, ruler, scene)) {
            self.view = View::default();
        } else if !edits {
            self.view.follow(ui, &response, &timeline, &pitches, end);
        }
        let scales = (&timeline, &pitches);
        scroll_bars::show(ui, &mut self.view, &surround, scales, keys, end);
        self.following.show(ui, surround.corner);
        let has_scrolled = self.view != before;
        (self.following).follow(
            &mut self.view,
            &timeline,
            playhead,
            is_playing,
            has_scrolled,
        );
    }
}

impl Lanes {
    /// Ends what is being recorded, so that the next draft has it.
    pub(super) fn finish_recording(&mut self, scene: Scene<'_>) {
        self.clip_rows.finish_recording(scene);
    }

    /// Returns the place of a beat of the project in the row of a pitch, in points, as of the last frame.
    pub(super) fn place_in_roll(&self, beat: Beats, pitch: u8) -> Option<Pos2> {
        let (timeline, pitches) = &self.shown.as_ref()?;
        let y = pitches.bottom_of(pitch) - 0.5 * pitches.row_height();
        Some(Pos2::new(timeline.x_of(beat.0), y))
    }
}

/// Returns the beat at which to show the host's position. A draft that keeps its tempo lies on the host's seconds.
fn playhead(live: &Live, own_tempo: Option<&TempoMap>, start: Beats) -> Option<f64> {
    match own_tempo {
        Some(map) => {
            let start_time = map.initial_tempo().seconds_in(start);
            Some((start + map.beat_at(live.position_seconds()? - start_time)).0)
        }
        None => live.position_beats(),
    }
}

/// Returns the curves of a clip that starts `clip_start` after the draft, beat by beat of the draft. Computes them only if
/// the clip, its place or the tempo has changed.
fn curves_of<'a>(
    known: &'a mut Option<PlacedCurves>,
    placed: &PlacedClip,
    tempo_map: &TempoMap,
    clip_start: Beats,
) -> &'a ClipCurves {
    let fits = |known: &PlacedCurves| {
        known.tempo_map == *tempo_map
            && known.clip_start == clip_start
            && known.clip == *placed.clip
    };
    if !known.as_ref().is_some_and(fits) {
        *known = None;
    }
    let computed = known.get_or_insert_with(|| {
        let placement = Placement {
            tempo_map: tempo_map.clone(),
            clip_start,
            alignment: Alignment::Time,
        };
        let beats = (clip_start + placed.length()).0.ceil().max(1.0) as usize;
        PlacedCurves {
            clip_start,
            clip: placed.clip.clone(),
            tempo_map: tempo_map.clone(),
            curves: ClipCurves::new(&placed.clip.features(), &placement, beats),
        }
    });
    &computed.curves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::tempo_map::TempoChange;
    use crate::player::HostTransport;
    use crate::time::Tempo;

    #[test]
    fn the_playhead_of_a_draft_that_keeps_its_tempo_follows_the_hosts_seconds() {
        let live = Live::default();
        let start = Beats(2.0);
        assert_eq!(playhead(&live, Some(&TempoMap::default()), start), None);
        live.set_transport(&HostTransport {
            position_beats: Some(7.0),
            position_seconds: Some(5.0),
            ..HostTransport::default()
        });
        assert_eq!(playhead(&live, None, start), Some(7.0));
        // Two beats before the draft, two beats at its first tempo, and two seconds at the next.
        let changes = [(0.0, 60.0), (1.0, 180.0)].map(|(at, bpm)| TempoChange {
            at: Beats(at),
            tempo: Tempo::new(bpm).unwrap(),
        });
        let map = TempoMap::new(changes.into()).unwrap();
        assert_eq!(playhead(&live, Some(&map), start), Some(9.0));
    }
}
