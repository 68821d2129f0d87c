//! An editor that a CLAP host has opened.

use std::ops::Deref;
use std::thread;
use std::time::Duration;

use clack_extensions::gui::{
    GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window as GuiWindow,
};

use super::host_window::{HostWindow, SETTLE};
use crate::clap::Instance;

/// A CLAP host's window with a plugin's editor in it.
pub struct Window {
    host: HostWindow,
    gui: PluginGui,
}

impl Window {
    /// Opens the editor of `instance` on the X server that `DISPLAY` names.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    pub fn open(instance: &mut Instance) -> Self {
        Self::open_after(instance, Duration::ZERO)
    }

    /// Opens the editor of `instance`, and shows it only so long after it was made.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    pub fn open_after(instance: &mut Instance, pause: Duration) -> Self {
        let handle = &mut instance.0.plugin_handle();
        let gui: PluginGui = handle.get_extension().expect("an editor");
        let configuration = GuiConfiguration {
            api_type: GuiApiType::X11,
            is_floating: false,
        };
        gui.create(handle, configuration)
            .expect("an editor for X11");
        let size = gui.get_size(handle).expect("the editor has a size");
        let host = HostWindow::open((size.width as u16, size.height as u16));
        // SAFETY: the window is destroyed only after the editor.
        unsafe { gui.set_parent(handle, GuiWindow::from_x11_handle(host.id().into())) }
            .expect("the editor can be put into a window");
        thread::sleep(pause);
        gui.show(handle).expect("it can be shown");
        thread::sleep(SETTLE);
        Self { host, gui }
    }

    /// Changes the size, as when the user drags the corner of the host's window.
    ///
    /// # Panics
    /// Panics if the editor does not take the size.
    pub fn resize(&mut self, instance: &mut Instance, size: (u16, u16)) {
        self.host.resize(size);
        let asked = GuiSize {
            width: size.0.into(),
            height: size.1.into(),
        };
        let handle = &instance.0.plugin_handle();
        assert_eq!(self.gui.adjust_size(handle, asked), Some(asked));
        (self.gui.set_size(handle, asked)).expect("a size it can have");
        thread::sleep(SETTLE);
    }

    /// Closes the editor and its window.
    pub fn close(self, instance: &mut Instance) {
        self.gui.destroy(&instance.0.plugin_handle());
        self.host.close();
    }
}

impl Deref for Window {
    type Target = HostWindow;

    fn deref(&self) -> &HostWindow {
        &self.host
    }
}
