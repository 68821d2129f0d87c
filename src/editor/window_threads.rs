//! Windows on X11 have a thread each, and it outlives the window's closing by a moment. An instance waits for it, so that
//! no thread is left when the host unloads the library or ends.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// How long an instance waits at most: a window that hangs must not hang the host.
const PATIENCE: Duration = Duration::from_secs(2);

/// The threads of one instance's windows.
#[derive(Default)]
pub(crate) struct WindowThreads {
    running: Mutex<usize>,
    ended: Condvar,
}

/// Ends with its thread.
struct Counted(Arc<WindowThreads>);

thread_local! {
    static COUNTED: RefCell<Option<Counted>> = const { RefCell::new(None) };
}

impl WindowThreads {
    /// Counts the present thread until it ends. Only on X11 windows have threads of their own.
    pub(crate) fn count_this_one(self: &Arc<Self>) {
        if cfg!(target_os = "linux") {
            *self.running.lock() += 1;
            let counted = Counted(Arc::clone(self));
            let before = COUNTED.replace(Some(counted));
            drop(before);
        }
    }

    /// Waits until all have ended, unless this is one of them.
    pub(crate) fn wait(&self) {
        if COUNTED.with_borrow(Option::is_some) {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        let mut running = self.running.lock();
        while *running > 0 && !self.ended.wait_until(&mut running, deadline).timed_out() {}
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        *self.0.running.lock() -= 1;
        self.0.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::thread;

    #[test]
    #[cfg(target_os = "linux")]
    fn waiting_lasts_until_the_windows_thread_is_over() {
        let threads = Arc::new(WindowThreads::default());
        threads.wait();
        let is_over = Arc::new(AtomicBool::new(false));
        let (windows, over) = (Arc::clone(&threads), Arc::clone(&is_over));
        let (counted, is_counted) = mpsc::channel();
        let thread = thread::spawn(move || {
            windows.count_this_one();
            counted.send(()).unwrap();
            thread::sleep(Duration::from_millis(100));
            over.store(true, Ordering::Relaxed);
        });
        is_counted.recv().unwrap();
        threads.wait();
        assert!(is_over.load(Ordering::Relaxed));
        thread.join().unwrap();
    }
}
