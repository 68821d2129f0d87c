//! The theme of the next draft, beside its form.

use egui::{ComboBox, Key, PopupCloseBehavior, RichText, TextEdit, Ui, Vec2};

use super::Themes;
use crate::editor::contents::Scene;
use crate::editor::controls::{CHOICE_WIDTH, field, menu_row};
use crate::editor::file_dialog::{FileDialog, Purpose};
use crate::editor::theme;
use crate::instance::{Desk, typed_path};

impl Themes {
    /// Shows the theme, and a list to open another one or none from.
    pub(in crate::editor) fn show(
        &mut self,
        ui: &mut Ui,
        scene: Scene<'_>,
        dialog: &mut FileDialog,
    ) {
        let open = scene.state.theme.as_ref();
        field(ui, "Theme", |ui| {
            ComboBox::from_id_salt("theme")
                .width(CHOICE_WIDTH)
                .selected_text(open.map_or("none", |theme| theme.name()))
                .truncate()
                .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
                .show_ui(ui, |ui| self.list(ui, scene, dialog));
        })
        .on_hover_text(
            "The tune of the first section of the next draft, which returns with the form: one that Use as theme wrote, also of another cue, or any MIDI file with a tune. It moves to the key and the chords that are set here, and needs the same metre.",
        );
        if let Some(open) = open {
            let words = RichText::new(open.to_string()).font(theme::font(11.0));
            field(ui, "", |ui| {
                ui.label(words.color(theme::MUTED));
            });
        }
    }

    fn list(&mut self, ui: &mut Ui, scene: Scene<'_>, dialog: &mut FileDialog) {
        let Scene { desk, state, .. } = scene;
        ui.set_min_width(220.0);
        if menu_row(ui, state.theme.is_none(), "No theme").clicked() {
            desk.session.edit(|state| state.theme = None);
            ui.close();
        }
        if menu_row(ui, false, "Open a theme…").clicked() {
            dialog.ask(Purpose::Theme, String::new(), state);
            ui.close();
        }
        let edit = TextEdit::singleline(&mut self.path)
            .hint_text("or the path of a theme file")
            .desired_width(f32::INFINITY)
            .margin(Vec2::new(8.0, 5.0));
        let response = ui.add(edit);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some(path) = typed_path(&self.path).filter(|_| entered) {
            // A path that is wrong is kept, to be corrected.
            if path.is_file() {
                self.path.clear();
                ui.close();
            }
            desk.open_theme(path);
        }
        for path in Desk::recent_themes() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let label = menu_row(ui, false, &*name);
            if label.on_hover_text(path.display().to_string()).clicked() {
                desk.open_theme(path);
                ui.close();
            }
        }
    }
}
