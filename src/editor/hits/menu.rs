//! The menu of a hit: its weight, its side and its name.

use egui::{Popup, PopupAnchor, PopupCloseBehavior, PopupKind, Pos2, TextEdit, Ui};

use super::{Mark, replace};
use crate::conditioning::hits::{MAX_WEIGHT, Side};
use crate::editor::contents::Scene;
use crate::editor::controls::menu_row;
use crate::instance::MarkedHit;
use crate::time::Seconds;

/// The width of the menu, in points.
const WIDTH: f32 = 150.0;

/// An open menu.
#[derive(Clone, Debug)]
pub(super) struct Open {
    mark: Mark,
    name: String,
    at: Pos2,
}

impl Open {
    /// Opens the menu of a mark, or of a place without one.
    pub(super) fn on(mark: Option<Mark>, time: Seconds, at: Pos2) -> Self {
        let mark = mark.unwrap_or_else(|| Mark {
            marked: MarkedHit::new(time, 0),
            is_own: false,
            is_cut: false,
        });
        Self {
            name: mark.marked.name.clone(),
            mark,
            at,
        }
    }
}

/// Shows the menu, if it is open.
pub(super) fn show(open: &mut Option<Open>, ui: &Ui, scene: Scene<'_>) {
    let Some(menu) = open else { return };
    let mut stays = true;
    let popup = Popup::new(
        ui.scope_id().with("hit menu"),
        ui.ctx().clone(),
        PopupAnchor::Position(menu.at),
        ui.layer_id(),
    )
    .kind(PopupKind::Menu)
    .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
    .width(WIDTH)
    .open_bool(&mut stays);
    let is_chosen = popup.show(|ui| contents(ui, menu, scene));
    let is_chosen = is_chosen.is_some_and(|shown| shown.inner);
    if is_chosen || !stays {
        // The name is entered with Return, or by leaving the menu.
        if !is_chosen && menu.name.trim() != menu.mark.marked.name {
            name(menu, scene);
        }
        *open = None;
    }
}

/// Shows the entries. Returns whether one of them was chosen.
fn contents(ui: &mut Ui, menu: &mut Open, scene: Scene<'_>) -> bool {
    let mark = menu.mark.clone();
    let mut is_chosen = false;
    let hit = mark.marked.hit;
    for weight in 1..=MAX_WEIGHT {
        let is_current = mark.is_own && hit.weight == weight;
        let label = format!("Weight {weight}");
        if menu_row(ui, is_current, label).clicked() {
            mark.set_weight(scene, weight);
            is_chosen = true;
        }
    }
    ui.separator();
    for (side, label) in [(Side::Late, "Rather late"), (Side::Early, "Rather early")] {
        if menu_row(ui, hit.side == side, label).clicked() {
            let mut marked = mark.marked.clone();
            marked.hit.side = side;
            marked.hit.weight = marked.hit.weight.max(1);
            replace(scene, mark.own(), Some(marked));
            is_chosen = true;
        }
    }
    ui.separator();
    let field = TextEdit::singleline(&mut menu.name)
        .hint_text("Name")
        .desired_width(WIDTH - 16.0);
    let field = ui.add(field);
    if field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        name(menu, scene);
        is_chosen = true;
    }
    if mark.is_own && ui.button("Delete hit").clicked() {
        replace(scene, mark.own(), None);
        is_chosen = true;
    }
    is_chosen
}

/// Gives the hit the name that was typed.
fn name(menu: &Open, scene: Scene<'_>) {
    let mut marked = menu.mark.marked.clone();
    marked.name = menu.name.trim().to_owned();
    marked.hit.weight = marked.hit.weight.max(1);
    replace(scene, menu.mark.own(), Some(marked));
}
