//! The system's file dialogs, on a thread of their own so that the window keeps responding.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nice_plug_egui::Frame;
use nice_plug_egui::baseview::PlatformHandle;

use crate::instance::{Desk, State};

/// The shortest time in which a user can cancel a dialog. One that cannot be opened answers the same, but sooner.
const SOONEST_CANCEL: Duration = Duration::from_millis(300);
/// The title of every dialog, so that it is known among the host's windows.
const TITLE: &str = "Diff-BGM";
/// Extensions of clip files and of videos, those of cameras among them.
const CLIPS: [&str; 16] = [
    "safetensors",
    "mp4",
    "mov",
    "mkv",
    "m4v",
    "webm",
    "avi",
    "mxf",
    "mpg",
    "mpeg",
    "mts",
    "m2ts",
    "wmv",
    "ogv",
    "3gp",
    "flv",
];

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The clip to draft for.
    Clip,
    /// The model to draft with.
    Model,
    /// Where to write the draft.
    Export,
    /// The theme to take up.
    Theme,
    /// Where to write a theme.
    ThemeToWrite,
}

impl Purpose {
    /// Returns what to do if the system has no dialog; `None` if nothing need be done.
    pub(super) fn without_dialog(self) -> Option<&'static str> {
        Some(match self {
            Self::Clip => {
                "No file dialog could be opened. Type the clip's path at the top and press Enter."
            }
            Self::Model => {
                "No file dialog could be opened. Type the model's path in the list of models and press Enter."
            }
            Self::Export => "No file dialog could be opened. Export MIDI writes without one.",
            Self::Theme => {
                "No file dialog could be opened. Type the theme's path in the list of themes and press Enter."
            }
            // It is written into the folder of exports.
            Self::ThemeToWrite => return None,
        })
    }
}

/// The open dialog, if any.
#[derive(Default)]
pub(super) struct FileDialog {
    open: Option<(Purpose, Receiver<Answer>)>,
    /// The window that dialogs belong to on Windows, where they could otherwise lie behind it.
    owner: Option<PlatformHandle>,
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
    /// Notes the window that asks.
    pub(super) fn note_window(&mut self, window: &Frame) {
        self.owner = cfg!(windows).then(|| window.baseview_window().platform_handle());
    }

    /// Asks for a file, unless a dialog is open already. `name` is the suggested name of a new file, and the dialog starts in
    /// the folder of the clip of `state`, of its model, or of the last theme. Returns false if another one is open.
    pub(super) fn ask(&mut self, purpose: Purpose, name: String, state: &State) -> bool {
        if self.open.is_some() {
            return false;
        }
        let folders = folders(purpose, state, Desk::recent_themes());
        let owner = self.owner.clone();
        let (sender, receiver) = channel();
        let spawned = thread::Builder::new()
            .name("diff-bgm dialog".to_owned())
            .spawn(move || {
                let asked = Instant::now();
                let chosen = show(purpose, &name, &folders, owner);
                if let Some(answer) = answer(chosen, asked.elapsed()) {
                    // Fails only if the editor is gone.
                    let _ = sender.send(answer);
                }
            });
        let is_open = spawned.is_ok();
        if is_open {
            self.open = Some((purpose, receiver));
        }
        is_open
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

/// Returns the folders to start in, the best first. They may be gone.
fn folders(purpose: Purpose, state: &State, themes: Vec<PathBuf>) -> Vec<PathBuf> {
    let clip = state.clip.as_ref().map(|clip| &clip.path);
    let model = state.model.as_ref().filter(|_| purpose == Purpose::Model);
    let is_theme = matches!(purpose, Purpose::Theme | Purpose::ThemeToWrite);
    let theme = themes.first().filter(|_| is_theme);
    let files = model.into_iter().chain(theme).chain(clip);
    let folders = files.filter_map(|file| file.parent().map(Path::to_owned));
    folders.collect()
}

fn show(
    purpose: Purpose,
    name: &str,
    folders: &[PathBuf],
    owner: Option<PlatformHandle>,
) -> Option<PathBuf> {
    let mut dialog = rfd::FileDialog::new().set_title(TITLE);
    if let Some(owner) = owner {
        dialog = dialog.set_parent(&owner);
    }
    if let Some(folder) = folders.iter().find(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    match purpose {
        Purpose::Clip => dialog
            .add_filter("Clips and videos", &CLIPS.map(in_any_case))
            .add_filter("All files", &["*"])
            .pick_file(),
        Purpose::Model => dialog
            .add_filter("Models", &[in_any_case("safetensors")])
            .pick_file(),
        Purpose::Theme => dialog
            .add_filter("MIDI files", &["mid", "midi"].map(in_any_case))
            .add_filter("All files", &["*"])
            .pick_file(),
        Purpose::ThemeToWrite => dialog
            .add_filter("MIDI files", &["mid"])
            .set_file_name(name)
            .save_file(),
        Purpose::Export => dialog
            .add_filter("MIDI files", &["mid"])
            .add_filter("DAWproject", &["dawproject"])
            .add_filter("REAPER projects", &["rpp"])
            .set_file_name(name)
            .save_file(),
    }
}

/// Returns an extension as dialogs match it whatever its case: on Linux, where they do not by themselves, as a pattern such
/// as `[mM][pP]4`.
fn in_any_case(extension: &str) -> String {
    if cfg!(not(target_os = "linux")) {
        return extension.to_owned();
    }
    let both = |letter: char| match letter {
        'a'..='z' => format!("[{letter}{}]", letter.to_ascii_uppercase()),
        other => other.to_string(),
    };
    extension.chars().map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::ClipFeatures;
    use crate::instance::SavedClip;
    use crate::time::Tempo;

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

    /// Whether a pattern of letters and of sets of letters in brackets matches an extension.
    #[cfg(target_os = "linux")]
    fn matches(pattern: &str, extension: &str) -> bool {
        let mut rest = pattern;
        let mut letters = extension.chars();
        while !rest.is_empty() {
            let (set, after) = match rest.strip_prefix('[') {
                Some(inner) => inner.split_once(']').unwrap(),
                None => rest.split_at(1),
            };
            if !letters.next().is_some_and(|letter| set.contains(letter)) {
                return false;
            }
            rest = after;
        }
        letters.next().is_none()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_of_cameras_are_offered_whatever_their_case() {
        let is_offered = |extension: &str| {
            CLIPS
                .iter()
                .any(|clip| matches(&in_any_case(clip), extension))
        };
        for extension in [
            "mp4",
            "MP4",
            "MXF",
            "mxf",
            "mpg",
            "MPG",
            "Mov",
            "MTS",
            "m2ts",
            "3GP",
            "safetensors",
        ] {
            assert!(is_offered(extension), "{extension}");
        }
        for other in ["mid", "MP", "mp44", "txt", ""] {
            assert!(!is_offered(other), "{other}");
        }
    }

    #[test]
    fn a_dialog_starts_beside_the_clip_and_one_for_models_beside_the_model() {
        let clip = SavedClip::new(
            "films/a/Clip.mp4".into(),
            &ClipFeatures::default(),
            Tempo::DEFAULT,
        );
        let state = State {
            clip: Some(clip),
            model: Some("models/big.safetensors".into()),
            ..State::default()
        };
        for purpose in [Purpose::Clip, Purpose::Export] {
            assert_eq!(
                folders(purpose, &state, vec!["cues/theme.mid".into()]),
                [Path::new("films/a")],
                "{purpose:?}"
            );
        }
        let expected = [Path::new("models"), Path::new("films/a")];
        assert_eq!(folders(Purpose::Model, &state, Vec::new()), expected);
        let expected = [Path::new("cues"), Path::new("films/a")];
        let recent = vec!["cues/theme.mid".into(), "other/theme.mid".into()];
        assert_eq!(folders(Purpose::Theme, &state, recent), expected);
        assert!(folders(Purpose::Clip, &State::default(), Vec::new()).is_empty());
    }
}
