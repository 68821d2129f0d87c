//! The system's file dialogs, on a thread of their own so that the window goes on.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

/// What a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The clip to draft for.
    Clip,
    /// The model to draft with.
    Model,
    /// Where to write the draft.
    Export,
}

/// At most one dialog, and what it is for.
#[derive(Default)]
pub(super) struct FileDialog {
    open: Option<(Purpose, Receiver<PathBuf>)>,
}

impl FileDialog {
    /// Asks for a file, unless a dialog is open already. `name` is what a new file would be called.
    pub(super) fn ask(&mut self, purpose: Purpose, name: String) {
        if self.open.is_some() {
            return;
        }
        let (sender, receiver) = channel();
        let spawned = thread::Builder::new()
            .name("diff-bgm dialog".to_owned())
            .spawn(move || {
                if let Some(path) = show(purpose, &name) {
                    // The editor may be gone; then nobody wants the answer.
                    let _ = sender.send(path);
                }
            });
        if spawned.is_ok() {
            self.open = Some((purpose, receiver));
        }
    }

    /// The file that was chosen, once.
    pub(super) fn take_answer(&mut self) -> Option<(Purpose, PathBuf)> {
        let (purpose, receiver) = self.open.as_ref()?;
        match receiver.try_recv() {
            Ok(path) => {
                let purpose = *purpose;
                self.open = None;
                Some((purpose, path))
            }
            Err(TryRecvError::Disconnected) => {
                self.open = None;
                None
            }
            Err(TryRecvError::Empty) => None,
        }
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
