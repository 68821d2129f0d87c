//! The system's file dialogs, on a thread of their own so that the window keeps responding.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The shortest time in which a user can cancel a dialog. One that cannot be opened answers the same, but sooner.
const SOONEST_CANCEL: Duration = Duration::from_millis(300);

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The clip to draft for.
    Clip,
    /// The model to draft with.
    Model,
    /// Where to write the draft.
    Export,
}

impl Purpose {
    /// Returns what to do if the system has no dialog.
    pub(super) fn without_dialog(self) -> &'static str {
        match self {
            Self::Clip => {
                "No file dialog could be opened. Type the clip's path at the top and press Enter."
            }
            Self::Model => {
                "No file dialog could be opened. Type the model's path in the list of models and press Enter."
            }
            Self::Export => "No file dialog could be opened. Export MIDI writes without one.",
        }
    }
}

/// The open dialog, if any.
#[derive(Default)]
pub(super) struct FileDialog {
    open: Option<(Purpose, Receiver<Answer>)>,
}

/// The outcome of a dialog that was not cancelled.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The file that was chosen.
    Chosen(PathBuf),
    /// The system could not open a dialog.
    NoDialog,
}

impl FileDialog {
    /// Asks for a file, unless a dialog is open already. `name` is the suggested name of a new file.
    pub(super) fn ask(&mut self, purpose: Purpose, name: String) {
        if self.open.is_some() {
            return;
        }
        let (sender, receiver) = channel();
        let spawned = thread::Builder::new()
            .name("diff-bgm dialog".to_owned())
            .spawn(move || {
                let asked = Instant::now();
                let chosen = show(purpose, &name);
                if let Some(answer) = answer(chosen, asked.elapsed()) {
                    // Fails only if the editor is gone.
                    let _ = sender.send(answer);
                }
            });
        if spawned.is_ok() {
            self.open = Some((purpose, receiver));
        }
    }

    /// Returns the dialog's outcome, once.
    pub(super) fn take_answer(&mut self) -> Option<(Purpose, Answer)> {
        let (purpose, receiver) = self.open.as_ref()?;
        match receiver.try_recv() {
            Ok(answer) => {
                let purpose = *purpose;
                self.open = None;
                Some((purpose, answer))
            }
            Err(TryRecvError::Disconnected) => {
                self.open = None;
                None
            }
            Err(TryRecvError::Empty) => None,
        }
    }
}

/// Returns the outcome of a dialog that ended so long after it was asked for, or `None` if it was cancelled.
fn answer(chosen: Option<PathBuf>, after: Duration) -> Option<Answer> {
    match chosen {
        Some(path) => Some(Answer::Chosen(path)),
        None => (after < SOONEST_CANCEL).then_some(Answer::NoDialog),
    }
}

fn show(purpose: Purpose, name: &str) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match purpose {
        Purpose::Clip => dialog
            .set_title("Open a clip")
            .add_filter(
                "Clips and videos",
                &["safetensors", "mp4", "mov", "mkv", "m4v", "webm", "avi"],
            )
            .add_filter("All files", &["*"])
            .pick_file(),
        Purpose::Model => dialog
            .set_title("Open a model")
            .add_filter("Models", &["safetensors"])
            .pick_file(),
        Purpose::Export => dialog
            .set_title("Export MIDI")
            .add_filter("MIDI files", &["mid"])
            .set_file_name(name)
            .save_file(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_that_ends_at_once_without_a_file_was_never_opened() {
        let path = PathBuf::from("clip.mp4");
        let (at_once, later) = (Duration::from_millis(20), Duration::from_secs(2));
        for after in [at_once, later] {
            let chosen = answer(Some(path.clone()), after);
            assert_eq!(chosen, Some(Answer::Chosen(path.clone())));
        }
        assert_eq!(answer(None, at_once), Some(Answer::NoDialog));
        assert_eq!(answer(None, later), None);
    }
}
