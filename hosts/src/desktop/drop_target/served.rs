//! The window of a drop target, and what it says.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SelectionNotifyEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::{Guise, Manner, Seen, lock};

x11rb::atom_manager! {
    /// The names of the protocol.
    Atoms: AtomsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndProxy,
        XdndSelection,
        XdndStatus,
        TARGETS,
        UriList: b"text/uri-list",
    }
}

/// The window on its thread.
pub(super) struct Served {
    connection: RustConnection,
    atoms: Atoms,
    window: u32,
    /// The window that gets the messages.
    receiver: u32,
    guise: Guise,
    seen: Arc<Mutex<Seen>>,
    /// Where the files come from, and since when they are over the window.
    source: Option<(u32, Instant)>,
    /// When the next answer is due.
    answer_at: Option<Instant>,
}

impl Served {
    /// Opens the window.
    pub(super) fn open(place: (i16, i16), guise: Guise, seen: Arc<Mutex<Seen>>) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let root = &connection.setup().roots[screen];
        let (root, white) = (root.root, root.white_pixel);
        let atoms = Atoms::new(&connection).expect("a connection");
        let atoms = atoms.reply().expect("the server answers");
        let new_window = |(x, y): (i16, i16)| {
            let id = connection.generate_id().expect("an id");
            let look = CreateWindowAux::new()
                .override_redirect(1)
                .background_pixel(white);
            let (class, copy) = (WindowClass::INPUT_OUTPUT, x11rb::COPY_FROM_PARENT);
            connection
                .create_window(0, id, root, x, y, 200, 200, 0, class, copy, &look)
                .expect("a window");
            id
        };
        let set = |window, name, kind: AtomEnum, value| {
            let set = connection.change_property32(PropMode::REPLACE, window, name, kind, &[value]);
            set.expect("a connection");
        };
        let window = new_window(place);
        let mut receiver = window;
        if guise.is_proxied {
            receiver = new_window((-300, -300));
            for window in [window, receiver] {
                set(window, atoms.XdndProxy, AtomEnum::WINDOW, receiver);
            }
        }
        set(receiver, atoms.XdndAware, AtomEnum::ATOM, guise.version);
        connection.map_window(window).expect("it can be shown");
        let focus = connection.get_input_focus().expect("a connection");
        focus.reply().expect("the server answers");
        Self {
            connection,
            atoms,
            window,
            receiver,
            guise,
            seen,
            source: None,
            answer_at: None,
        }
    }

    /// Handles what has come. Returns whether the window is still open.
    pub(super) fn serve(&mut self) -> bool {
        let mut is_open = true;
        while let Some(event) = self.connection.poll_for_event().expect("a connection") {
            match event {
                Event::ClientMessage(message) => is_open &= self.hear(&message),
                Event::SelectionNotify(answer) => self.receive(&answer),
                _ => {}
            }
        }
        if self.answer_at.take_if(|at| *at <= Instant::now()).is_some() {
            self.answer();
        }
        self.connection.flush().expect("a connection");
        is_open
    }

    fn hear(&mut self, message: &ClientMessageEvent) -> bool {
        let (kind, data) = (message.type_, message.data.as_data32());
        let mut seen = lock(&self.seen);
        if kind == self.atoms.XdndEnter {
            seen.enters += 1;
            seen.version = Some(data[1] >> 24);
            self.source = Some((data[0], Instant::now()));
        } else if kind == self.atoms.XdndPosition {
            seen.moves += 1;
            seen.was_hurried |= self.answer_at.is_some();
            let thinks = match self.guise.manner {
                Manner::Slow(thinks) => thinks,
                Manner::Silent => return true,
                Manner::Closes => {
                    self.connection
                        .destroy_window(self.window)
                        .expect("a connection");
                    self.connection.flush().expect("a connection");
                    return false;
                }
                _ => Duration::ZERO,
            };
            self.answer_at = Some(Instant::now() + thinks);
        } else if kind == self.atoms.XdndLeave {
            seen.leaves += 1;
            (self.source, self.answer_at) = (None, None);
        } else if kind == self.atoms.XdndDrop {
            seen.drops += 1;
            let time = data[2];
            for form in [self.atoms.TARGETS, self.atoms.UriList] {
                // Each form into a property of its own.
                let selection = self.atoms.XdndSelection;
                (self.connection)
                    .convert_selection(self.receiver, selection, form, form, time)
                    .expect("a connection");
            }
        }
        true
    }

    fn answer(&self) {
        let Some((_, since)) = self.source else {
            return;
        };
        let takes = match self.guise.manner {
            Manner::RefusesFor(time) => since.elapsed() >= time,
            _ => true,
        };
        let action = if takes { self.atoms.XdndActionCopy } else { 0 };
        self.send(
            self.atoms.XdndStatus,
            [self.window, u32::from(takes), 0, 0, action],
        );
    }

    fn receive(&self, answer: &SelectionNotifyEvent) {
        assert_ne!(answer.property, x11rb::NONE, "what is offered is given");
        let (property, any) = (answer.property, AtomEnum::ANY);
        let contents = (self.connection)
            .get_property(true, self.receiver, property, any, 0, 1 << 16)
            .expect("a connection")
            .reply()
            .expect("what was received");
        if answer.target == self.atoms.TARGETS {
            let forms = contents.value32().expect("names of forms");
            let forms = forms.map(|form| {
                let name = self.connection.get_atom_name(form).expect("a connection");
                let name = name.reply().expect("a name").name;
                String::from_utf8_lossy(&name).into_owned()
            });
            let forms = forms.collect();
            lock(&self.seen).forms.push(forms);
            return;
        }
        let list = String::from_utf8(contents.value).expect("text");
        if self.guise.manner != Manner::NeverFinishes {
            let done = [self.window, 1, self.atoms.XdndActionCopy, 0, 0];
            self.send(self.atoms.XdndFinished, done);
        }
        lock(&self.seen).received.push(list);
    }

    fn send(&self, kind: u32, data: [u32; 5]) {
        let Some((source, _)) = self.source else {
            return;
        };
        let message = ClientMessageEvent::new(32, source, kind, data);
        (self.connection)
            .send_event(false, source, EventMask::NO_EVENT, message)
            .expect("a connection");
    }
}
