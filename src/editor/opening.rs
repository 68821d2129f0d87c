//! The editor in the framework's form. How large its window opens is decided when a host first asks, by the display.

use std::cell::{Cell, OnceCell};
use std::error::Error;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, PhysicalSize, Size};
use nice_plug::editor::{
    HostMethods, ParentWindowHandle, ResizeHint, SizeConstraints, SpawnedEditor,
};
use nice_plug::plugin::TrackInfo;
use nice_plug_egui::{
    Display, EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, RepaintNotifier,
};

use super::{EditorApp, POLL_INTERVAL, SIZE};

/// The smallest size that a host may give the window, in points. Contents are then scaled down.
const MIN_SIZE: LogicalSize<f32> = LogicalSize::new(450.0, 300.0);
/// The share of the display's width and height that the window takes at most when it first opens. The rest is for the host's
/// title bar and the desktop's panel.
const SHARE: (f64, f64) = (0.95, 0.86);

/// The editor of an instance.
pub struct Editor {
    /// The contents, until the editor is needed.
    app: Cell<Option<EditorApp>>,
    opened: OnceCell<EguiEditor<EditorApp>>,
}

impl Editor {
    pub(super) fn new(app: EditorApp) -> Self {
        Self {
            app: Cell::new(Some(app)),
            opened: OnceCell::new(),
        }
    }

    fn opened(&self) -> Option<&EguiEditor<EditorApp>> {
        if let Some(app) = self.app.take() {
            let editor = nice_plug_egui::create_egui_editor(
                EguiEditorState::from_size(first_size(Display::current()), 1.0),
                RepaintNotifier::new(),
                EguiNiceSettings::new()
                    .with_tile("Diff-BGM")
                    .with_repaint_poll_interval(POLL_INTERVAL)
                    .with_resize_hint(resize_hint()),
                app,
            );
            if let Some(editor) = editor {
                let _ = self.opened.set(editor);
            }
        }
        self.opened.get()
    }
}

impl nice_plug::editor::Editor for Editor {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let editor = self.opened().ok_or("the editor could not be created")?;
        editor.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        )
    }

    fn size(&self) -> NativeSize<u32> {
        match self.opened() {
            Some(editor) => editor.size(),
            None => NativeSize::from_size(SIZE.into(), 1.0),
        }
    }

    fn resize_hint(&self) -> ResizeHint {
        resize_hint()
    }

    fn track_info_updated(&self, info: TrackInfo) {
        if let Some(editor) = self.opened.get() {
            editor.track_info_updated(info);
        }
    }
}

fn resize_hint() -> ResizeHint {
    ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical {
            min_size: Some(MIN_SIZE),
            max_size: None,
        },
        ..ResizeHint::NON_RESIZABLE
    }
}

/// Returns the size in which the window first opens. A VST3 host asks for it before there is a window, in pixels.
fn first_size(display: Option<Display>) -> Size {
    let Some(display) = display else {
        return SIZE.into();
    };
    let fit = |points: f32, pixels: u32, share: f64| {
        let wanted = f64::from(points) * display.scale;
        wanted.min(f64::from(pixels) * share).round() as u32
    };
    PhysicalSize::new(
        fit(SIZE.width, display.width, SHARE.0),
        fit(SIZE.height, display.height, SHARE.1),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(width: u32, height: u32, scale: f64) -> Size {
        first_size(Some(Display {
            width,
            height,
            scale,
        }))
    }

    #[test]
    fn the_window_opens_at_its_size_in_the_displays_pixels() {
        assert_eq!(on(1920, 1200, 1.0), PhysicalSize::new(1040, 768).into());
        assert_eq!(on(3840, 2400, 2.0), PhysicalSize::new(2080, 1536).into());
        assert_eq!(first_size(None), SIZE.into());
    }

    #[test]
    fn the_window_leaves_a_small_laptop_room_for_the_host() {
        assert_eq!(on(1366, 768, 1.0), PhysicalSize::new(1040, 660).into());
        assert_eq!(on(1366, 768, 1.5), PhysicalSize::new(1298, 660).into());
    }
}
