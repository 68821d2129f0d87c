//! Another program on the same desktop, such as a file manager.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt as _, InputFocus, MapState, StackMode,
};
use x11rb::rust_connection::RustConnection;

/// A program that has opened a window.
pub struct OtherProgram {
    program: Child,
    /// Keeps the window where it was put.
    _connection: RustConnection,
}

impl OtherProgram {
    /// Starts a program and puts its window, which names itself `class`, at a place of the screen. Returns `None` if the program
    /// cannot be started or opens no window within 30 s.
    ///
    /// # Panics
    /// Panics if there is no X server.
    #[must_use]
    pub fn start(
        command: &mut Command,
        class: &str,
        place: (i16, i16),
        size: (u16, u16),
    ) -> Option<Self> {
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let program = command.spawn().ok()?;
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let mut started = Self {
            program,
            _connection: connection,
        };
        let connection = &started._connection;
        let root = connection.setup().roots[screen].root;
        for _ in 0..300 {
            thread::sleep(Duration::from_millis(100));
            if let Some(window) = find(connection, root, class) {
                let put = ConfigureWindowAux::new()
                    .x(i32::from(place.0))
                    .y(i32::from(place.1))
                    .width(u32::from(size.0))
                    .height(u32::from(size.1))
                    .stack_mode(StackMode::ABOVE);
                let _ = connection.configure_window(window, &put);
                let (focus, now) = (InputFocus::POINTER_ROOT, x11rb::CURRENT_TIME);
                let _ = connection.set_input_focus(focus, window, now);
                let _ = connection.flush();
                // The program draws itself anew in its size.
                thread::sleep(Duration::from_secs(1));
                return Some(started);
            }
        }
        started.end();
        None
    }

    fn end(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Drop for OtherProgram {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns the shown window of a class.
fn find(connection: &RustConnection, root: u32, class: &str) -> Option<u32> {
    let windows = connection.query_tree(root).ok()?.reply().ok()?.children;
    windows.into_iter().find(|&window| {
        let is_shown = || {
            let about = connection
                .get_window_attributes(window)
                .ok()?
                .reply()
                .ok()?;
            Some(about.map_state == MapState::VIEWABLE)
        };
        let names_itself = || {
            let (name, kind) = (AtomEnum::WM_CLASS, AtomEnum::STRING);
            let asked = connection.get_property(false, window, name, kind, 0, 64);
            let value = asked.ok()?.reply().ok()?.value;
            let words = String::from_utf8_lossy(&value).to_lowercase();
            Some(words.split('\0').any(|word| word == class))
        };
        is_shown() == Some(true) && names_itself() == Some(true)
    })
}
