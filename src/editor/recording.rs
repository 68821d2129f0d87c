//! Recording the host's automation of sliders as curves, beat by beat while it plays.

use std::borrow::Cow;

use egui::{
    Align2, CornerRadius, CursorIcon, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo,
};

use super::contents::Scene;
use super::curves::set;
use super::theme::{self, ACCENT, BACKGROUND, LINE, MUTED};
use crate::instance::params::{ParamId, ParamValues};
use crate::instance::{Curve, CurveId, Curves};
use crate::music::cues::Cue;

/// The sliders that can be recorded.
const SLIDERS: [(ParamId, Cue); 4] = [
    (ParamId::Density, Cue::Density),
    (ParamId::Polyphony, Cue::Polyphony),
    (ParamId::Register, Cue::Register),
    (ParamId::Mode, Cue::Mode),
];
/// Beats that the host may be ahead of the last frame without having jumped.
const MOST_BEATS_BETWEEN_FRAMES: usize = 4;

/// What was recorded since the host began to play.
#[derive(Debug, Default)]
pub(super) struct Recording {
    passes: Vec<Pass>,
}

#[derive(Debug)]
struct Pass {
    id: CurveId,
    /// The curve before, to tell whether it is still the same project's.
    before: Curve,
    curve: Curve,
    /// The last beat that was recorded, and its value.
    last: Option<(usize, f32)>,
}

impl Recording {
    /// Returns `curves` as they are with what has been recorded.
    pub(super) fn over<'a>(&self, curves: &'a Curves) -> Cow<'a, Curves> {
        let mut curves = Cow::Borrowed(curves);
        for pass in &self.passes {
            curves.to_mut()[pass.id].redraw(pass.curve.clone());
        }
        curves
    }

    /// Records the armed sliders while the host plays at `beat` of the next draft. What was recorded becomes one change when it
    /// stops, leaves the clip, or is disarmed.
    pub(super) fn follow(&mut self, scene: Scene<'_>, beat: Option<usize>) {
        for (id, curve) in self.step(&scene.state.curves, &scene.params.values(), beat) {
            set(scene, id, |now| now.redraw(curve));
        }
    }

    /// Ends what is being recorded, so that the next draft has it.
    pub(super) fn finish(&mut self, scene: Scene<'_>) {
        self.follow(scene, None);
    }

    /// Records a moment; `beat` is `None` while the host does not play in it. Returns the curves that have ended.
    fn step(
        &mut self,
        curves: &Curves,
        values: &ParamValues,
        beat: Option<usize>,
    ) -> Vec<(CurveId, Curve)> {
        let mut ended = Vec::new();
        for (_, cue) in SLIDERS {
            let id = CurveId::Cue(cue);
            let known = self.passes.iter().position(|pass| pass.id == id);
            match (beat.filter(|_| curves[id].armed), known) {
                (Some(beat), known) => {
                    let known = known.unwrap_or_else(|| {
                        self.passes.push(Pass {
                            id,
                            before: curves[id].clone(),
                            curve: curves[id].clone(),
                            last: None,
                        });
                        self.passes.len() - 1
                    });
                    self.passes[known].record(beat, values.slider(cue));
                }
                (None, Some(known)) => {
                    let pass = self.passes.remove(known);
                    if pass.before.values() == curves[id].values() {
                        ended.push((id, pass.curve));
                    }
                }
                (None, None) => {}
            }
        }
        ended
    }
}

impl Pass {
    /// Records a value at a beat, unless the beat has one from this moment on already.
    fn record(&mut self, beat: usize, value: f32) {
        let now = (beat, value);
        match self.last {
            Some((last, _)) if last == beat => return,
            Some(last) if (last.0..=last.0 + MOST_BEATS_BETWEEN_FRAMES).contains(&beat) => {
                self.curve.draw(last, now);
            }
            _ => self.curve.draw(now, now),
        }
        self.last = Some(now);
    }
}

/// Shows the switch that arms a slider, beside its name. `slider` is where the slider lies.
pub(super) fn arm_switch(ui: &Ui, scene: Scene<'_>, slider: ParamId, place: Rect) {
    let Some((_, cue)) = SLIDERS.into_iter().find(|(id, _)| *id == slider) else {
        return;
    };
    let id = CurveId::Cue(cue);
    let name = slider.spec().name;
    let font = theme::font(12.0);
    let name_width = ui
        .painter()
        .layout_no_wrap(name.to_owned(), font, MUTED)
        .size()
        .x;
    let corner = place.left_top() + Vec2::new(name_width + 7.0, 0.0);
    let rect = Rect::from_min_size(corner, Vec2::splat(15.0));
    let response = ui.interact(rect, ui.scope_id().with(("arm", id.name())), Sense::click());
    let is_armed = scene.state.curves[id].armed;
    if response.clicked() {
        set(scene, id, |curve| curve.armed = !is_armed);
    }
    let (fill, edge, ink) = match is_armed {
        true => (ACCENT, ACCENT, BACKGROUND),
        false if response.hovered() => (theme::FIELD_HOVERED, MUTED, theme::TEXT),
        false => (theme::FIELD, LINE, MUTED),
    };
    let painter = ui.painter();
    let radius = CornerRadius::same(3);
    painter.rect(
        rect,
        radius,
        fill,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let middle = rect.center() + Vec2::new(0.0, 0.5);
    painter.text(
        Pos2::new(middle.x, middle.y),
        Align2::CENTER_CENTER,
        "A",
        theme::strong(9.5),
        ink,
    );
    if scene.state.curves[id].is_drawn() && !is_armed {
        painter.text(
            rect.right_center() + Vec2::new(6.0, 0.0),
            Align2::LEFT_CENTER,
            "drawn",
            theme::font(10.5),
            MUTED,
        );
    }
    let label = format!("Record {}", name.to_lowercase());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_armed, &label));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(
            "Records the host's automation of this slider as its curve while the host plays and this window is open",
        );
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENSITY: CurveId = CurveId::Cue(Cue::Density);

    fn armed() -> Curves {
        let mut curves = Curves::default();
        curves[DENSITY].draw((0, 1.0), (1, 1.0));
        curves[DENSITY].armed = true;
        curves
    }

    fn values(density: f32) -> ParamValues {
        ParamValues {
            density,
            mode: 0.7,
            ..ParamValues::default()
        }
    }

    #[test]
    fn each_beat_has_the_value_at_which_it_began() {
        let (curves, mut recording) = (armed(), Recording::default());
        for (beat, density) in [(1, 0.1), (1, 0.9), (2, 0.2), (4, 0.4), (8, -0.5)] {
            assert_eq!(recording.step(&curves, &values(density), Some(beat)), []);
        }
        // A loop goes back.
        recording.step(&curves, &values(-1.0), Some(0));
        let shown = recording.over(&curves);
        assert!(shown[DENSITY].armed && !shown[CurveId::Cue(Cue::Mode)].is_drawn());
        let ended = recording.step(&curves, &values(0.0), None);
        let [(DENSITY, curve)] = &ended[..] else {
            panic!("{ended:?}");
        };
        let recorded = [-1.0, 0.1, 0.2, 0.3, 0.4, 0.18, -0.05, -0.27, -0.5];
        for (beat, value) in recorded.into_iter().enumerate() {
            let found = curve.values()[beat].unwrap();
            assert!((found - value).abs() < 0.011, "beat {beat}: {found}");
        }
        assert_eq!(recording.step(&curves, &values(0.0), None), []);
    }

    #[test]
    fn a_pass_that_is_disarmed_ends_and_one_of_another_project_is_forgotten() {
        let (curves, mut recording) = (armed(), Recording::default());
        recording.step(&curves, &values(0.5), Some(0));
        let mut disarmed = curves.clone();
        disarmed[DENSITY].armed = false;
        assert_eq!(recording.step(&disarmed, &values(0.5), Some(1)).len(), 1);
        recording.step(&curves, &values(0.5), Some(0));
        assert_eq!(
            recording.step(&Curves::default(), &values(0.5), Some(1)),
            []
        );
    }
}
