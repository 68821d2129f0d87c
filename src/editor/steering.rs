//! The panel at the right: how the next draft is steered, and how it is made.

use egui::{Align, ComboBox, DragValue, Layout, RichText, Ui};
use nice_plug::context::gui::GuiContext;

use super::controls::{dice, field, param_slider, param_switch};
use super::harmony::HarmonyFields;
use super::param_access::ParamAccess;
use super::theme::{self, ACCENT, MELODY, NOTE, WELL};
use crate::diffusion::device::DeviceKind;
use crate::instance::params::ParamId;
use crate::instance::{Desk, MAX_STEPS, State};

/// The largest seed that the dice throws; short enough to be remembered.
const DICE_SEEDS: u64 = 10_000;
const SEED_HINT: &str = "Another seed. Pressing Generate again with nothing changed moves the seed on by one, so \
                         each press is another draft.";

/// Shows the panel.
pub(super) fn show(
    ui: &mut Ui,
    context: &GuiContext,
    desk: &Desk,
    params: &dyn ParamAccess,
    state: &State,
    harmony: &mut HarmonyFields,
    has_preview: bool,
) {
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
        param_slider(ui, context, params, id, colour);
    }
    ui.separator();
    ui.label(RichText::new("Music").font(theme::strong(13.0)));
    harmony.show(ui, desk, state);
    for id in [ParamId::Guidance, ParamId::Variation] {
        param_slider(ui, context, params, id, NOTE);
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
    .on_hover_text("Sampling steps a segment of the next draft; more of them take longer");
    device(ui, desk, state);
    field(ui, "Seed", |ui| {
        if dice(ui).on_hover_text(SEED_HINT).clicked() {
            let seed = another_seed(state.seed);
            desk.session.edit(|state| state.seed = seed);
        }
        let mut seed = state.seed;
        if ui.add(DragValue::new(&mut seed).speed(1.0)).changed() {
            desk.session.edit(|state| state.seed = seed);
        }
    });
    switch_row(ui, context, params, ParamId::FollowHost);
    if has_preview {
        switch_row(ui, context, params, ParamId::Preview);
        param_slider(ui, context, params, ParamId::PreviewLevel, WELL);
    }
}

fn switch_row(ui: &mut Ui, context: &GuiContext, params: &dyn ParamAccess, id: ParamId) {
    let spec = id.spec();
    field(ui, spec.name, |ui| param_switch(ui, context, params, id)).on_hover_text(spec.hint);
}

/// What the next draft is computed on, where this build has a choice.
fn device(ui: &mut Ui, desk: &Desk, state: &State) {
    let kinds = DeviceKind::ALL.into_iter();
    let kinds: Vec<DeviceKind> = kinds.filter(|kind| kind.is_compiled_in()).collect();
    if kinds.len() < 2 {
        return;
    }
    field(ui, "Device", |ui| {
        ComboBox::from_id_salt("device")
            .width(110.0)
            .selected_text(state.device.name())
            .show_ui(ui, |ui| {
                for kind in kinds {
                    let is_chosen = kind == state.device;
                    if ui.selectable_label(is_chosen, kind.name()).clicked() {
                        desk.session.edit(|state| state.device = kind);
                    }
                }
            });
    });
}

/// A seed that differs from `seed`; from the clock, because a throw need not be repeatable.
fn another_seed(seed: u64) -> u64 {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let thrown = clock.map_or(0, |since| u64::from(since.subsec_nanos()) / 1000) % DICE_SEEDS;
    if thrown == seed { thrown + 1 } else { thrown }
}
