//! Windows on X11 have a thread each, and it outlives the window's closing by a moment. An instance waits for it, so that
//! no thread is left when the host unloads the library or ends.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use parking_lot::Mutex;

/// How long an instance waits at most: a window that hangs must not hang the host.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(2);

/// The threads of one instance's windows, by the folders that Linux has of them for as long as they run. On other systems
/// windows have no threads of their own, and nothing is noted.
#[derive(Default)]
pub(crate) struct WindowThreads(Mutex<Vec<PathBuf>>);

impl WindowThreads {
    /// Notes the present thread.
    pub(crate) fn note_this_one(&self) {
        let mut threads = self.0.lock();
        threads.retain(|thread| thread.exists());
        threads.extend(this_thread());
    }

    /// Waits until all are over, unless this is one of them.
    pub(crate) fn wait(&self) {
        let threads = self.0.lock().clone();
        let is_among_them = this_thread().is_some_and(|thread| threads.contains(&thread));
        let deadline = Instant::now() + PATIENCE;
        while !is_among_them
            && threads.iter().any(|thread| thread.exists())
            && Instant::now() < deadline
        {
            thread::sleep(INTERVAL);
        }
    }
}

fn this_thread() -> Option<PathBuf> {
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
    fn waiting_lasts_until_the_windows_thread_is_over() {
        let threads = Arc::new(WindowThreads::default());
        threads.wait();
        let is_over = Arc::new(AtomicBool::new(false));
        let (windows, over) = (Arc::clone(&threads), Arc::clone(&is_over));
        let (noted, is_noted) = mpsc::channel();
        let thread = thread::spawn(move || {
            windows.note_this_one();
            noted.send(()).unwrap();
            thread::sleep(Duration::from_millis(100));
            // One of them does not wait for itself.
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
