//! The conversation with the window under the pointer.

use std::time::{Duration, Instant};

use x11rb::errors::ConnectionError;
use x11rb::protocol::xproto::{Timestamp, Window};
use x11rb::rust_connection::RustConnection;

use super::atoms::Atoms;
use super::offer::Offer;
use super::target::Target;

/// How often a window that refuses is asked again. Some hosts refuse for their first 200 ms.
pub(super) const AGAIN: Duration = Duration::from_millis(40);

/// A place on the screen.
pub(super) type Place = (i16, i16);

/// What was said to the windows under the pointer, one after the other, and what the present one answered.
pub(super) struct Pursuit<'a> {
    connection: &'a RustConnection,
    atoms: &'a Atoms,
    /// The window that the messages come from.
    source: Window,
    present: Option<Talk>,
}

/// What is known of the present window.
struct Talk {
    target: Target,
    /// The place that it was told last, and when.
    told: Option<(Place, Instant)>,
    /// Whether it has not answered since.
    awaits: bool,
    is_welcome: bool,
    /// The left, top, right and bottom edges between which it does not want to be told of moves.
    still: Option<[i32; 4]>,
}

impl<'a> Pursuit<'a> {
    /// Begins over no window.
    pub(super) fn new(connection: &'a RustConnection, atoms: &'a Atoms, source: Window) -> Self {
        Self {
            connection,
            atoms,
            source,
            present: None,
        }
    }

    /// Returns the window under the pointer that takes files.
    pub(super) fn target(&self) -> Option<Target> {
        self.present.as_ref().map(|talk| talk.target)
    }

    /// Returns whether that window would take them where they are held.
    pub(super) fn is_welcome(&self) -> bool {
        self.present.as_ref().is_some_and(|talk| talk.is_welcome)
    }

    /// Returns when the window was told what it has not answered, or `None` if it has answered everything.
    pub(super) fn awaits_since(&self) -> Option<Instant> {
        let talk = self.present.as_ref()?;
        talk.told.filter(|_| talk.awaits).map(|(_, since)| since)
    }

    /// Goes over to the window that is under the pointer now.
    pub(super) fn move_to(&mut self, target: Option<Target>) -> Result<(), ConnectionError> {
        if target == self.target() {
            return Ok(());
        }
        self.leave()?;
        let Some(target) = target else { return Ok(()) };
        target.watch(self.connection, true)?;
        let [best, other] = Offer::forms(self.atoms);
        let data = [self.source, target.version << 24, best, other, x11rb::NONE];
        target.send(self.connection, self.atoms.XdndEnter, data)?;
        self.present = Some(Talk {
            target,
            told: None,
            awaits: false,
            is_welcome: false,
            still: None,
        });
        Ok(())
    }

    /// Tells the window where the pointer is, once it has answered what it was told before: of a new place, or again if it
    /// refuses the files.
    pub(super) fn tell(&mut self, place: Place, time: Timestamp) -> Result<(), ConnectionError> {
        let Some(talk) = self.present.as_mut().filter(|talk| !talk.awaits) else {
            return Ok(());
        };
        if let Some((told, at)) = talk.told {
            let is_due = if talk.is_welcome {
                told != place && !talk.is_still(place)
            } else {
                told != place || at.elapsed() >= AGAIN
            };
            if !is_due {
                return Ok(());
            }
        }
        talk.told = Some((place, Instant::now()));
        talk.awaits = true;
        let (x, y) = (u32::from(place.0 as u16), u32::from(place.1 as u16));
        let data = [self.source, 0, x << 16 | y, time, self.atoms.XdndActionCopy];
        let kind = self.atoms.XdndPosition;
        talk.target.send(self.connection, kind, data)
    }

    /// Takes note of an answer.
    pub(super) fn hear(&mut self, data: [u32; 5]) {
        let [from, flags, corner, size, _action] = data;
        let Some(talk) = (self.present.as_mut()).filter(|talk| talk.target.window == from) else {
            return;
        };
        let halves = |word: u32| ((word >> 16) as i32, (word & 0xffff) as i32);
        let ((x, y), (width, height)) = (halves(corner), halves(size));
        let wants_moves = flags & 2 != 0 || width == 0 || height == 0;
        talk.awaits = false;
        talk.is_welcome = flags & 1 != 0;
        talk.still = (!wants_moves).then_some([x, y, x + width, y + height]);
    }

    /// Takes note that a window is gone. Returns whether it was the one under the pointer.
    pub(super) fn forget(&mut self, window: Window) -> bool {
        let is_gone =
            |talk: &mut Talk| [talk.target.window, talk.target.receiver].contains(&window);
        self.present.take_if(is_gone).is_some()
    }

    /// Takes the files away from the window.
    pub(super) fn leave(&mut self) -> Result<(), ConnectionError> {
        let Some(talk) = self.present.take() else {
            return Ok(());
        };
        let data = [self.source, 0, 0, 0, 0];
        (talk.target).send(self.connection, self.atoms.XdndLeave, data)?;
        talk.target.watch(self.connection, false)
    }

    /// Drops the files on the window.
    pub(super) fn drop_files(&self, time: Timestamp) -> Result<(), ConnectionError> {
        let Some(talk) = &self.present else {
            return Ok(());
        };
        let data = [self.source, 0, time, 0, 0];
        (talk.target).send(self.connection, self.atoms.XdndDrop, data)
    }
}

impl Talk {
    fn is_still(&self, (x, y): Place) -> bool {
        self.still.is_some_and(|[left, top, right, bottom]| {
            (left..right).contains(&i32::from(x)) && (top..bottom).contains(&i32::from(y))
        })
    }
}
