//! The row of hits: cuts that are met, and other moments.

mod menu;
mod painting;

use egui::{CursorIcon, PointerButton, Rect, Role, Sense, Ui, WidgetInfo};

use super::clip_lane::PlacedClip;
use super::contents::Scene;
use super::timeline::Timeline;
use crate::conditioning::hits::{Hit, MAX_WEIGHT};
use crate::instance::{MarkedHit, State};
use crate::time::Seconds;

/// How near a mark the pointer takes hold of it, in points.
const REACH: f32 = 8.0;
const HINT: &str = "Click a cut to meet it, again for more weight. A double click adds a hit, dragging moves it, the right \
                    button names it and sets its side.";

/// What the user does with a hit.
#[derive(Debug, Default)]
pub(super) struct HitEditing {
    drag: Option<Drag>,
    menu: Option<menu::Open>,
}

#[derive(Clone, Debug)]
struct Drag {
    hit: MarkedHit,
    to: Seconds,
}

/// A hit, or a cut that may become one.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    /// The hit, as set by the user or as all cuts are; of a cut that is not met, one of weight 0.
    marked: MarkedHit,
    /// Whether the user set it.
    is_own: bool,
    /// Whether it lies on a cut.
    is_cut: bool,
}

/// The row on the screen.
#[derive(Clone, Copy)]
pub(super) struct HitRow<'a> {
    pub(super) rect: Rect,
    pub(super) placed: &'a PlacedClip<'a>,
    pub(super) timeline: &'a Timeline,
}

impl HitEditing {
    /// Shows the row and lets the user edit it. Each click or drag is one change.
    pub(super) fn show(&mut self, ui: &mut Ui, row: HitRow<'_>, scene: Scene<'_>) {
        let HitRow { rect, placed, .. } = row;
        let id = ui.scope_id().with("hits");
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "Hits"));
        let marks = marks(scene.state, &placed.clip.shots);
        let at = |x: f32| row.mark_at(&marks, x);
        let pointer = response.interact_pointer_pos();
        if response.drag_started_by(PointerButton::Primary)
            && let Some(from) = ui.input(|input| input.pointer.press_origin())
            && let Some(mark) = at(from.x).filter(|mark| mark.is_own)
        {
            let hit = mark.marked.clone();
            self.drag = Some(Drag {
                to: hit.hit.at,
                hit,
            });
        }
        if let (Some(drag), Some(pointer)) = (&mut self.drag, pointer) {
            drag.to = placed.snapped(placed.nearest_time_at(pointer.x, row.timeline));
        }
        if !response.dragged()
            && let Some(Drag { hit, to }) = self.drag.take()
            && to != hit.hit.at
        {
            let moved = MarkedHit {
                hit: Hit { at: to, ..hit.hit },
                ..hit.clone()
            };
            replace(scene, Some(&hit), Some(moved));
        }
        if let Some(pointer) = pointer.filter(|_| response.clicked()) {
            match at(pointer.x) {
                Some(mark) => mark.press(scene),
                None if response.double_clicked() => {
                    let time = placed.snapped(placed.nearest_time_at(pointer.x, row.timeline));
                    replace(scene, None, Some(MarkedHit::new(time, 1)));
                }
                None => {}
            }
        }
        if let Some(pointer) = pointer.filter(|_| response.secondary_clicked()) {
            let time = placed.snapped(placed.nearest_time_at(pointer.x, row.timeline));
            let mark = at(pointer.x).cloned();
            self.menu = Some(menu::Open::on(mark, time, pointer));
        }
        menu::show(&mut self.menu, ui, scene);
        row.paint(ui.painter(), &marks, self.drag.as_ref());
        response
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_text(HINT);
    }
}

impl HitRow<'_> {
    /// Returns the mark nearest to an x coordinate, if the pointer reaches it from there.
    fn mark_at<'a>(&self, marks: &'a [Mark], x: f32) -> Option<&'a Mark> {
        let distance = |mark: &Mark| (self.placed.x_of(mark.at(), self.timeline) - x).abs();
        let near = marks.iter().filter(|mark| distance(mark) <= REACH);
        near.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

impl Mark {
    fn at(&self) -> Seconds {
        self.marked.hit.at
    }

    /// Makes it a hit, or a hit of the next weight; after the strongest, none.
    fn press(&self, scene: Scene<'_>) {
        let weight = match self.marked.hit.weight {
            _ if !self.is_own => 1,
            MAX_WEIGHT.. => 0,
            weight => weight + 1,
        };
        self.set_weight(scene, weight);
    }

    /// Gives it a weight; none with 0. A cut keeps a weight of 0 only if it would be met otherwise.
    fn set_weight(&self, scene: Scene<'_>, weight: u8) {
        let is_needed = weight > 0 || self.is_cut && scene.state.cut_weight > 0;
        let mut marked = self.marked.clone();
        marked.hit.weight = weight;
        replace(scene, self.own(), is_needed.then_some(marked));
    }

    /// Returns the hit that the user set, if it is one.
    fn own(&self) -> Option<&MarkedHit> {
        self.is_own.then_some(&self.marked)
    }
}

/// Returns the user's hits, and the cuts without one.
fn marks(state: &State, cuts: &[Seconds]) -> Vec<Mark> {
    let is_cut = |marked: &MarkedHit| cuts.iter().any(|&cut| marked.is_on(cut));
    let own = state.hits.iter().map(|marked| Mark {
        is_cut: is_cut(marked),
        is_own: true,
        marked: marked.clone(),
    });
    let other = cuts
        .iter()
        .filter(|&&cut| !state.hits.iter().any(|marked| marked.is_on(cut)))
        .map(|&cut| Mark {
            marked: MarkedHit::new(cut, state.cut_weight),
            is_own: false,
            is_cut: true,
        });
    other.chain(own).collect()
}

/// Puts a hit in the place of another, or of none.
fn replace(scene: Scene<'_>, old: Option<&MarkedHit>, new: Option<MarkedHit>) {
    scene.desk.session.edit(|state| {
        state.hits.retain(|marked| Some(marked) != old);
        state.hits.extend(new);
        state.hits.sort_by(|a, b| a.hit.at.0.total_cmp(&b.hit.at.0));
    });
}

#[cfg(test)]
mod tests;
