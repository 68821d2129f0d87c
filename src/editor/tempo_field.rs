//! The tempo of the next draft, and where the picture starts in its first bar.

use egui::{DragValue, RichText, Sense, Ui, Vec2};

use super::contents::Scene;
use super::theme;
use crate::instance::params::place_in;
use crate::time::{Beats, Tempo};

/// Shows the host's tempo, or a field for the user's own where the host says none or is not followed.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>) {
    let Scene { desk, .. } = scene;
    let follows_host = scene.params.values().follow_host;
    let learnt = || {
        let map = scene.host_tempo.map(None)?;
        Some(map.tempo_at(scene.params.values().start()).bpm())
    };
    let host = desk.session.live.tempo_bpm().or_else(learnt);
    if let Some(bpm) = host.filter(|_| follows_host) {
        ui.label(RichText::new(format!("Host {bpm:.1} BPM")).color(theme::MUTED));
        return;
    }
    ui.label(RichText::new("Tempo").color(theme::MUTED));
    let mut bpm = scene.tempo_map.initial_tempo().bpm();
    let value = DragValue::new(&mut bpm)
        .range(Tempo::MIN..=Tempo::MAX)
        .speed(0.25)
        .max_decimals(2)
        .update_while_editing(false);
    let response = ui.add_sized(Vec2::new(56.0, 26.0), value);
    if response.changed()
        && let Ok(tempo) = Tempo::new(bpm)
    {
        desk.session.edit(|state| state.tempo = Some(tempo));
    }
    response.on_hover_text(if follows_host {
        "The host has not said its tempo. Drafts are made at this one until it plays"
    } else {
        "The tempo of the next draft, which does not follow the host. Switch Follow host tempo on to use the host's"
    });
}

/// Shows how far into the first bar of the next draft the picture starts, unless it starts with it. A double click lets it
/// start on the bar line again.
pub(super) fn show_picture_start(ui: &mut Ui, scene: Scene<'_>, bar: Beats) {
    let start = scene.state.picture_start;
    if start.0 == 0.0 {
        return;
    }
    let text = RichText::new(format!("+{}", (start.0 * 100.0).round() / 100.0));
    let label = egui::Label::new(text.color(theme::ACCENT)).sense(Sense::click());
    let place = place_in(bar, scene.params.values().start() + start);
    let response = ui.add(label).on_hover_text(format!(
        "The picture starts {} beats after the draft, at {place} (bar, beat and hundredths). Put it there in your project. \
         Double-click to start both together",
        (start.0 * 100.0).round() / 100.0
    ));
    if response.double_clicked() {
        scene
            .desk
            .session
            .edit(|state| state.picture_start = Beats(0.0));
    }
}

#[cfg(test)]
mod tests {
    use egui::{Key, Modifiers};

    use super::super::HeadlessEditor;
    use super::*;
    use crate::instance::State;
    use crate::player::HostTransport;

    /// Returns the tempo of the next draft, in quarter notes per minute.
    fn tempo(editor: &HeadlessEditor) -> f64 {
        let session = editor.session();
        let map = session.tempo_map_for(&session.state(), true, Beats(0.0));
        map.initial_tempo().bpm()
    }

    #[test]
    fn a_tempo_can_be_typed_until_the_host_says_one() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 768));
        assert!(editor.click("120.0"));
        editor.press(Modifiers::COMMAND, Key::A, 0);
        editor.type_text("97.25");
        assert_eq!(editor.state().tempo, None);
        editor.press(Modifiers::NONE, Key::Enter, 0);
        let state = editor.state();
        assert_eq!(state.tempo.map(Tempo::bpm), Some(97.25));
        assert_eq!(tempo(&editor), 97.25);
        editor.session().live.set_transport(&HostTransport {
            tempo_bpm: Some(90.0),
            ..HostTransport::default()
        });
        editor.frame();
        assert!(editor.middle_of("97.25").is_none());
        assert_eq!(tempo(&editor), 90.0);
    }

    #[test]
    fn a_double_click_lets_the_picture_start_with_the_draft_again() {
        let state = State {
            picture_start: Beats(1.35),
            ..State::default()
        };
        let mut editor = HeadlessEditor::new(&state, (1040, 768));
        let label = editor.rect_of("+1.35").unwrap();
        editor.click_at(label.center(), 2);
        assert_eq!(editor.state().picture_start, Beats(0.0));
        assert_eq!(editor.middle_of("+1.35"), None);
    }
}
