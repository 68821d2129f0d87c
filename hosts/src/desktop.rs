//! A desktop without a screen: an Xvfb server, a window for the plugin's editor, a pointer and a keyboard.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use clack_extensions::gui::{GuiApiType, GuiConfiguration, PluginGui, Window as GuiWindow};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt, CreateWindowAux, ImageFormat,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::clap::Instance;

/// The time an editor is given to redraw itself.
const SETTLE: Duration = Duration::from_millis(500);

/// An X server without hardware, which ends when this is dropped.
pub struct Screen {
    server: Child,
    /// Keeps the server alive. It ends with its last connection, which closes even if the program crashes.
    _connection: RustConnection,
    /// The value for `DISPLAY`.
    pub display: String,
}

impl Screen {
    /// Starts `Xvfb`. Returns `None` if it is not installed.
    ///
    /// # Panics
    /// Panics if it is installed but does not start.
    pub fn start() -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
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

/// A key, by its code on a PC keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `=`, or `+` with Shift.
    Equals = 21,
    /// Enter.
    Enter = 36,
    /// The letter L.
    L = 46,
    /// Home.
    Home = 110,
    /// The up arrow.
    Up = 111,
    /// The left arrow.
    Left = 113,
    /// The right arrow.
    Right = 114,
    /// Delete.
    Delete = 119,
}

/// A host's window with a plugin's editor in it.
pub struct Window {
    connection: RustConnection,
    window: u32,
    root: u32,
    gui: PluginGui,
    /// The editor's size in pixels.
    pub size: (u16, u16),
}

impl Window {
    /// Opens the editor of `instance` on the X server that `DISPLAY` names.
    ///
    /// # Panics
    /// Panics if the editor cannot be opened.
    pub fn open(instance: &mut Instance) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let handle = &mut instance.0.plugin_handle();
        let gui: PluginGui = handle.get_extension().expect("an editor");
        let configuration = GuiConfiguration {
            api_type: GuiApiType::X11,
            is_floating: false,
        };
        gui.create(handle, configuration)
            .expect("an editor for X11");
        let size = gui.get_size(handle).expect("the editor has a size");
        let (width, height) = (size.width as u16, size.height as u16);

        let root = connection.setup().roots[screen].root;
        let window = connection.generate_id().expect("an id");
        connection
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                root,
                0,
                0,
                width,
                height,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )
            .expect("a window");
        connection.map_window(window).expect("it can be shown");
        connection.sync();
        // SAFETY: the window is destroyed only after the editor.
        unsafe { gui.set_parent(handle, GuiWindow::from_x11_handle(window.into())) }
            .expect("the editor can be put into a window");
        gui.show(handle).expect("it can be shown");
        thread::sleep(SETTLE);
        Self {
            connection,
            window,
            root,
            gui,
            size: (width, height),
        }
    }

    /// Closes the editor and its window.
    pub fn close(self, instance: &mut Instance) {
        self.gui.destroy(&instance.0.plugin_handle());
        let _ = self.connection.destroy_window(self.window);
        self.connection.sync();
    }

    /// Takes a screenshot.
    ///
    /// # Panics
    /// Panics if the server does not provide one.
    pub fn picture(&self) -> Picture {
        let (width, height) = self.size;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.window, 0, 0, width, height, !0)
            .expect("a connection")
            .reply()
            .expect("a picture");
        let pixels = image.data.chunks_exact(4);
        Picture {
            width: width.into(),
            height: height.into(),
            pixels: pixels.map(|bgrx| [bgrx[2], bgrx[1], bgrx[0]]).collect(),
        }
    }

    /// Clicks the left button at a place in the window.
    pub fn click(&self, (x, y): (i16, i16)) {
        self.fake(MOTION_NOTIFY_EVENT, 0, (x, y));
        self.fake(BUTTON_PRESS_EVENT, 1, (0, 0));
        self.fake(BUTTON_RELEASE_EVENT, 1, (0, 0));
        thread::sleep(SETTLE);
    }

    /// Clicks at a place and hides the host's window at once, as a host does that closes it under clicks, then shows it again.
    ///
    /// # Panics
    /// Panics if the X server is gone.
    pub fn click_and_hide(&self, (x, y): (i16, i16)) {
        let clicks = [
            (MOTION_NOTIFY_EVENT, 0),
            (BUTTON_PRESS_EVENT, 1),
            (BUTTON_RELEASE_EVENT, 1),
        ];
        for (kind, detail) in clicks {
            (self.connection)
                .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
                .expect("a connection");
        }
        (self.connection.unmap_window(self.window)).expect("a connection");
        self.connection.sync();
        thread::sleep(SETTLE);
        (self.connection.map_window(self.window)).expect("a connection");
        self.connection.sync();
        thread::sleep(SETTLE);
    }

    /// Drags from one place to another with the left button. Calls `after_move` after each of 20 moves.
    pub fn drag(&self, from: (i16, i16), to: (i16, i16), mut after_move: impl FnMut()) {
        const MOVES: i16 = 20;
        self.fake(MOTION_NOTIFY_EVENT, 0, from);
        self.fake(BUTTON_PRESS_EVENT, 1, (0, 0));
        for step in 1..=MOVES {
            let between = |from: i16, to: i16| from + (to - from) * step / MOVES;
            let place = (between(from.0, to.0), between(from.1, to.1));
            self.fake(MOTION_NOTIFY_EVENT, 0, place);
            thread::sleep(SETTLE / 10);
            after_move();
        }
        self.fake(BUTTON_RELEASE_EVENT, 1, (0, 0));
        thread::sleep(SETTLE);
    }

    /// Types a line on a US keyboard, then Enter.
    ///
    /// # Panics
    /// Panics if a character is not on that keyboard.
    pub fn type_line(&self, text: &str) {
        for character in text.chars() {
            let (key, shifted) = key_of(character);
            let shift = shifted.then_some(LEFT_SHIFT);
            shift.inspect(|&shift| self.fake(KEY_PRESS_EVENT, shift, (0, 0)));
            self.press(key);
            shift.inspect(|&shift| self.fake(KEY_RELEASE_EVENT, shift, (0, 0)));
        }
        self.press(Key::Enter as u8);
        thread::sleep(SETTLE);
    }

    /// Presses and releases a key.
    pub fn press_key(&self, key: Key) {
        self.press(key as u8);
        thread::sleep(SETTLE);
    }

    fn press(&self, key: u8) {
        self.fake(KEY_PRESS_EVENT, key, (0, 0));
        self.fake(KEY_RELEASE_EVENT, key, (0, 0));
    }

    fn fake(&self, kind: u8, detail: u8, (x, y): (i16, i16)) {
        self.connection
            .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
            .expect("a connection");
        self.connection.sync();
        thread::sleep(Duration::from_millis(15));
    }
}

/// Waits until the server has handled all requests.
trait Sync {
    fn sync(&self);
}

impl Sync for RustConnection {
    fn sync(&self) {
        let focus = self.get_input_focus().expect("a connection");
        focus.reply().expect("the server answers");
    }
}

const LEFT_SHIFT: u8 = 50;

/// Returns the key code of a character on a US keyboard, and whether Shift is held.
fn key_of(character: char) -> (u8, bool) {
    const ROWS: [(u8, &str, &str); 4] = [
        (10, "1234567890-=", "!@#$%^&*()_+"),
        (24, "qwertyuiop[]", "QWERTYUIOP{}"),
        (38, "asdfghjkl;'", "ASDFGHJKL:\""),
        (51, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    ];
    if character == ' ' {
        return (65, false);
    }
    for (first, plain, shifted) in ROWS {
        for (row, is_shifted) in [(plain, false), (shifted, true)] {
            if let Some(place) = row.find(character) {
                return (first + place as u8, is_shifted);
            }
        }
    }
    panic!("{character:?} is not on the keyboard")
}
