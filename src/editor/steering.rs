//! The panel at the right: the steering and the settings of the next draft.

mod shape;

use egui::{Align, DragValue, Layout, RichText, Ui};

use super::contents::Scene;
use super::controls::{choice, dice, field, param_slider, param_switch};
use super::harmony::HarmonyFields;
use super::recording::arm_switch;
use super::theme::{self, ACCENT, MELODY, NOTE, WELL};
use crate::diffusion::device::DeviceKind;
use crate::evaluate::parts::MAX_CANDIDATES;
use crate::instance::MAX_STEPS;
use crate::instance::params::ParamId;

/// The number of seeds that the dice chooses from. Short ones are easy to remember.
const DICE_SEEDS: u64 = 10_000;
const SEED_HINT: &str = "Choose another seed. Generate adds one by itself if nothing else was changed, so each press \
                         makes another draft.";

/// Shows the panel.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, harmony: &mut HarmonyFields, has_preview: bool) {
    let Scene {
        desk,
        params,
        state,
        ..
    } = scene;
    ui.spacing_mut().item_spacing.y = theme::GRID;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Steer").font(theme::strong(13.0)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(
                RichText::new("automatable")
                    .font(theme::font(11.0))
                    .color(theme::MUTED),
            );
        });
    });
    for (id, colour) in [
        (ParamId::Density, NOTE),
        (ParamId::Polyphony, NOTE),
        (ParamId::Register, MELODY),
        (ParamId::Mode, WELL),
        (ParamId::Energy, ACCENT),
    ] {
        let place = ui.available_rect_before_wrap();
        param_slider(ui, params, id, colour);
        arm_switch(ui, scene, id, place);
    }
    ui.separator();
    ui.label(RichText::new("Music").font(theme::strong(13.0)));
    harmony.show(ui, scene);
    for id in [ParamId::Guidance, ParamId::Variation] {
        param_slider(ui, params, id, NOTE);
    }
    field(ui, "Steps", |ui| {
        let mut steps = state.steps;
        if ui
            .add(DragValue::new(&mut steps).range(1..=MAX_STEPS))
            .changed()
        {
            desk.session.edit(|state| state.steps = steps);
        }
    })
    .on_hover_text("Sampling steps per segment of the next draft. More steps take longer.");
    field(ui, "Candidates", |ui| {
        let mut candidates = state.candidates;
        let value = DragValue::new(&mut candidates).range(1..=MAX_CANDIDATES);
        if ui.add(value).changed() {
            desk.session.edit(|state| state.candidates = candidates);
        }
    })
    .on_hover_text(
        "Drafts that Generate makes, each with the next seed. The best three become takes, and the best one plays.",
    );
    shape::show(ui, scene);
    device(ui, scene);
    field(ui, "Seed", |ui| {
        if dice(ui, "Another seed").on_hover_text(SEED_HINT).clicked() {
            let seed = another_seed(state.seed);
            desk.session.edit(|state| state.seed = seed);
        }
        let mut seed = state.seed;
        if ui.add(DragValue::new(&mut seed).speed(1.0)).changed() {
            desk.session.edit(|state| state.seed = seed);
        }
    });
    switch_row(ui, scene, ParamId::Pedal);
    switch_row(ui, scene, ParamId::Expression);
    switch_row(ui, scene, ParamId::FollowHost);
    if has_preview {
        switch_row(ui, scene, ParamId::Preview);
        param_slider(ui, params, ParamId::PreviewLevel, WELL);
    }
}

fn switch_row(ui: &mut Ui, scene: Scene<'_>, id: ParamId) {
    let spec = id.spec();
    field(ui, spec.name, |ui| param_switch(ui, scene.params, id)).on_hover_text(spec.hint);
}

/// Shows the device that the next draft is computed on, if this build has several.
fn device(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    let kinds = DeviceKind::ALL.into_iter();
    let kinds: Vec<DeviceKind> = kinds.filter(|kind| kind.is_compiled_in()).collect();
    if kinds.len() < 2 {
        return;
    }
    field(ui, "Device", |ui| {
        if let Some(kind) = choice(ui, "device", &state.device, kinds, |kind| kind.name()) {
            desk.session.edit(|state| state.device = kind);
        }
    });
}

/// Returns a seed other than `seed`, from the clock.
fn another_seed(seed: u64) -> u64 {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let thrown = clock.map_or(0, |since| u64::from(since.subsec_nanos()) / 1000) % DICE_SEEDS;
    if thrown == seed { thrown + 1 } else { thrown }
}
