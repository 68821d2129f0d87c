//! Stretches without music, marked by dragging over the picture.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Painter, PointerButton, Popup, PopupAnchor,
    PopupCloseBehavior, PopupKind, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
};

use super::clip_lane::PlacedClip;
use super::contents::Scene;
use super::theme::{self, ACCENT, NOTE, TEXT, WRONG};
use super::timeline::Timeline;
use crate::conditioning::quiet::{Quiet, QuietKind, Stretch, marked};
use crate::time::Seconds;

/// How near a cut an edge snaps to it, in points.
const SNAP: f32 = 6.0;
/// The shortest stretch, in points: less is a click.
const SHORTEST: f32 = 4.0;
const HINT: &str = "Drag over the picture to leave a stretch without music, or with little of it under dialogue. A click on \
                    such a stretch changes it.";

/// The stretch that the user marks.
#[derive(Debug, Default)]
pub(super) struct QuietEditing {
    /// Where the drag began, and where it is now.
    drag: Option<(Seconds, Seconds)>,
    /// The stretch whose menu is open, and where.
    menu: Option<(Stretch, Pos2)>,
}

/// The picture and the row of hits on the screen.
#[derive(Clone, Copy)]
pub(super) struct QuietRows<'a> {
    pub(super) picture: Rect,
    pub(super) hits: Rect,
    pub(super) placed: &'a PlacedClip<'a>,
    pub(super) timeline: &'a Timeline,
}

impl QuietEditing {
    /// Lets the user mark stretches over the picture, and paints them. Each choice is one change. Returns where the pointer is,
    /// if it is over the picture and marks nothing.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        rows: QuietRows<'_>,
        scene: Scene<'_>,
    ) -> Option<Pos2> {
        let id = ui.scope_id().with("picture");
        let response = ui.interact(rows.picture, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "Picture"));
        let pointer = response.interact_pointer_pos();
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = ui.input(|input| input.pointer.press_origin())
        {
            let from = rows.snapped_at(origin.x);
            self.drag = Some((from, from));
        }
        if let (Some(drag), Some(pointer)) = (&mut self.drag, pointer) {
            drag.1 = rows.snapped_at(pointer.x);
        }
        if !response.dragged()
            && let Some((one, other)) = self.drag.take()
        {
            let (from, to) = if one < other {
                (one, other)
            } else {
                (other, one)
            };
            let at = ui.input(|input| input.pointer.latest_pos());
            if rows.x_of(to) - rows.x_of(from) >= SHORTEST {
                let at = at.unwrap_or(rows.picture.center());
                self.menu = Some((Stretch { from, to }, at));
            }
        }
        if let Some(pointer) = pointer.filter(|_| response.clicked()) {
            let time = rows.placed.nearest_time_at(pointer.x, rows.timeline);
            let on = scene.state.quiet.iter().find(|quiet| is_in(quiet, time));
            self.menu = on.map(|quiet| (Stretch::of(quiet), pointer));
        }
        self.show_menu(ui, scene);
        rows.paint(ui.painter(), &scene.state.quiet, self.chosen());
        let hover = response.hover_pos().filter(|_| self.chosen().is_none());
        let response = response.on_hover_cursor(CursorIcon::Text);
        // A still says more than the hint, and has its place.
        if scene.stills.is_none() {
            response.on_hover_text(HINT);
        }
        hover
    }

    /// Returns the stretch that is being marked.
    fn chosen(&self) -> Option<Stretch> {
        let dragged = self.drag.map(|(one, other)| {
            let (from, to) = if one < other {
                (one, other)
            } else {
                (other, one)
            };
            Stretch { from, to }
        });
        dragged.or(self.menu.map(|(stretch, _)| stretch))
    }

    fn show_menu(&mut self, ui: &Ui, scene: Scene<'_>) {
        let Some((stretch, at)) = self.menu else {
            return;
        };
        let mut stays = true;
        let popup = Popup::new(
            ui.scope_id().with("quiet menu"),
            ui.ctx().clone(),
            PopupAnchor::Position(at),
            ui.layer_id(),
        )
        .kind(PopupKind::Menu)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .open_bool(&mut stays);
        let mark = |kind| {
            let session = &scene.desk.session;
            session.edit(|state| state.quiet = marked(&state.quiet, stretch, kind));
        };
        let is_marked = (scene.state.quiet.iter())
            .any(|quiet| quiet.from < stretch.to && stretch.from < quiet.to);
        let chosen = popup.show(|ui| {
            let mut chosen = false;
            for kind in QuietKind::ALL {
                if ui.button(word(kind)).clicked() {
                    mark(Some(kind));
                    chosen = true;
                }
            }
            if is_marked && ui.button("Music as usual").clicked() {
                mark(None);
                chosen = true;
            }
            chosen
        });
        if !stays || chosen.is_some_and(|shown| shown.inner) {
            self.menu = None;
        }
    }
}

/// Returns the words of a kind in the menu.
fn word(kind: QuietKind) -> &'static str {
    match kind {
        QuietKind::NoMusic => "No music",
        QuietKind::Thin => "Dialogue: thin, no lead",
    }
}

fn is_in(quiet: &Quiet, time: Seconds) -> bool {
    (quiet.from.0..quiet.to.0).contains(&time.0)
}

impl QuietRows<'_> {
    fn x_of(&self, time: Seconds) -> f32 {
        self.placed.x_of(time, self.timeline)
    }

    /// Returns the time at an x coordinate: of the cut there, or of the nearest frame.
    fn snapped_at(&self, x: f32) -> Seconds {
        let time = self.placed.nearest_time_at(x, self.timeline);
        let clip = self.placed.clip;
        let ends = [Seconds(0.0), clip.duration];
        let cuts = clip.shots.iter().copied().chain(ends);
        let distance = |cut: &Seconds| (self.x_of(*cut) - x).abs();
        let nearest = cuts.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest
            .filter(|cut| distance(cut) <= SNAP)
            .unwrap_or_else(|| self.placed.snapped(time))
    }

    fn x_range(&self, from: Seconds, to: Seconds) -> std::ops::RangeInclusive<f32> {
        self.x_of(from)..=self.x_of(to)
    }

    fn paint(&self, painter: &Painter, quiet: &[Quiet], chosen: Option<Stretch>) {
        let all = painter.with_clip_rect(self.picture.union(self.hits));
        for quiet in quiet {
            let x = self.x_range(quiet.from, quiet.to);
            let colour = colour(quiet.kind);
            let shade = Rect::from_x_y_ranges(x.clone(), self.picture.y_range());
            all.rect_filled(shade, CornerRadius::ZERO, colour.gamma_multiply(0.22));
            let chip = Rect::from_x_y_ranges(x, self.hits.y_range()).shrink2([0.0, 1.0].into());
            all.rect_filled(chip, CornerRadius::same(2), colour.gamma_multiply(0.28));
            let words = all.with_clip_rect(chip.intersect(self.hits));
            let at = Pos2::new(chip.left().max(self.hits.left()) + 6.0, chip.center().y);
            words.text(
                at,
                Align2::LEFT_CENTER,
                quiet.kind.label(),
                theme::font(10.5),
                TEXT,
            );
        }
        if let Some(Stretch { from, to }) = chosen {
            let place = Rect::from_x_y_ranges(self.x_range(from, to), self.picture.y_range());
            all.rect(
                place,
                CornerRadius::ZERO,
                ACCENT.gamma_multiply(0.2),
                Stroke::new(1.0, ACCENT),
                StrokeKind::Inside,
            );
            all.text(
                place.center_bottom() - egui::vec2(0.0, 3.0),
                Align2::CENTER_BOTTOM,
                format!("{} – {}", from.clock(), to.clock()),
                theme::font(10.5),
                TEXT,
            );
        }
    }
}

fn colour(kind: QuietKind) -> Color32 {
    match kind {
        QuietKind::NoMusic => WRONG,
        QuietKind::Thin => NOTE,
    }
}

#[cfg(test)]
mod tests;
