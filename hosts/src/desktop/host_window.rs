//! A host's window with a plugin's editor in it, a pointer and a keyboard.

use std::thread;
use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConfigureWindowAux, ConnectionExt, CreateWindowAux,
    EventMask, ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
    WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::Picture;
use super::keys::{Key, LEFT_SHIFT, key_of};

/// The time an editor is given to redraw itself.
pub(crate) const SETTLE: Duration = Duration::from_millis(500);
/// A place of the screen on no window of a host.
const AWAY: (i16, i16) = (1590, 1190);

/// A window that a host made for an editor. It has the focus, as the window of a DAW in use does.
pub struct HostWindow {
    pub(super) connection: RustConnection,
    id: u32,
    root: u32,
    /// The size in pixels.
    pub size: (u16, u16),
}

impl HostWindow {
    /// Opens a window on the X server that `DISPLAY` names.
    ///
    /// # Panics
    /// Panics if it cannot be opened.
    #[must_use]
    pub fn open((width, height): (u16, u16)) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let root = connection.setup().roots[screen].root;
        let id = connection.generate_id().expect("an id");
        let asked = CreateWindowAux::new().event_mask(EventMask::KEY_PRESS);
        connection
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                id,
                root,
                0,
                0,
                width,
                height,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &asked,
            )
            .expect("a window");
        connection.map_window(id).expect("it can be shown");
        connection.sync();
        let window = Self {
            connection,
            id,
            root,
            size: (width, height),
        };
        // Where an earlier window left it, the pointer could bring up a hint over what is looked at.
        window.fake(MOTION_NOTIFY_EVENT, 0, AWAY);
        window.focus();
        window
    }

    /// The window's number on the X server.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Takes the focus, as when the user clicks on another part of the host.
    ///
    /// # Panics
    /// Panics if the X server is gone.
    pub fn focus(&self) {
        (self.connection)
            .set_input_focus(InputFocus::POINTER_ROOT, self.id, x11rb::CURRENT_TIME)
            .expect("a connection");
        self.connection.sync();
    }

    /// Returns whether the host has the focus itself, rather than a window in its own.
    ///
    /// # Panics
    /// Panics if the X server is gone.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        let focus = self.connection.get_input_focus().expect("a connection");
        focus.reply().expect("the server answers").focus == self.id
    }

    /// Returns the codes of the keys that were pressed and reached the host since the last call.
    ///
    /// # Panics
    /// Panics if the X server is gone.
    #[must_use]
    pub fn keys_heard(&self) -> Vec<u8> {
        self.connection.sync();
        let mut heard = Vec::new();
        while let Some(event) = self.connection.poll_for_event().expect("a connection") {
            if let Event::KeyPress(key) = event {
                heard.push(key.detail);
            }
        }
        heard
    }

    /// Changes the size.
    ///
    /// # Panics
    /// Panics if the X server is gone.
    pub(crate) fn resize(&mut self, (width, height): (u16, u16)) {
        self.size = (width, height);
        let size = ConfigureWindowAux::new()
            .width(u32::from(width))
            .height(u32::from(height));
        (self.connection.configure_window(self.id, &size)).expect("a connection");
        self.connection.sync();
    }

    /// Removes the window from the screen.
    pub fn close(self) {
        let _ = self.connection.destroy_window(self.id);
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
            .get_image(ImageFormat::Z_PIXMAP, self.id, 0, 0, width, height, !0)
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
        (self.connection.unmap_window(self.id)).expect("a connection");
        self.connection.sync();
        thread::sleep(SETTLE);
        (self.connection.map_window(self.id)).expect("a connection");
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

    /// Presses and releases a key while others are held.
    pub fn press_with(&self, held: &[Key], key: Key) {
        for &held in held {
            self.fake(KEY_PRESS_EVENT, held as u8, (0, 0));
        }
        self.press(key as u8);
        for &held in held {
            self.fake(KEY_RELEASE_EVENT, held as u8, (0, 0));
        }
        thread::sleep(SETTLE);
    }

    /// Moves the pointer to a place in the window.
    pub fn point(&self, place: (i16, i16)) {
        self.fake(MOTION_NOTIFY_EVENT, 0, place);
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

    pub(super) fn fake(&self, kind: u8, detail: u8, (x, y): (i16, i16)) {
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
