//! The row at the top: the clip, where it starts, the host's tempo and the model.

use std::path::{Path, PathBuf};

use egui::{
    Align, ComboBox, DragValue, Key, Layout, PopupCloseBehavior, RichText, TextEdit, Ui, Vec2,
};

use super::clip_path::ClipPath;
use super::contents::Scene;
use super::controls::{Weight, button, menu_row};
use super::file_dialog::{FileDialog, Purpose};
use super::param_access::ParamAccess;
use super::tempo_ahead::TempoAhead;
use super::tempo_field;
use super::tempo_finder::TempoFinder;
use super::theme;
use crate::instance::params::{LAST_START_BEAT, ParamId, bar_and_beat_in, beat_from_text_in};
use crate::instance::{Desk, typed_path};
use crate::time::Beats;

/// The row's width in a window of the initial size.
const FIRST_WIDTH: f32 = super::SIZE.width - 32.0;

/// Text that is not yet entered.
#[derive(Default)]
pub(super) struct TopBar {
    clip_path: ClipPath,
    model_path: String,
    /// The path of a model in the field that lost the focus in this frame.
    left_model: Option<PathBuf>,
}

impl TopBar {
    /// Shows the row.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        scene: Scene<'_>,
        dialog: &mut FileDialog,
        finder: &mut TempoFinder,
    ) {
        self.left_model = None;
        let ahead = TempoAhead::of(scene);
        ui.horizontal_centered(|ui| {
            ui.label(RichText::new("Diff-BGM").font(theme::strong(15.0)));
            ui.add_space(theme::GRID);
            self.clip_path
                .show(ui, scene, path_width(ui, ahead.is_some()));
            if let Some(clip) = &scene.state.clip {
                muted(ui, &clip.duration.clock());
            }
            if button(ui, "Open clip…", Vec2::new(92.0, 26.0), Weight::Plain).clicked() {
                dialog.ask(Purpose::Clip, String::new(), scene.state);
            }
            ui.add_space(theme::GRID);
            let bar = scene.desk.session.bar_length(scene.state);
            start(ui, scene.params, bar);
            tempo_field::show_picture_start(ui, scene, bar);
            ui.add_space(theme::GRID);
            tempo_field::show(ui, scene);
            if let Some(ahead) = ahead {
                ahead.field(ui, scene);
            }
            finder.show_button(ui, scene);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.model(ui, scene, dialog);
            });
        });
    }

    /// Enters the paths in fields that lost the focus in this frame. Returns false if the clip's path is not a file.
    pub(super) fn enter(&mut self, desk: &Desk) -> bool {
        if let Some(path) = self.left_model.take() {
            // A path that is wrong is kept, to be corrected.
            if path.is_file() {
                self.model_path.clear();
            }
            desk.session.edit(|state| state.model = Some(path));
        }
        self.clip_path.enter(desk)
    }

    /// Forgets what was typed and neither entered nor is being typed.
    pub(super) fn end_frame(&mut self) {
        self.clip_path.end_frame();
    }

    fn model(&mut self, ui: &mut Ui, scene: Scene<'_>, dialog: &mut FileDialog) {
        let Scene { desk, state, .. } = scene;
        let name = |path: &Path| {
            let name = path.file_stem().unwrap_or_default();
            format!("Model: {}", name.to_string_lossy())
        };
        let chosen = state
            .model
            .as_deref()
            .map_or("Model: built-in".to_owned(), name);
        ComboBox::from_id_salt("model")
            .width(ui.available_width().clamp(96.0, 190.0))
            .selected_text(chosen)
            .truncate()
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show_ui(ui, |ui| {
                ui.set_min_width(260.0);
                if menu_row(ui, state.model.is_none(), "Built-in").clicked() {
                    desk.session.edit(|state| state.model = None);
                    self.model_path.clear();
                    ui.close();
                }
                if menu_row(ui, false, "Open a model…").clicked() {
                    dialog.ask(Purpose::Model, String::new(), state);
                    ui.close();
                }
                let edit = TextEdit::singleline(&mut self.model_path)
                    .hint_text("or the path of a model file")
                    .desired_width(f32::INFINITY)
                    .margin(Vec2::new(8.0, 5.0));
                let response = ui.add(edit);
                if response.lost_focus() {
                    self.left_model = typed_path(&self.model_path);
                    if ui.input(|input| input.key_pressed(Key::Enter)) {
                        self.enter(desk);
                        ui.close();
                    }
                }
            });
    }
}

/// Shows the bar and beat at which the clip starts, in bars of the length `bar`. A typed one counts once it is entered.
fn start(ui: &mut Ui, params: &dyn ParamAccess, bar: Beats) {
    muted(ui, ParamId::ClipStart.spec().name);
    let mut beat = params.values().clip_start;
    let value = DragValue::new(&mut beat)
        .range(0..=LAST_START_BEAT)
        .speed(0.1)
        .update_while_editing(false)
        .custom_formatter(|beat, _| bar_and_beat_in(bar, beat as i32))
        .custom_parser(|text| beat_from_text_in(bar, text).map(f64::from));
    if ui.add_sized(Vec2::new(52.0, 26.0), value).changed() {
        params.set_count(ParamId::ClipStart, beat);
    }
}

/// Returns the width of the path's field, which takes most of the difference to the initial width.
fn path_width(ui: &Ui, has_tempo: bool) -> f32 {
    let wider = ui.max_rect().width() - FIRST_WIDTH;
    let usual = if has_tempo { 160.0 } else { 210.0 };
    let share = if wider < 0.0 { 0.8 } else { 0.6 };
    (usual + share * wider).clamp(90.0, 420.0)
}

fn muted(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::MUTED));
}

#[cfg(test)]
mod tests {
    use egui::{Key, Modifiers};

    use super::super::HeadlessEditor;
    use super::*;
    use crate::features::ClipFeatures;
    use crate::instance::{SavedClip, State};
    use crate::player::HostTransport;
    use crate::time::{Seconds, Tempo};

    #[test]
    fn everything_has_room_beside_each_other_in_the_smallest_window() {
        let clip = ClipFeatures {
            duration: Seconds(30.0),
            ..ClipFeatures::default()
        };
        let state = State {
            clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
            picture_start: Beats(2.75),
            ..State::default()
        };
        let editor = HeadlessEditor::new(&state, (900, 600));
        let row = ["Open clip…", "+2.75", "Find tempo…", "Model: built-in"];
        let places = row.map(|label| editor.rect_of(label).expect(label));
        assert!(
            places.is_sorted_by(|left, right| left.right() <= right.left()),
            "{places:?}"
        );
        assert!(places[3].right() <= 900.0 - 16.0, "{:?}", places[3]);
    }

    #[test]
    fn the_start_counts_the_hosts_bars_and_is_applied_when_it_is_entered() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 768));
        editor.session().live.set_transport(&HostTransport {
            time_signature: Some((3, 4)),
            ..HostTransport::default()
        });
        assert!(editor.click("1.1"));
        editor.press(Modifiers::COMMAND, Key::A, 0);
        editor.type_text("12.");
        editor.type_text("3");
        assert_eq!(editor.set_params(), []);
        editor.press(Modifiers::NONE, Key::Enter, 0);
        let beat = 11.0 * 3.0 + 2.0;
        let normalized = beat / LAST_START_BEAT as f32;
        assert_eq!(editor.set_params(), [(ParamId::ClipStart, normalized)]);
    }
}
