//! The audio thread's way to the worker.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use super::Shared;

/// Asks a worker for a draft from a thread that must not wait.
pub struct Bell {
    shared: Arc<Shared>,
    thread: Thread,
}

impl Bell {
    pub(super) fn new(shared: Arc<Shared>, thread: Thread) -> Self {
        Self { shared, thread }
    }

    /// Asks for a draft in place of one that waits or is being made. Neither locks, allocates nor waits; once the worker
    /// is dropped, nothing happens.
    pub fn ring(&self) {
        self.shared.rung.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
