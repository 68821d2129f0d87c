//! The rows of the clip above the roll: picture, hits and curves.

use egui::{Align2, CornerRadius, CursorIcon, Painter, Rect, Role, Sense, Ui, WidgetInfo};

use super::clip_lane::{CUTS_HEIGHT, Pictures, PlacedClip, SHOTS_HEIGHT};
use super::contents::Scene;
use super::cue_lane::{CUE_LANES, CURVE_HEIGHT, CueCurves, CueLane};
use super::curves::CurveDrawing;
use super::hits::{HitEditing, HitRow};
use super::quiet::{QuietEditing, QuietRows};
use super::recording::Recording;
use super::surround::Surround;
use super::tempo_ahead::TempoAhead;
use super::theme::{self, MUTED, TEXT};
use super::timeline::Timeline;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::steering::Steering;
use crate::instance::Curves;
use crate::time::Beats;

/// The gap below a row, in points.
const GAP: f32 = 4.0;
/// The height of the row that opens further curves, in points.
const FOLD_HEIGHT: f32 = 13.0;

/// What the rows keep between frames.
#[derive(Default)]
pub(super) struct ClipRows {
    pictures: Pictures,
    /// Whether every curve is shown.
    is_open: bool,
    drawing: CurveDrawing,
    recording: Recording,
    hits: HitEditing,
    quiet: QuietEditing,
}

/// Where the rows lie.
pub(super) struct Places {
    picture: Rect,
    hits: Rect,
    curves: Vec<(CueLane, Rect)>,
    fold: Rect,
    /// What is left below them.
    pub(super) rest: Rect,
}

/// The clip that the rows are of.
#[derive(Clone, Copy)]
pub(super) struct ClipView<'a> {
    pub(super) placed: &'a PlacedClip<'a>,
    /// The beat of the project at which drafts start, and curves with them.
    pub(super) start: Beats,
    /// What the clip suggests at each beat from there.
    pub(super) suggested: &'a ClipCurves,
    pub(super) timeline: &'a Timeline,
    /// The beat from there at which the host plays, if it does.
    pub(super) played_beat: Option<usize>,
}

impl ClipRows {
    /// Divides the top of `rect` into rows: the usual curves, and others that are open or drawn.
    pub(super) fn lay_out(&self, rect: Rect, curves: &Curves) -> Places {
        let mut rest = rect;
        let mut next = |height: f32, gap: f32| {
            let row = rest.with_max_y(rest.top() + height);
            rest.min.y += height + gap;
            row
        };
        let picture = next(SHOTS_HEIGHT, 0.0);
        let hits = next(CUTS_HEIGHT, GAP);
        let is_shown = |lane: &CueLane| {
            let curve = &curves[lane.id];
            self.is_open || lane.is_usual || curve.armed || curve.is_drawn()
        };
        let shown = CUE_LANES.into_iter().filter(is_shown);
        let curves: Vec<_> = shown.map(|lane| (lane, next(CURVE_HEIGHT, GAP))).collect();
        let folds = self.is_open || curves.len() < CUE_LANES.len();
        let fold = next(if folds { FOLD_HEIGHT } else { 0.0 }, 0.0);
        Places {
            picture,
            hits,
            curves,
            fold,
            rest,
        }
    }

    /// Shows the rows and lets the user edit them.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        scene: Scene<'_>,
        places: &Places,
        clip: ClipView<'_>,
        surround: &Surround,
    ) {
        let ClipView {
            placed, timeline, ..
        } = clip;
        self.recording.follow(scene, clip.played_beat);
        placed.paint_shots(ui.painter(), places.picture, timeline);
        (self.pictures).paint(ui, placed, places.picture, timeline, scene.stills);
        (ui.painter()).rect_filled(places.hits, CornerRadius::ZERO, theme::BACKGROUND);
        // Cuts and hits are painted over these words.
        if let Some(ahead) = TempoAhead::of(scene) {
            ahead.paint(ui, places.hits, timeline);
        }
        placed.paint_transitions(ui.painter(), places.hits, timeline);
        let quiet = QuietRows {
            picture: places.picture,
            hits: places.hits,
            placed,
            timeline,
        };
        if let Some(pointer) = self.quiet.show(ui, quiet, scene) {
            (self.pictures).show_still(ui, placed, places.picture, timeline, pointer);
        }
        self.hits.show(ui, places.hit_row(clip), scene);
        let curves = self.drawing.over(self.recording.over(&scene.state.curves));
        let shown = CueCurves {
            timeline,
            start: clip.start,
            clip: clip.suggested,
            steering: &Steering {
                follow: scene.state.follow,
                ..scene.params.values().steering(&curves)
            },
            curves: &curves,
        };
        surround.name(ui.painter(), places.picture, "Picture");
        surround.name(ui.painter(), places.hits, "Hits");
        for &(lane, rect) in &places.curves {
            surround.name(ui.painter(), rect, lane.id.label());
            self.drawing.follow(ui, rect, lane, shown, scene);
            lane.paint(ui.painter(), rect, shown);
        }
        self.show_fold(ui, places);
    }

    /// Ends what is being recorded, so that the next draft has it.
    pub(super) fn finish_recording(&mut self, scene: Scene<'_>) {
        self.recording.finish(scene);
    }

    /// Shows the words that open the other curves, or close them.
    fn show_fold(&mut self, ui: &Ui, places: &Places) {
        let is_shown = |lane: &CueLane| places.curves.iter().any(|(shown, _)| shown.id == lane.id);
        let hidden = CUE_LANES.iter().filter(|lane| !is_shown(lane));
        let hidden: Vec<&str> = hidden.map(|lane| lane.id.label()).collect();
        let words = match (hidden.is_empty(), self.is_open) {
            (false, _) => format!("+ {}", hidden.join(", ")),
            (true, true) => "– fewer curves".to_owned(),
            (true, false) => return,
        };
        let font = theme::font(10.5);
        let galley = ui.painter().layout_no_wrap(words, font, MUTED);
        let rect = places
            .fold
            .with_max_x(places.fold.left() + galley.size().x + 16.0);
        let id = ui.scope_id().with("more curves");
        let response = ui.interact(rect, id, Sense::click());
        if response.clicked() {
            self.is_open = !self.is_open;
        }
        let ink = if response.hovered() { TEXT } else { MUTED };
        let at = Align2::LEFT_CENTER
            .anchor_size(rect.left_center() + egui::vec2(8.0, 0.0), galley.size());
        ui.painter()
            .galley_with_override_text_color(at.min, galley, ink);
        let label = if self.is_open {
            "Fewer curves"
        } else {
            "More curves"
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
        response.on_hover_cursor(CursorIcon::PointingHand);
    }
}

impl Places {
    /// Returns the row of hits on the screen.
    fn hit_row<'a>(&self, clip: ClipView<'a>) -> HitRow<'a> {
        HitRow {
            rect: self.hits,
            placed: clip.placed,
            timeline: clip.timeline,
        }
    }

    /// Paints a line through the lanes at each hit that is on no cut.
    pub(super) fn paint_hit_lines(&self, painter: &Painter, clip: ClipView<'_>, scene: Scene<'_>) {
        let row = self.hit_row(clip);
        row.paint_lines(painter, scene.state, self.rest.bottom());
    }
}
