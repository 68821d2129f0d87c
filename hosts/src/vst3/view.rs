//! An editor that a VST3 host has opened.

use std::ops::Deref;
use std::thread;

use vst3::ComPtr;
use vst3::Steinberg::Vst::{IEditController, IEditControllerTrait};
use vst3::Steinberg::{
    IPlugView, IPlugViewTrait, ViewRect, kPlatformTypeX11EmbedWindowID, kResultOk,
};

use super::Playing;
use crate::desktop::{HostWindow, SETTLE};

/// A VST3 host's window with a plugin's editor in it.
pub struct View {
    host: Option<HostWindow>,
    view: ComPtr<IPlugView>,
}

impl View {
    /// Opens the editor on the X server that `DISPLAY` names, as Ardour does: it asks the editor for its size before opening it,
    /// makes the window that large, and then tells the editor so.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    #[must_use]
    pub fn open(plugin: &Playing) -> Self {
        let controller = plugin.component.cast::<IEditController>();
        let controller = controller.expect("the component is its own controller");
        // SAFETY: the calls are in the order that VST3 requires, and the window outlives the editor in it.
        unsafe {
            let view = ComPtr::from_raw(controller.createView(c"editor".as_ptr()));
            let view = view.expect("an editor");
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
        unsafe { self.view.removed() };
        if let Some(host) = self.host.take() {
            host.close();
        }
    }
}
