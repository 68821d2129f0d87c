//! The row at the top: the clip, where it starts, the host's tempo and the model.

use std::mem;
use std::path::{Path, PathBuf};

use egui::{
    Align, ComboBox, DragValue, Key, Layout, PopupCloseBehavior, RichText, TextEdit, Ui, Vec2,
};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::file_dialog::{FileDialog, Purpose};
use super::param_access::ParamAccess;
use super::theme;
use crate::instance::Desk;
use crate::instance::params::{LAST_START_BEAT, ParamId, bar_and_beat, beat_from_text};

/// The row's width in a window of the initial size.
const FIRST_WIDTH: f32 = super::SIZE.width - 32.0;

/// Text that is not yet entered.
#[derive(Default)]
pub(super) struct TopBar {
    clip_path: Option<String>,
    model_path: String,
    left: Left,
}

/// Paths in fields that lost the focus in this frame without Enter.
#[derive(Default)]
struct Left {
    clip: Option<PathBuf>,
    model: Option<PathBuf>,
}

impl TopBar {
    /// Shows the row.
    pub(super) fn show(&mut self, ui: &mut Ui, scene: Scene<'_>, dialog: &mut FileDialog) {
        self.left = Left::default();
        ui.horizontal_centered(|ui| {
            ui.label(RichText::new("Diff-BGM").font(theme::strong(15.0)));
            ui.add_space(theme::GRID);
            self.clip(ui, scene);
            if button(ui, "Open clip…", Vec2::new(92.0, 26.0), Weight::Plain).clicked() {
                dialog.ask(Purpose::Clip, String::new());
            }
            ui.add_space(theme::GRID);
            start(ui, scene.params);
            ui.add_space(theme::GRID);
            let tempo = scene.desk.session.live.tempo_bpm();
            let host = tempo.map_or("Host tempo unknown".to_owned(), |tempo| {
                format!("Host {tempo:.1} BPM")
            });
            muted(ui, &host);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.model(ui, scene, dialog);
            });
        });
    }

    /// Enters the paths in fields that lost the focus in this frame. Returns false if the clip's path is not a file.
    pub(super) fn enter(&mut self, desk: &Desk) -> bool {
        let left = mem::take(&mut self.left);
        if let Some(path) = left.model {
            desk.session.edit(|state| state.model = Some(path));
            self.model_path.clear();
        }
        left.clip.is_none_or(|path| {
            let is_there = path.is_file();
            desk.load_clip(path);
            is_there
        })
    }

    /// Shows the clip's path. Enter opens a typed one.
    fn clip(&mut self, ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
        let known = state.clip.as_ref();
        let shown = || known.map(|clip| clip.name()).unwrap_or_default();
        let mut text = self.clip_path.clone().unwrap_or_else(shown);
        let edit = TextEdit::singleline(&mut text)
            .hint_text("Path of a clip")
            .desired_width(path_width(ui))
            .margin(Vec2::new(8.0, 5.0));
        let mut response = ui.add(edit);
        if let Some(clip) = known.filter(|_| !response.has_focus()) {
            response = response.on_hover_text(clip.path.display().to_string());
        }
        if response.gained_focus() {
            let path = known.map(|clip| clip.path.display().to_string());
            self.clip_path = Some(path.unwrap_or_default());
        } else if response.changed() {
            self.clip_path = Some(text);
        }
        if response.lost_focus() {
            let path = path_of(&self.clip_path.take().unwrap_or_default());
            if ui.input(|input| input.key_pressed(Key::Enter)) {
                path.into_iter().for_each(|path| desk.load_clip(path));
            } else {
                self.left.clip = path.filter(|path| known.is_none_or(|clip| clip.path != *path));
            }
        }
        if let Some(clip) = known {
            muted(ui, &clip.duration.clock());
        }
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
            .width(190.0)
            .selected_text(chosen)
            .truncate()
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show_ui(ui, |ui| {
                ui.set_min_width(260.0);
                if ui
                    .selectable_label(state.model.is_none(), "Built-in")
                    .clicked()
                {
                    desk.session.edit(|state| state.model = None);
                    ui.close();
                }
                if ui.selectable_label(false, "Open a model…").clicked() {
                    dialog.ask(Purpose::Model, String::new());
                    ui.close();
                }
                let edit = TextEdit::singleline(&mut self.model_path)
                    .hint_text("or the path of a model file")
                    .desired_width(f32::INFINITY)
                    .margin(Vec2::new(8.0, 5.0));
                let response = ui.add(edit);
                if response.lost_focus() {
                    self.left.model = path_of(&self.model_path);
                    if ui.input(|input| input.key_pressed(Key::Enter)) {
                        self.enter(desk);
                        ui.close();
                    }
                }
            });
    }
}

/// Shows the bar and beat at which the clip starts.
fn start(ui: &mut Ui, params: &dyn ParamAccess) {
    muted(ui, ParamId::ClipStart.spec().name);
    let mut beat = params.values().clip_start;
    let value = DragValue::new(&mut beat)
        .range(0..=LAST_START_BEAT)
        .speed(0.1)
        .custom_formatter(|beat, _| bar_and_beat(beat as i32))
        .custom_parser(|text| beat_from_text(text).map(f64::from));
    if ui.add_sized(Vec2::new(52.0, 26.0), value).changed() {
        params.set_count(ParamId::ClipStart, beat);
    }
}

/// Returns the width of the path's field, which takes most of the difference to the initial width.
fn path_width(ui: &Ui) -> f32 {
    let wider = ui.max_rect().width() - FIRST_WIDTH;
    (210.0 + 0.6 * wider).clamp(120.0, 420.0)
}

fn path_of(typed: &str) -> Option<PathBuf> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| PathBuf::from(typed))
}

fn muted(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::MUTED));
}
