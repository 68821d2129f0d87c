//! The panel at the right: the steering and the settings of the next draft.

mod more;
mod shape;

use egui::{Align, DragValue, Layout, RichText, Ui};

use super::contents::Scene;
use super::controls::{dice, field, param_switch};
use super::file_dialog::FileDialog;
use super::harmony::HarmonyFields;
use super::recording::arm_switch;
use super::slider::param_slider;
use super::theme::{self, ACCENT, MELODY, NOTE, WELL};
use super::themes::Themes;
use crate::instance::params::ParamId;

/// The number of seeds that the dice chooses from. Short ones are easy to remember.
const DICE_SEEDS: u64 = 10_000;
const SEED_HINT: &str = "Choose another seed. Generate adds one by itself if nothing else was changed, so each press \
                         makes another draft.";

/// Shows the panel.
pub(super) fn show(
    ui: &mut Ui,
    scene: Scene<'_>,
    harmony: &mut HarmonyFields,
    themes: &mut Themes,
    dialog: &mut FileDialog,
    has_preview: bool,
) {
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
    more::show(ui, scene, |ui| themes.show(ui, scene, dialog));
    ui.separator();
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

/// Returns a seed other than `seed`, from the clock.
fn another_seed(seed: u64) -> u64 {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let thrown = clock.map_or(0, |since| u64::from(since.subsec_nanos()) / 1000) % DICE_SEEDS;
    if thrown == seed { thrown + 1 } else { thrown }
}
