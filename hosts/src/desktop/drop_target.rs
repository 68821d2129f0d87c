//! Another program's window that files are dropped on. It speaks XDND as others do, well or badly.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SelectionNotifyEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

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

/// How a window behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes every file.
    Takes,
    /// It takes files, but thinks for this long before each answer.
    Slow(Duration),
    /// It refuses until files have been held over it for this long.
    RefusesFor(Duration),
    /// It closes as soon as files are over it.
    Closes,
    /// It never answers.
    Silent,
    /// It takes files, but never says that it has them.
    NeverFinishes,
}

/// What a window says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Guise {
    /// How it behaves.
    pub manner: Manner,
    /// The version of the protocol that it speaks.
    pub version: u32,
    /// Whether another window answers for it.
    pub is_proxied: bool,
}

impl Guise {
    /// A window that speaks version 5 and answers for itself.
    #[must_use]
    pub fn new(manner: Manner) -> Self {
        Self {
            manner,
            version: 5,
            is_proxied: false,
        }
    }
}

/// What a window was told.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The version that the source speaks with it, if files have come over it.
    pub version: Option<u32>,
    /// How often files came over it.
    pub enters: usize,
    /// How often it was told where they are.
    pub moves: usize,
    /// How often files went away.
    pub leaves: usize,
    /// How often files were dropped.
    pub drops: usize,
    /// The forms in which files were offered, of each drop.
    pub forms: Vec<Vec<String>>,
    /// The lists of files that were received.
    pub received: Vec<String>,
    /// Whether it was told of a move before it had answered the last.
    pub was_hurried: bool,
}

/// A window that files are dropped on.
pub struct DropTarget {
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DropTarget {
    /// Opens a window of 200 × 200 pixels at a place of the screen that `DISPLAY` names.
    ///
    /// # Panics
    /// Panics if it cannot be opened.
    #[must_use]
    pub fn open(place: (i16, i16), guise: Guise) -> Self {
        let (seen, stop) = (Arc::<Mutex<Seen>>::default(), Arc::<AtomicBool>::default());
        let mut window = Served::open(place, guise, Arc::clone(&seen));
        let is_over = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) && window.serve() {
                thread::sleep(Duration::from_millis(2));
            }
        });
        Self {
            seen,
            stop,
            thread: Some(thread),
        }
    }

    /// Returns what the window was told.
    #[must_use]
    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    /// Waits up to 10 s until what the window was told is as wanted. Returns what it was told.
    #[must_use]
    pub fn wait_for(&self, wanted: impl Fn(&Seen) -> bool) -> Seen {
        for _ in 0..1000 {
            let seen = self.seen();
            if wanted(&seen) {
                return seen;
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.seen()
    }
}

impl Drop for DropTarget {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The window on its thread.
struct Served {
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
    fn open(place: (i16, i16), guise: Guise, seen: Arc<Mutex<Seen>>) -> Self {
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
    fn serve(&mut self) -> bool {
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
