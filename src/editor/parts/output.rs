//! A part's channel and octave, and the list to choose them from.

use egui::{
    Align2, CursorIcon, Popup, PopupCloseBehavior, Rect, Response, RichText, Role, Sense, Ui, Vec2,
    WidgetInfo,
};

use super::{id, paint_switch};
use crate::editor::contents::Scene;
use crate::editor::theme::{self, ACCENT, MUTED, TEXT};
use crate::music::outputs::{MAX_OCTAVES, MIDI_CHANNELS, Output};
use crate::music::part::Part;

/// The number of channels in a row of the list.
const CHANNELS_A_ROW: usize = 8;
const CHOICE: Vec2 = Vec2::new(26.0, 22.0);

/// What the user chose from the list.
enum Chosen {
    Channel(u8),
    Octaves(i8),
}

/// Shows where a part leaves. A click opens the list.
pub(super) fn show(ui: &mut Ui, rect: Rect, Scene { desk, state, .. }: Scene<'_>, part: Part) {
    let response = ui.interact(rect, id(ui, part, "output"), Sense::click());
    let output = state.outputs.of(part);
    let ink = if response.hovered() { TEXT } else { MUTED };
    let painter = ui.painter();
    let channel = format!("ch {}", output.channel);
    let small = theme::font(11.0);
    if output.octaves == 0 {
        painter.text(
            rect.right_center(),
            Align2::RIGHT_CENTER,
            channel,
            small,
            ink,
        );
    } else {
        let middle = rect.right_center();
        painter.text(middle, Align2::RIGHT_BOTTOM, channel, small, ink);
        let font = theme::font(10.0);
        painter.text(
            middle,
            Align2::RIGHT_TOP,
            octave_sign(output.octaves),
            font,
            ACCENT,
        );
    }
    let label = format!("Channel and octave of {}", part.label().to_lowercase());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let chosen = Popup::menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| list(ui, output));
    if let Some(chosen) = chosen.and_then(|list| list.inner) {
        desk.session.edit(|state| {
            let output = state.outputs.of_mut(part);
            match chosen {
                Chosen::Channel(channel) => output.channel = channel,
                Chosen::Octaves(octaves) => output.octaves = octaves,
            }
        });
    }
    response.on_hover_text("MIDI channel and octave of what is played and exported");
}

/// Shows the choices, with those of `output` lit; returns the user's.
fn list(ui: &mut Ui, output: Output) -> Option<Chosen> {
    let mut chosen = None;
    let heading = |ui: &mut Ui, text: &str| {
        ui.label(RichText::new(text).font(theme::font(12.0)).color(MUTED));
    };
    ui.spacing_mut().item_spacing = Vec2::splat(4.0);
    heading(ui, "Channel");
    let channels: Vec<u8> = (1..=MIDI_CHANNELS).collect();
    for row in channels.chunks(CHANNELS_A_ROW) {
        ui.horizontal(|ui| {
            for &channel in row {
                let label = format!("Channel {channel}");
                let is_chosen = channel == output.channel;
                if choice(ui, &channel.to_string(), &label, is_chosen).clicked() {
                    chosen = Some(Chosen::Channel(channel));
                }
            }
        });
    }
    heading(ui, "Octave");
    ui.horizontal(|ui| {
        for octaves in -MAX_OCTAVES..=MAX_OCTAVES {
            let text = signed(octaves);
            let label = format!("Octave {text}");
            if choice(ui, &text, &label, octaves == output.octaves).clicked() {
                chosen = Some(Chosen::Octaves(octaves));
            }
        }
    });
    chosen
}

fn choice(ui: &mut Ui, text: &str, label: &str, is_chosen: bool) -> Response {
    let (_, response) = ui.allocate_exact_size(CHOICE, Sense::click());
    paint_switch(ui, &response, text, theme::font(12.0), is_chosen);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, label));
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// Returns octaves as musicians write them: an octave up is 8va, two octaves down are 15mb.
fn octave_sign(octaves: i8) -> &'static str {
    match octaves {
        ..=-2 => "15mb",
        -1 => "8vb",
        0 => "",
        1 => "8va",
        2.. => "15ma",
    }
}

fn signed(octaves: i8) -> String {
    match octaves {
        0 => "0".to_owned(),
        1.. => format!("+{octaves}"),
        _ => format!("−{}", octaves.unsigned_abs()),
    }
}
