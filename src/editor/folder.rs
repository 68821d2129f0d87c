//! Folders shown in the system's file manager.

use std::path::Path;
use std::thread;

/// Shows `folder`. On a desktop without a file manager nothing happens.
pub(super) fn show(folder: &Path) {
    let folder = folder.to_owned();
    aside(move || {
        let _ = open::that_detached(folder);
    });
}

/// Does `work` on a thread of its own: whether a file manager starts is known only after a while, and on Windows and macOS the
/// window is drawn by the host's own thread.
fn aside(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name("diff-bgm folder".to_owned());
    // Without threads nothing is shown.
    let _ = thread.spawn(work);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_window_does_not_wait_for_the_file_manager() {
        const PATIENCE: Duration = Duration::from_secs(20);
        let (answer, asked) = mpsc::channel();
        let (ended, has_ended) = mpsc::channel();
        aside(move || {
            let is_answered = asked.recv_timeout(PATIENCE).is_ok();
            ended.send(is_answered).unwrap();
        });
        answer.send(()).unwrap();
        assert!(has_ended.recv_timeout(PATIENCE).unwrap());
    }
}
