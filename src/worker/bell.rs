//! How the audio thread reaches the worker.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use super::Shared;

/// Requests a draft from a thread that must not wait.
pub struct Bell {
    shared: Arc<Shared>,
    thread: Thread,
}

impl Bell {
    pub(super) fn new(shared: Arc<Shared>, thread: Thread) -> Self {
        Self { shared, thread }
    }

    /// Requests a draft in place of one that waits or is being made. Neither locks, allocates nor waits. Does nothing once
    /// the worker is dropped.
    pub fn ring(&self) {
        self.shared.rung.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
