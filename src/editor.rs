//! The plugin's window. Each frame draws one snapshot of the session, and never waits for another thread.

mod changed;
mod chord_names;
mod clip_lane;
mod clip_path;
mod clip_rows;
mod contents;
mod controls;
mod cue_lane;
mod curves;
mod cut;
mod drag_handle;
mod fallback_fonts;
mod file_dialog;
mod first_run;
mod focus_ring;
mod folder;
mod following;
mod harmony;
mod headless;
mod history;
mod hits;
mod into_reaper;
mod keyboard;
mod lanes;
mod note_editing;
mod opening;
mod outgoing;
mod param_access;
mod parts;
mod piano_roll;
mod pitches;
mod progress;
mod quiet;
mod readout;
mod recording;
mod scroll_bars;
mod selection;
mod shortcuts;
mod slider;
mod steering;
mod surround;
mod takes;
mod tempo_ahead;
mod tempo_field;
mod tempo_finder;
mod theme;
mod themes;
mod timeline;
mod top_bar;
mod view;
mod window_threads;

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, Ui};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::baseview::HandlerError;
use nice_plug_egui::{Frame as Window, NiceEguiApp};

use crate::instance::Desk;
use contents::Contents;
pub use headless::HeadlessEditor;
pub use opening::Editor;
use outgoing::Outgoing;
pub(crate) use param_access::ParamAccess;
pub(crate) use window_threads::WindowThreads;

/// The window's initial size, in points.
const SIZE: LogicalSize<f32> = LogicalSize {
    width: 1040.0,
    height: 768.0,
};
/// The size that everything needs, in points. In a smaller window it is scaled down.
const LEAST_SIZE: LogicalSize<f32> = LogicalSize {
    width: 900.0,
    height: 600.0,
};
/// The time between frames while nothing moves.
const IDLE_INTERVAL: Duration = Duration::from_millis(200);
/// The time between frames while the host plays or a job runs.
const FRAME_INTERVAL: Duration = Duration::from_millis(33);
/// The time until the framework first checks for redraw requests, which nothing here sends. On X11 its first check asks
/// the server for a frame. If the host has not shown the window by then, the reply is lost and the window stays black.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Gives the editor access to the parameters through a host's context.
pub(crate) type Connect = Box<dyn Fn(GuiContext) -> Arc<dyn ParamAccess> + Send>;

/// Creates the editor of an instance. Its threads are noted in `windows`. `has_preview` is whether the instance has the
/// built-in instrument.
pub(crate) fn create(
    desk: Arc<Desk>,
    connect: Connect,
    windows: Arc<WindowThreads>,
    has_preview: bool,
) -> Editor {
    Editor::new(EditorApp {
        desk,
        connect,
        windows,
        params: None,
        contents: Contents::new(has_preview),
        outgoing: Outgoing::default(),
    })
}

/// Returns whether the system can show editors.
pub(crate) fn can_open() -> bool {
    nice_plug_egui::can_open_windows()
}

/// The window's contents and what they act on.
pub struct EditorApp {
    desk: Arc<Desk>,
    connect: Connect,
    windows: Arc<WindowThreads>,
    /// The parameters, once a window has been opened.
    params: Option<Arc<dyn ParamAccess>>,
    contents: Contents,
    outgoing: Outgoing,
}

impl NiceEguiApp for EditorApp {
    fn build(
        &mut self,
        egui: Context,
        host: GuiContext,
        window: &mut Window,
    ) -> Result<(), HandlerError> {
        window.set_least_size(LEAST_SIZE);
        window.set_shortcuts(shortcuts::all());
        self.windows.note_current();
        theme::apply(&egui);
        self.contents.note_window(window);
        let api = host.plugin_api();
        let params = (self.connect)(host);
        // A CLAP host may be notified from any thread, even after the window was closed.
        if api == PluginApi::Clap {
            let params = Arc::downgrade(&params);
            self.desk.session.set_host_notifier(move || {
                if let Some(params) = params.upgrade() {
                    params.mark_unsaved();
                }
            });
        }
        self.params = Some(params);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, window: &mut Window) {
        let Some(params) = self.params.as_deref() else {
            return;
        };
        self.contents.refresh(&self.desk, params);
        let moves = self.desk.session.live.is_playing() || self.contents.is_working();
        ui.ctx()
            .request_repaint_after(if moves { FRAME_INTERVAL } else { IDLE_INTERVAL });
        self.contents.show(ui, &self.desk, params);
        let asked = self.contents.take_dragged(&self.desk, params);
        (self.outgoing).follow(ui.ctx(), &self.desk, asked, window);
    }
}
