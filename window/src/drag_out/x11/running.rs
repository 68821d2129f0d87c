//! A drag from the press to the answer of the program that took the files.

use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, KeyButMask, Timestamp, Window,
};

use super::grab::Grab;
use super::pursuit::{Place, Pursuit};
use super::source::{Failure, Source};
use super::target::Target;
use crate::drag_out::DragState;

/// How long a window may refuse after the button was let go. Some hosts refuse for their first 200 ms.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long a window may take to answer where the pointer is.
const TO_ANSWER: Duration = Duration::from_secs(1);
/// How long a program may take to fetch what was dropped on it, or to say that it has.
const TO_TAKE: Duration = Duration::from_secs(5);
/// How often the server is asked whether the button is still held, in case it was let go unseen.
const BETWEEN_CHECKS: Duration = Duration::from_millis(500);

/// How far a drag is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The button is held.
    Held,
    /// It was let go, over a window that has still to say yes.
    LetGo(Instant),
    /// The files were dropped. The program has fetched them or not, and did or was told so at that time.
    Dropped(bool, Instant),
}

/// A drag that has begun.
pub(super) struct Running<'a> {
    source: &'a Source,
    pursuit: Pursuit<'a>,
    root: Window,
    /// Where the pointer is.
    place: Place,
    /// The time of the last event.
    time: Timestamp,
    /// Whether the window at that place was looked for.
    is_found: bool,
    /// The pointer, while the button is held.
    grab: Option<Grab<'a>>,
    /// When the server was last asked for the button.
    checked: Instant,
    phase: Phase,
}

impl<'a> Running<'a> {
    /// Begins with the pointer held at `place`.
    pub(super) fn begin(source: &'a Source, grab: Grab<'a>, root: Window, place: Place) -> Self {
        Self {
            source,
            pursuit: Pursuit::new(&source.connection, &source.atoms, source.window),
            root,
            place,
            time: x11rb::CURRENT_TIME,
            is_found: false,
            grab: Some(grab),
            checked: Instant::now(),
            phase: Phase::Held,
        }
    }

    /// Takes the files away from the window under the pointer.
    pub(super) fn leave(&mut self) -> Result<(), ConnectionError> {
        self.pursuit.leave()
    }

    /// Does what is to be done now. Returns how the drag ended, if it has.
    pub(super) fn step(&mut self) -> Result<Option<DragState>, Failure> {
        while let Some(event) = self.source.connection.poll_for_event()? {
            if let Some(outcome) = self.hear(event)? {
                return Ok(Some(outcome));
            }
        }
        if self.phase == Phase::Held && self.checked.elapsed() >= BETWEEN_CHECKS {
            self.check()?;
        }
        match self.phase {
            Phase::Held | Phase::LetGo(_) => {
                self.follow()?;
                let is_welcome = self.pursuit.is_welcome();
                if let Some(grab) = &mut self.grab {
                    grab.show(is_welcome)?;
                }
            }
            Phase::Dropped(..) => {}
        }
        Ok(match self.phase {
            Phase::Held => None,
            Phase::LetGo(since) => self.let_go(since)?,
            Phase::Dropped(is_fetched, since) if since.elapsed() >= TO_TAKE => {
                Some(if is_fetched {
                    DragState::Dropped
                } else {
                    refused("the other program did not fetch it")
                })
            }
            Phase::Dropped(..) => None,
        })
    }

    /// Talks to the window under the pointer.
    fn follow(&mut self) -> Result<(), ConnectionError> {
        if !self.is_found {
            let Source {
                connection,
                atoms,
                from,
                ..
            } = self.source;
            let target = Target::find(connection, atoms, self.root, *from, self.place)?;
            self.pursuit.move_to(target)?;
            self.is_found = true;
        }
        self.pursuit.tell(self.place, self.time)
    }

    /// Drops the files as soon as the window says yes, or gives up.
    fn let_go(&mut self, since: Instant) -> Result<Option<DragState>, ConnectionError> {
        if self.pursuit.target().is_none() {
            return Ok(Some(DragState::Cancelled));
        }
        Ok(match self.pursuit.awaits_since() {
            None if self.pursuit.is_welcome() => {
                self.pursuit.drop_files(self.time)?;
                self.phase = Phase::Dropped(false, Instant::now());
                None
            }
            None if since.elapsed() >= PATIENCE => {
                Some(refused("the other program does not take files there"))
            }
            Some(told) if told.elapsed() >= TO_ANSWER => {
                Some(refused("the other program does not answer"))
            }
            _ => None,
        })
    }

    /// Takes note of an event. Returns how the drag ended, if it has.
    fn hear(&mut self, event: Event) -> Result<Option<DragState>, Failure> {
        let Source {
            connection,
            atoms,
            offer,
            ..
        } = self.source;
        match event {
            Event::MotionNotify(moved) if self.phase == Phase::Held => {
                self.move_to((moved.root_x, moved.root_y), moved.time);
            }
            Event::ButtonRelease(button) if button.detail == 1 && self.phase == Phase::Held => {
                self.move_to((button.root_x, button.root_y), button.time);
                self.release();
            }
            Event::KeyPress(key) => {
                let is_escape = |grab: &Grab<'_>| grab.is_escape(key.detail);
                if self.grab.as_ref().is_some_and(is_escape) {
                    return Ok(Some(DragState::Cancelled));
                }
            }
            Event::ClientMessage(message) if message.type_ == atoms.XdndStatus => {
                self.pursuit.hear(message.data.as_data32());
            }
            Event::ClientMessage(message) if message.type_ == atoms.XdndFinished => {
                return Ok(self.finished(&message));
            }
            Event::SelectionRequest(request) => {
                if offer.answer(connection, atoms, &request)?
                    && let Phase::Dropped(is_fetched, since) = &mut self.phase
                {
                    (*is_fetched, *since) = (true, Instant::now());
                }
            }
            // Another drag has begun.
            Event::SelectionClear(_) => {
                let is_fetched = matches!(self.phase, Phase::Dropped(true, _));
                return Ok(Some(if is_fetched {
                    DragState::Dropped
                } else {
                    DragState::Cancelled
                }));
            }
            Event::DestroyNotify(gone) => {
                self.is_found = false;
                if self.pursuit.forget(gone.window) && self.phase != Phase::Held {
                    return Ok(Some(refused("the other program has closed its window")));
                }
            }
            _ => {}
        }
        Ok(None)
    }

    /// Returns how the drag ended by what the program says of it.
    fn finished(&mut self, message: &ClientMessageEvent) -> Option<DragState> {
        let target = self.pursuit.target()?;
        let [window, flags, ..] = message.data.as_data32();
        if !matches!(self.phase, Phase::Dropped(..)) || window != target.window {
            return None;
        }
        self.pursuit.forget(window);
        // Older versions do not say whether they took it.
        Some(if target.version < 5 || flags & 1 != 0 {
            DragState::Dropped
        } else {
            refused("the other program did not take it")
        })
    }

    fn move_to(&mut self, place: Place, time: Timestamp) {
        (self.place, self.time, self.is_found) = (place, time, false);
    }

    /// Lets go of the pointer, since the button was.
    fn release(&mut self) {
        self.phase = Phase::LetGo(Instant::now());
        self.grab = None;
    }

    /// Asks the server whether the button is still held.
    fn check(&mut self) -> Result<(), ReplyError> {
        self.checked = Instant::now();
        let pointer = (self.source.connection.query_pointer(self.root)?).reply()?;
        if !pointer.mask.contains(KeyButMask::BUTTON1) {
            self.move_to((pointer.root_x, pointer.root_y), self.time);
            self.release();
        }
        Ok(())
    }
}

fn refused(reason: &str) -> DragState {
    DragState::Refused(reason.to_owned())
}
