//! Another program's window that files are dropped on. It speaks XDND as others do, well or badly.

mod served;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use served::Served;

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
