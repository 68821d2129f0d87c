//! A desktop without a screen: an Xvfb server, windows for editors, a pointer and a keyboard.

mod carrying;
mod clap_window;
mod drop_target;
mod host_window;
mod keys;
mod other_program;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, PropMode};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

pub use carrying::Tally;
pub use clap_window::Window;
pub use drop_target::{DropTarget, Guise, Manner, Seen};
pub use host_window::HostWindow;
pub(crate) use host_window::SETTLE;
pub use keys::{Key, Shortcut};
pub use other_program::OtherProgram;

/// An X server without hardware, which ends when this is dropped.
pub struct Screen {
    server: Child,
    /// Keeps the server alive. It ends with its last connection, which closes even if the program crashes.
    _connection: RustConnection,
    /// The value for `DISPLAY`.
    pub display: String,
}

impl Screen {
    /// Starts `Xvfb` with a screen of 1600 × 1200 pixels; see [`Screen::of_size`].
    pub fn start() -> Option<Self> {
        Self::of_size(1600, 1200)
    }

    /// Starts `Xvfb` with a screen of so many pixels. Returns `None` if it is not installed.
    ///
    /// # Panics
    /// Panics if it is installed but does not start.
    pub fn of_size(width: u16, height: u16) -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .args(["-terminate", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
        output
            .read_line(&mut number)
            .expect("Xvfb names its display");
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        let display = format!(":{}", number.trim());
        let (connection, _) = x11rb::connect(Some(&display)).expect("the server answers");
        Some(Self {
            server,
            _connection: connection,
            display,
        })
    }
}

/// Sets the dots an inch that the desktop tells programs, or none.
///
/// # Panics
/// Panics if there is no X server.
pub fn set_dots_per_inch(dpi: Option<u32>) {
    let (connection, screen) = x11rb::connect(None).expect("an X server");
    let root = connection.setup().roots[screen].root;
    let settings = dpi.map_or(String::new(), |dpi| format!("Xft.dpi:\t{dpi}\n"));
    connection
        .change_property8(
            PropMode::REPLACE,
            root,
            AtomEnum::RESOURCE_MANAGER,
            AtomEnum::STRING,
            settings.as_bytes(),
        )
        .expect("a connection")
        .check()
        .expect("the server keeps it");
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A screenshot of a window.
pub struct Picture {
    /// The width in pixels.
    pub width: usize,
    /// The height in pixels.
    pub height: usize,
    /// Red, green and blue of the pixels, row by row.
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Returns whether any pixel has a colour.
    pub fn contains(&self, colour: [u8; 3]) -> bool {
        self.pixels.contains(&colour)
    }

    /// Returns the number of pixels whose colour satisfies `is_wanted`.
    pub fn count(&self, is_wanted: impl Fn([u8; 3]) -> bool) -> usize {
        self.pixels
            .iter()
            .filter(|&&pixel| is_wanted(pixel))
            .count()
    }
}
