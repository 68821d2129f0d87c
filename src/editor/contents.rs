//! Everything in the window, and its layout.

mod answers;
mod generate;
mod new_clip;
mod scene;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{CornerRadius, Frame, Margin, Panel, ScrollArea, Ui, UiBuilder};
use nice_plug_egui::Frame as Window;

use super::changed;
use super::cut;
use super::cut::Comparison;
use super::file_dialog::FileDialog;
use super::first_run;
use super::focus_ring;
use super::harmony::HarmonyFields;
use super::history;
use super::into_reaper;
use super::lanes::Lanes;
use super::param_access::ParamAccess;
use super::parts;
use super::progress::{self, Press};
use super::selection;
use super::steering;
use super::takes::Takes;
use super::tempo_finder::TempoFinder;
use super::theme;
use super::themes::{self, ThemeRequest, Themes};
use super::top_bar::TopBar;
use crate::instance::{Cuts, Desk, Painting, Selection, Snapshot};
use crate::worker::Status;
use generate::request;
pub(super) use scene::Scene;

/// What the window shows, and what it keeps between frames.
pub(super) struct Contents {
    has_preview: bool,
    /// The project whose clip was looked for.
    checked_epoch: u64,
    /// The last snapshot that could be taken without waiting.
    pub(super) snapshot: Snapshot,
    pub(super) status: Status,
    pub(super) lanes: Lanes,
    top_bar: TopBar,
    takes: Takes,
    dialog: FileDialog,
    harmony: HarmonyFields,
    finder: TempoFinder,
    themes: Themes,
    asked_theme: Cell<Option<ThemeRequest>>,
    /// The project and the clip whose small pictures were looked for.
    stills_of: Option<(u64, PathBuf)>,
    /// The project and the cuts that were compared.
    compared: Option<(u64, Cuts)>,
    comparison: Comparison,
    pub(super) selection: Cell<Selection>,
    /// What the user began to drag out of the window in this frame.
    dragged: Cell<Option<Selection>>,
    /// The draft that is being painted, as far as it is.
    pub(super) painting: Option<Arc<Painting>>,
}

impl Contents {
    /// Creates the contents. `has_preview` is whether there is a built-in instrument to control.
    pub(super) fn new(has_preview: bool) -> Self {
        Self {
            has_preview,
            checked_epoch: 0,
            snapshot: Snapshot::default(),
            status: Status::default(),
            lanes: Lanes::default(),
            top_bar: TopBar::default(),
            takes: Takes::default(),
            dialog: FileDialog::default(),
            harmony: HarmonyFields::default(),
            finder: TempoFinder::default(),
            themes: Themes::default(),
            asked_theme: Cell::default(),
            stills_of: None,
            compared: None,
            comparison: Comparison::default(),
            selection: Cell::default(),
            dragged: Cell::default(),
            painting: None,
        }
    }

    /// Notes the window that shows them.
    pub(super) fn note_window(&mut self, window: &Window) {
        self.dialog.note_window(window);
    }

    /// Returns whether a job runs.
    pub(super) fn is_working(&self) -> bool {
        self.status.running.is_some()
    }

    /// Takes a new snapshot, acts on the answer of a file dialog and notifies the host of unsaved changes.
    pub(super) fn refresh(&mut self, desk: &Desk, params: &dyn ParamAccess) {
        if let Some(snapshot) = desk.session.try_snapshot() {
            self.snapshot = snapshot;
        }
        if let Some(status) = desk.worker.try_status() {
            self.status = status;
        }
        self.comparison.see(desk.comparison());
        let session = &desk.session;
        self.painting = session.try_painting();
        if self.snapshot.epoch != self.checked_epoch {
            self.checked_epoch = self.snapshot.epoch;
            self.selection.take();
            desk.check_clip(self.checked_epoch);
        }
        self.take_answer(desk);
        if session.take_unsaved() {
            params.mark_unsaved();
        }
    }

    /// Shows everything, and acts on what the user does.
    pub(super) fn show(&mut self, ui: &mut Ui, desk: &Desk, params: &dyn ParamAccess) {
        let window = ui.max_rect();
        ui.painter()
            .rect_filled(window, CornerRadius::ZERO, theme::BACKGROUND);
        // One clip can be open.
        if let Some(file) = ui.input(|input| input.raw.dropped_files.first().cloned()) {
            desk.load_clip(file.path().to_owned());
        }
        into_reaper::open_found(desk, params);
        let state = Arc::clone(&self.snapshot.state);
        self.find_stills(desk);
        self.compare_cuts(desk);
        let host_tempo = Arc::clone(&self.snapshot.host_tempo);
        let values = params.values();
        let tempo_map =
            (self.snapshot).tempo_map(&desk.session.live, values.follow_host, values.start());
        let scene = Scene {
            desk,
            params,
            state: &state,
            host_tempo: &host_tempo,
            tempo_map: &tempo_map,
            selection: &self.selection,
            dragged: &self.dragged,
            asked_theme: &self.asked_theme,
            painting: self.painting.as_deref(),
            stills: self.snapshot.stills.as_ref(),
        };
        row(Panel::top("top"), 48.0, theme::BACKGROUND).show(ui, |ui| {
            let finder = &mut self.finder;
            self.top_bar.show(ui, scene, &mut self.dialog, finder);
        });
        if self.comparison.is_shown() {
            row(Panel::top("cut"), 36.0, theme::PANEL)
                .show(ui, |ui| self.comparison.show(ui, desk));
        } else if let Some(recut) = &self.snapshot.recut
            && !recut.is_identity()
        {
            row(Panel::top("cut"), 36.0, theme::PANEL).show(ui, |ui| {
                cut::show(ui, scene, recut, self.status.running.is_some());
            });
        }
        self.lanes.preview = self.finder.show(ui, scene);
        row(Panel::bottom("status"), 32.0, theme::PANEL).show(ui, |ui| {
            let is_playing = desk.session.live.is_playing();
            progress::show_status(ui, &self.snapshot, &self.status, is_playing);
        });
        // Without a clip and without drafts there is nothing to take, generate or undo.
        let is_first = self.is_first();
        let (mut press, mut step) = (None, None);
        if !is_first {
            press = row(Panel::bottom("generate"), 56.0, theme::BACKGROUND)
                .show(ui, |ui| {
                    let generate = changed::show(ui, scene);
                    ui.scope_builder(UiBuilder::new().max_rect(generate), |ui| {
                        progress::show_generate(ui, request(scene).as_deref(), &self.status)
                    })
                    .inner
                })
                .inner;
            step = row(Panel::bottom("takes"), 58.0, theme::BACKGROUND)
                .show(ui, |ui| {
                    let takes = &mut self.takes;
                    takes.show(ui, scene, &self.snapshot, &mut self.dialog)
                })
                .inner;
        }
        let side = Frame::new()
            .fill(theme::PANEL)
            .corner_radius(theme::RADIUS)
            .inner_margin(Margin::symmetric(12, 10))
            .outer_margin(Margin {
                right: 16,
                ..Margin::ZERO
            });
        Panel::right("steer")
            .exact_size(236.0)
            .frame(side)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                ScrollArea::vertical().show(ui, |ui| {
                    parts::show(ui, scene);
                    ui.separator();
                    steering::show(
                        ui,
                        scene,
                        &mut self.harmony,
                        &mut self.themes,
                        &mut self.dialog,
                        self.has_preview,
                    );
                });
            });
        egui::CentralPanel::default()
            .frame(frame(theme::BACKGROUND))
            .show(ui, |ui| {
                if state.clip.is_none() && state.takes.is_empty() {
                    first_run::show(ui, scene, &mut self.dialog);
                } else {
                    self.lanes.show(ui, scene);
                }
            });
        // A field that the click on a button left is handled only above, and must be entered first.
        themes::follow_keys(ui, scene);
        let again = selection::follow_keys(ui, scene) && request(scene).is_some();
        match press.or(again.then_some(Press::Generate)) {
            Some(Press::Generate) => {
                self.lanes.finish_recording(scene);
                self.generate(desk, params);
            }
            Some(Press::Cancel(kind)) => desk.worker.cancel(kind),
            None => {}
        }
        if let Some(request) = self.asked_theme.take() {
            let state = desk.session.state();
            self.themes.ask(desk, &mut self.dialog, &state, request);
        }
        self.top_bar.end_frame();
        focus_ring::paint(ui.ctx());
        if let Some(step) = step.or_else(|| history::step_by_keys(ui)) {
            step.take(desk);
        }
    }

    /// Returns what the user began to drag out of the window in the last frame, and the number of the draft's first bar.
    pub(super) fn take_dragged(
        &self,
        desk: &Desk,
        params: &dyn ParamAccess,
    ) -> Option<(Selection, u32)> {
        let selection = self.dragged.take()?;
        let start = params.values().start();
        Some((
            selection,
            desk.session.first_bar(&self.snapshot.state, start),
        ))
    }

    /// Returns whether nothing was begun yet.
    fn is_first(&self) -> bool {
        let Snapshot {
            state, undo, redo, ..
        } = &self.snapshot;
        state.clip.is_none()
            && state.takes.is_empty()
            && undo.is_none()
            && redo.is_none()
            && !self.is_working()
    }
}

/// Returns a row across the window.
fn row(panel: Panel, height: f32, fill: egui::Color32) -> Panel {
    panel
        .exact_size(height)
        .frame(frame(fill))
        .show_separator_line(false)
}

fn frame(fill: egui::Color32) -> Frame {
    Frame::new()
        .inner_margin(Margin::symmetric(16, 0))
        .fill(fill)
}

#[cfg(test)]
mod tests;
