//! Each window on X11 has a thread, which ends a moment after the window closes. An instance waits for it, so that no
//! thread is left when the host unloads the library or exits.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use parking_lot::Mutex;

/// The longest wait, so that a window that hangs does not hang the host.
const PATIENCE: Duration = Duration::from_secs(2);
/// The time between checks.
const INTERVAL: Duration = Duration::from_millis(2);

/// The threads of one instance's windows, by their folders in `/proc`, which exist while they run. Empty on systems other
/// than Linux, where windows have no threads of their own.
#[derive(Default)]
pub(crate) struct WindowThreads(Mutex<Vec<PathBuf>>);

impl WindowThreads {
    /// Adds the current thread.
    pub(crate) fn note_current(&self) {
        let mut threads = self.0.lock();
        threads.retain(|thread| thread.exists());
        threads.extend(current_thread());
    }

    /// Blocks until all of them have exited, unless called from one of them.
    pub(crate) fn wait(&self) {
        let threads = self.0.lock().clone();
        let is_among_them = current_thread().is_some_and(|thread| threads.contains(&thread));
        let deadline = Instant::now() + PATIENCE;
        while !is_among_them
            && threads.iter().any(|thread| thread.exists())
            && Instant::now() < deadline
        {
            thread::sleep(INTERVAL);
        }
    }
}

fn current_thread() -> Option<PathBuf> {
    let link = fs::read_link("/proc/thread-self").ok()?;
    Some(Path::new("/proc").join(link))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;

    #[test]
    fn waiting_lasts_until_the_windows_thread_exits() {
        let threads = Arc::new(WindowThreads::default());
        threads.wait();
        let is_over = Arc::new(AtomicBool::new(false));
        let (windows, over) = (Arc::clone(&threads), Arc::clone(&is_over));
        let (noted, is_noted) = mpsc::channel();
        let thread = thread::spawn(move || {
            windows.note_current();
            noted.send(()).unwrap();
            thread::sleep(Duration::from_millis(100));
            // A thread does not wait for itself.
            windows.wait();
            over.store(true, Ordering::Relaxed);
        });
        is_noted.recv().unwrap();
        threads.wait();
        assert!(is_over.load(Ordering::Relaxed));
        assert!(threads.0.lock().iter().all(|thread| !thread.exists()));
        thread.join().unwrap();
    }
}
