//! What is said of a take while the pointer is on it, and the mark on one of another tempo.

use egui::{Rect, RichText, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::editor::theme;
use crate::instance::Take;

/// Marks the card of the take at `index`, and says why to screen readers.
pub(super) fn mark(ui: &Ui, card: Rect, index: usize, why: String) {
    let place = Rect::from_center_size(card.left_top() + Vec2::new(6.0, 6.0), Vec2::splat(6.0));
    ui.painter()
        .circle_filled(place.center(), 3.0, theme::ACCENT);
    let id = ui.scope_id().with(("mark", index));
    ui.interact(place, id, Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, &why));
}

/// Says that a take was made under another tempo than `host`.
pub(super) fn why_marked(take: &Take, host: &str) -> String {
    let own = take.tempo();
    let what = if own == host {
        format!("Made for other changes of tempo than the host's between {host}")
    } else {
        format!("Made at {own}, the host is at {host}")
    };
    format!("{what}: its accents miss the cuts. Draft again.")
}

/// Shows what a take was made with and what can be done with it.
pub(super) fn show(ui: &mut Ui, take: &Take, host_of_other_tempo: Option<&str>) {
    ui.label(RichText::new(&take.name).font(theme::strong(13.0)));
    for line in take.made_with() {
        ui.label(line);
    }
    if let Some(host) = host_of_other_tempo {
        ui.label(RichText::new(why_marked(take, host)).color(theme::ACCENT));
    }
    for keys in [
        "Click to play, or press its number. Enter or double-click to rename, Delete to delete.",
        "With the focus on two takes, press A and B; X then switches between them. C takes the selected bars into the current take.",
        "T writes the tune of its first section, or of the selected bars, as a theme for other cues.",
    ] {
        ui.label(RichText::new(keys).color(theme::MUTED));
    }
}
