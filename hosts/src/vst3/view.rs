//! An editor that a VST3 host has opened.

use std::ops::Deref;
use std::ptr::null_mut;
use std::thread;

use vst3::Steinberg::Vst::{IEditController, IEditControllerTrait};
use vst3::Steinberg::{
    IPlugFrame, IPlugView, IPlugViewTrait, ViewRect, kPlatformTypeX11EmbedWindowID, kResultOk,
};
use vst3::{ComPtr, ComWrapper};

use super::Playing;
use super::run_loop::Frame;
use crate::desktop::{HostWindow, SETTLE};

/// A VST3 host's window with a plugin's editor in it.
pub struct View {
    host: Option<HostWindow>,
    view: ComPtr<IPlugView>,
    /// The frame, in a host with a run loop.
    frame: Option<ComWrapper<Frame>>,
}

impl View {
    /// Opens the editor on the X server that `DISPLAY` names, as Ardour does: it asks the editor for its size before opening it,
    /// makes the window that large, and then tells the editor so.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    #[must_use]
    pub fn open(plugin: &Playing) -> Self {
        Self::open_in(plugin, None)
    }

    /// As [`View::open`], in a host that gives plugins moments on its main thread, such as REAPER.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    #[must_use]
    pub fn open_with_run_loop(plugin: &Playing) -> Self {
        Self::open_in(plugin, Some(ComWrapper::new(Frame::default())))
    }

    /// Gives the plugin a moment on the main thread.
    pub fn run_main_thread(&self) {
        if let Some(frame) = &self.frame {
            frame.run();
        }
    }

    fn open_in(plugin: &Playing, frame: Option<ComWrapper<Frame>>) -> Self {
        let controller = plugin.component.cast::<IEditController>();
        let controller = controller.expect("the component is its own controller");
        // SAFETY: the calls are in the order that VST3 requires, and the window outlives the editor in it.
        unsafe {
            let view = ComPtr::from_raw(controller.createView(c"editor".as_ptr()));
            let view = view.expect("an editor");
            if let Some(frame) = &frame {
                let frame = frame.to_com_ptr::<IPlugFrame>().expect("it is a frame");
                assert_eq!(view.setFrame(frame.as_ptr()), kResultOk);
            }
            let mut asked = ViewRect {
                left: 0,
                top: 0,
                right: 0,
                bottom: 0,
            };
            assert_eq!(view.getSize(&mut asked), kResultOk);
            let host = HostWindow::open((asked.right as u16, asked.bottom as u16));
            let parent = host.id() as usize as *mut _;
            assert_eq!(
                view.attached(parent, kPlatformTypeX11EmbedWindowID),
                kResultOk
            );
            assert_eq!(view.onSize(&mut asked), kResultOk);
            thread::sleep(SETTLE);
            Self {
                host: Some(host),
                view,
                frame,
            }
        }
    }
}

impl Deref for View {
    type Target = HostWindow;

    fn deref(&self) -> &HostWindow {
        self.host.as_ref().expect("it is open until it is dropped")
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // SAFETY: the editor is attached.
        unsafe {
            if self.frame.is_some() {
                self.view.setFrame(null_mut());
            }
            self.view.removed();
        }
        if let Some(host) = self.host.take() {
            host.close();
        }
    }
}
