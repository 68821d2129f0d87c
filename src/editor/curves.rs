//! Drawing in the lanes of the curves.

use std::borrow::Cow;

use egui::{CursorIcon, Key, PointerButton, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo};

use super::contents::Scene;
use super::cue_lane::{CueCurves, CueLane, value_at};
use crate::instance::params::ParamValues;
use crate::instance::{Curve, CurveId, Curves};

const HINT: &str = "Drag to draw; with Alt the beats go back to what they followed. A double click takes the curve away.";

/// A curve that is being drawn.
#[derive(Debug, Default)]
pub(super) struct CurveDrawing {
    stroke: Option<Stroke>,
}

#[derive(Debug)]
struct Stroke {
    id: CurveId,
    curve: Curve,
    /// The beat and value that the pen was at last.
    last: (usize, f32),
}

impl CurveDrawing {
    /// Returns `curves` as they are with what is being drawn.
    pub(super) fn over<'a>(&self, curves: Cow<'a, Curves>) -> Cow<'a, Curves> {
        let Some(stroke) = &self.stroke else {
            return curves;
        };
        let mut curves = curves.into_owned();
        curves[stroke.id] = stroke.curve.clone();
        Cow::Owned(curves)
    }

    /// Lets the user draw in a lane. A drag is one change.
    pub(super) fn follow(
        &mut self,
        ui: &Ui,
        rect: Rect,
        lane: CueLane,
        curves: CueCurves<'_>,
        scene: Scene<'_>,
    ) {
        let id = lane.id;
        let response = ui.interact(
            rect,
            ui.scope_id().with(("curve", id.name())),
            Sense::click_and_drag(),
        );
        let label = format!("{} curve", id.label());
        let source = lane.source(curves).to_owned();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(source.clone()),
            ..WidgetInfo::labeled(Role::Slider, true, &label)
        });
        let deletes = response.has_focus()
            && ui
                .input(|input| input.key_pressed(Key::Delete) || input.key_pressed(Key::Backspace));
        if response.clicked() {
            response.request_focus();
        }
        if response.double_clicked() || deletes {
            self.stroke = None;
            set(scene, id, |curve| curve.erase(0..usize::MAX));
        }
        let pen = Pen {
            rect,
            curves,
            offset: offset(&scene.params.values(), id, curves.curves),
        };
        self.draw(ui, &response, pen, scene, id);
        response
            .on_hover_cursor(CursorIcon::Crosshair)
            .on_hover_text(HINT);
    }

    fn draw(&mut self, ui: &Ui, response: &Response, pen: Pen<'_>, scene: Scene<'_>, id: CurveId) {
        let (origin, erases) =
            ui.input(|input| (input.pointer.press_origin(), input.modifiers.alt));
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = origin
        {
            self.stroke = Some(Stroke {
                id,
                curve: scene.state.curves[id].clone(),
                last: pen.at(origin),
            });
        }
        let Some(stroke) = self.stroke.as_mut().filter(|stroke| stroke.id == id) else {
            return;
        };
        if let Some(at) = response.interact_pointer_pos() {
            let to = pen.at(at);
            if erases {
                let (first, last) = (stroke.last.0.min(to.0), stroke.last.0.max(to.0));
                stroke.curve.erase(first..last + 1);
            } else {
                stroke.curve.draw(stroke.last, to);
            }
            stroke.last = to;
        }
        if !response.dragged()
            && let Some(stroke) = self.stroke.take()
        {
            set(scene, id, |curve| curve.redraw(stroke.curve));
        }
    }
}

/// Changes a curve, unless that makes no difference.
pub(super) fn set(scene: Scene<'_>, id: CurveId, change: impl FnOnce(&mut Curve)) {
    let session = &scene.desk.session;
    let mut curve = session.state().curves[id].clone();
    change(&mut curve);
    if curve != session.state().curves[id] {
        session.edit(|state| state.curves[id] = curve);
    }
}

/// Where the pointer draws.
#[derive(Clone, Copy)]
struct Pen<'a> {
    rect: Rect,
    curves: CueCurves<'a>,
    /// What a slider adds to drawn values.
    offset: f32,
}

impl Pen<'_> {
    /// Returns the beat of the next draft at a place, and the value to draw so that the curve goes through it.
    fn at(&self, place: Pos2) -> (usize, f32) {
        let CueCurves {
            timeline,
            start,
            clip,
            ..
        } = self.curves;
        let beat = (timeline.beat_at(place.x) - start.0).max(0.0) as usize;
        let last = clip.beats().saturating_sub(1);
        (beat.min(last), value_at(self.rect, place.y) - self.offset)
    }
}

/// Returns what the slider adds to what is drawn.
fn offset(values: &ParamValues, id: CurveId, curves: &Curves) -> f32 {
    match id {
        CurveId::Cue(cue) if !curves[id].armed => values.slider(cue),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests;
