//! The plugin's window: one moment of the session, drawn; nothing here waits for another thread.

mod clip_lane;
mod controls;
mod file_dialog;
mod harmony;
mod lanes;
mod param_access;
mod piano_roll;
mod pitches;
mod progress;
mod steering;
mod takes;
mod theme;
mod timeline;
mod top_bar;
mod view;
mod window_threads;

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, CornerRadius, Frame, Margin, Panel, Ui};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::baseview::HandlerError;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame as Window, NiceEguiApp, RepaintNotifier,
    create_egui_editor,
};

use crate::instance::{Desk, Notice, Snapshot};
use crate::worker::Status;
use file_dialog::{Answer, FileDialog, Purpose};
use harmony::HarmonyFields;
use lanes::Lanes;
pub(crate) use param_access::ParamAccess;
use progress::{Press, StatusLine};
use takes::Takes;
use top_bar::TopBar;
pub(crate) use window_threads::WindowThreads;

/// The window's size at first, in points.
const SIZE: LogicalSize<f32> = LogicalSize {
    width: 1040.0,
    height: 768.0,
};
/// The smallest window in which everything can be reached.
const MIN_SIZE: LogicalSize<f32> = LogicalSize {
    width: 900.0,
    height: 640.0,
};
/// How often the window looks for news.
const NEWS_INTERVAL: Duration = Duration::from_millis(200);
/// How often it is drawn while something moves.
const FRAME_INTERVAL: Duration = Duration::from_millis(33);
/// How long the framework waits before it looks for requests to redraw. On X11 its first look asks the server for a
/// frame, and if the host has not shown the window by then the answer is lost and the window stays black; nothing here
/// needs those requests.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The editor as the framework knows it.
pub type Editor = EguiEditor<EditorApp>;

/// The editor of an instance, which notes the threads of its `windows`; `has_preview` where it has the built-in
/// instrument.
pub(crate) fn create(
    desk: Arc<Desk>,
    params: Arc<dyn ParamAccess>,
    windows: Arc<WindowThreads>,
    has_preview: bool,
) -> Option<Editor> {
    let resize = ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical {
            min_size: Some(MIN_SIZE),
            max_size: None,
        },
        ..ResizeHint::NON_RESIZABLE
    };
    create_egui_editor(
        EguiEditorState::from_size(SIZE, 1.0),
        RepaintNotifier::new(),
        EguiNiceSettings::new()
            .with_tile("Diff-BGM")
            .with_repaint_poll_interval(POLL_INTERVAL)
            .with_resize_hint(resize),
        EditorApp {
            desk,
            params,
            windows,
            has_preview,
            context: None,
            snapshot: Snapshot::default(),
            status: Status::default(),
            status_line: StatusLine::default(),
            lanes: Lanes::default(),
            top_bar: TopBar::default(),
            takes: Takes::default(),
            dialog: FileDialog::default(),
            harmony: HarmonyFields::default(),
        },
    )
}

/// What the window shows and remembers.
pub struct EditorApp {
    desk: Arc<Desk>,
    params: Arc<dyn ParamAccess>,
    windows: Arc<WindowThreads>,
    has_preview: bool,
    /// The way to the host, once a window was opened.
    context: Option<GuiContext>,
    /// The last moment of the session that could be had without waiting.
    snapshot: Snapshot,
    status: Status,
    status_line: StatusLine,
    lanes: Lanes,
    top_bar: TopBar,
    takes: Takes,
    dialog: FileDialog,
    harmony: HarmonyFields,
}

impl NiceEguiApp for EditorApp {
    fn build(
        &mut self,
        egui: Context,
        host: GuiContext,
        _window: &mut Window,
    ) -> Result<(), HandlerError> {
        self.windows.note_this_one();
        theme::apply(&egui);
        // In CLAP the host may be told from any thread, also after the window was closed.
        if host.plugin_api() == PluginApi::Clap {
            let (host, params) = (host.clone(), Arc::downgrade(&self.params));
            self.desk.session.set_messenger(move || {
                if let Some(params) = params.upgrade() {
                    params.mark_unsaved(&host);
                }
            });
        }
        self.context = Some(host);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _window: &mut Window) {
        let Some(context) = self.context.clone() else {
            return;
        };
        self.refresh(&context);
        let live = &self.desk.session.live;
        let moves = live.is_playing() || self.status.running.is_some();
        ui.ctx()
            .request_repaint_after(if moves { FRAME_INTERVAL } else { NEWS_INTERVAL });
        self.show(ui, &context);
    }
}

impl EditorApp {
    /// Takes in what happened elsewhere since the last frame.
    fn refresh(&mut self, context: &GuiContext) {
        if let Some(snapshot) = self.desk.session.try_snapshot() {
            self.snapshot = snapshot;
        }
        if let Some(status) = self.desk.worker.try_status() {
            self.status = status;
        }
        let session = &self.desk.session;
        match self.dialog.take_answer() {
            Some((Purpose::Clip, Answer::Chosen(path))) => self.desk.load_clip(path),
            Some((Purpose::Model, Answer::Chosen(path))) => {
                session.edit(|state| state.model = Some(path));
            }
            Some((Purpose::Export, Answer::Chosen(path))) => self.desk.export_midi(path),
            Some((purpose, Answer::NoDialog)) => {
                let problem = purpose.without_dialog().to_owned();
                session.tell(Some(Notice::Problem(problem)));
            }
            None => {}
        }
        if session.take_news() {
            self.params.mark_unsaved(context);
        }
    }

    fn show(&mut self, ui: &mut Ui, context: &GuiContext) {
        let everything = ui.max_rect();
        ui.painter()
            .rect_filled(everything, CornerRadius::ZERO, theme::BACKGROUND);
        let state = Arc::clone(&self.snapshot.state);
        let margin = |x: i8, y: i8| Frame::new().inner_margin(Margin::symmetric(x, y));
        let ground = margin(16, 0).fill(theme::BACKGROUND);
        Panel::top("top")
            .exact_size(48.0)
            .frame(ground)
            .show_separator_line(false)
            .show(ui, |ui| {
                self.top_bar.show(
                    ui,
                    context,
                    &self.desk,
                    &*self.params,
                    &state,
                    &mut self.dialog,
                );
            });
        Panel::bottom("status")
            .exact_size(32.0)
            .frame(ground.fill(theme::PANEL))
            .show_separator_line(false)
            .show(ui, |ui| {
                let is_playing = self.desk.session.live.is_playing();
                let line = &mut self.status_line;
                line.show(ui, &self.snapshot, &self.status, is_playing);
            });
        let press = Panel::bottom("generate")
            .exact_size(56.0)
            .frame(ground)
            .show_separator_line(false)
            .show(ui, |ui| {
                progress::show_generate(ui, state.clip.is_some(), &self.status)
            })
            .inner;
        Panel::bottom("takes")
            .exact_size(42.0)
            .frame(ground)
            .show_separator_line(false)
            .show(ui, |ui| {
                self.takes.show(ui, &self.desk, &state, &mut self.dialog);
            });
        let side = Frame::new()
            .fill(theme::PANEL)
            .corner_radius(theme::RADIUS)
            .inner_margin(Margin::symmetric(12, 10))
            .outer_margin(Margin {
                right: 16,
                ..Margin::ZERO
            });
        Panel::right("steer")
            .exact_size(212.0)
            .frame(side)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| {
                    steering::show(
                        ui,
                        context,
                        &self.desk,
                        &*self.params,
                        &state,
                        &mut self.harmony,
                        self.has_preview,
                    );
                });
            });
        egui::CentralPanel::default()
            .frame(margin(16, 0).fill(theme::BACKGROUND))
            .show(ui, |ui| {
                let params = self.params.values();
                self.lanes.show(ui, &self.desk, &params, &state);
            });
        // Fields that the same click left are shown after the buttons, and must be taken in first.
        match press {
            Some(Press::Generate) => self.generate(),
            Some(Press::Cancel(kind)) => self.desk.worker.cancel(kind),
            None => {}
        }
    }

    /// Asks for a draft with all that is typed, if it can be read.
    fn generate(&mut self) {
        if self.harmony.enter(&self.desk) && self.top_bar.enter(&self.desk) {
            self.desk.generate(self.params.values());
        }
    }
}
