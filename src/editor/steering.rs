//! The panel at the right: how the next draft is steered, and how it is made.

use egui::{Align, ComboBox, DragValue, Layout, RichText, Ui};
use nice_plug::context::gui::GuiContext;

use super::controls::{dice, field, param_slider, param_switch};
use super::harmony::HarmonyFields;
use super::theme::{self, ACCENT, MELODY, NOTE, WELL};
use crate::diffusion::device::DeviceKind;
use crate::plugin::{Desk, DiffBgmParams, MAX_STEPS, State};

/// The largest seed that the dice throws; short enough to be remembered.
const DICE_SEEDS: u64 = 10_000;
const SEED_HINT: &str = "Another seed. Pressing Generate again with nothing changed moves the seed on by one, so \
                         each press is another draft.";

/// Shows the panel.
pub(super) fn show(
    ui: &mut Ui,
    context: &GuiContext,
    desk: &Desk,
    params: &DiffBgmParams,
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
    for (param, colour, hint) in [
        (
            &params.density,
            NOTE,
            "More or fewer notes than the clip suggests",
        ),
        (
            &params.polyphony,
            NOTE,
            "More or fewer notes at once; free in the middle",
        ),
        (
            &params.register,
            MELODY,
            "Higher or lower than the clip suggests",
        ),
        (
            &params.mode,
            WELL,
            "Towards minor or major from what the clip suggests",
        ),
        (&params.energy, ACCENT, "Livelier or calmer altogether"),
    ] {
        param_slider(ui, context, param, colour, hint);
    }
    ui.separator();
    ui.label(RichText::new("Music").font(theme::strong(13.0)));
    harmony.show(ui, desk, state);
    for (param, hint) in [
        (&params.guidance, "How strictly the clip is followed"),
        (
            &params.variation,
            "How far a draft strays from the plainest one",
        ),
    ] {
        param_slider(ui, context, param, NOTE, hint);
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
    field(ui, "Follow host tempo", |ui| {
        param_switch(ui, context, &params.follow_host, params.follow_host.value());
    })
    .on_hover_text("Whether a draft follows the host's tempo or keeps its own");
    if has_preview {
        field(ui, "Preview", |ui| {
            param_switch(ui, context, &params.preview, params.preview.value());
        })
        .on_hover_text("Whether the built-in instrument sounds");
        let hint = "How loud the built-in instrument is";
        param_slider(ui, context, &params.preview_level, WELL, hint);
    }
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
