//! What is still to be done for the tempo that was taken.

use egui::{RichText, Ui, Vec2};

use super::{Place, shown_bpm};
use crate::editor::contents::Scene;
use crate::editor::controls::{Weight, button};
use crate::editor::theme;
use crate::instance::params::{ParamId, place_in};

/// Says it.
pub(super) fn say_what_to_do(ui: &mut Ui, scene: Scene<'_>) {
    let Some(taken) = scene.state.tempo else {
        let text = "Point at a row to see the cuts on the bars. Click it to use the tempo for the next draft.";
        ui.label(
            RichText::new(text)
                .font(theme::font(11.0))
                .color(theme::MUTED),
        );
        return;
    };
    let place = Place::of(scene);
    let at = place_in(place.bar, place.bar_line + place.picture_start);
    let follows_host = scene.params.values().follow_host;
    let host = scene.desk.session.live.tempo().filter(|_| follows_host);
    let text = match host {
        Some(host) if (host.bpm() - taken.bpm()).abs() >= 0.005 => format!(
            "The host is at {} BPM. Set it to {} BPM and put the picture at {at}, or:",
            shown_bpm(host),
            shown_bpm(taken)
        ),
        Some(_) => format!("The host has this tempo. Put the picture at {at} in it."),
        None => format!(
            "The next draft is made at {} BPM. Put the picture at {at} in your project.",
            shown_bpm(taken)
        ),
    };
    let differs = text.ends_with("or:");
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(text)
                .font(theme::font(11.5))
                .color(theme::ACCENT),
        );
        if differs {
            let own = button(ui, "Keep own tempo", Vec2::new(122.0, 24.0), Weight::Plain);
            if own
                .on_hover_text("Drafts are made and played at their own tempo, whatever the host's")
                .clicked()
            {
                scene.params.set_once(ParamId::FollowHost, 0.0);
            }
        }
    });
}
