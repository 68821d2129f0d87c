//! Writing and opening themes.

use std::fs;
use std::path::PathBuf;

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::generator::Theme;
use crate::instance::notice::Notice;
use crate::instance::session::Session;

/// The most files that are remembered.
const MOST_RECENT: usize = 5;
/// The endings of MIDI files.
const ENDINGS: [&str; 2] = ["mid", "midi"];

/// The files of themes that the instances of this process wrote or opened, the newest first.
static RECENT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Returns those files; none if another thread holds the lock.
pub(super) fn recent() -> Vec<PathBuf> {
    RECENT
        .try_lock()
        .map_or_else(Vec::new, |recent| recent.clone())
}

fn remember(path: PathBuf) {
    let mut recent = RECENT.lock();
    recent.retain(|known| *known != path);
    recent.insert(0, path);
    recent.truncate(MOST_RECENT);
}

/// Writes `theme` to `path`, to which `.mid` is added unless it ends like a MIDI file, and remembers it.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub(super) fn write(theme: &Theme, mut path: PathBuf) -> Result<Notice> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if !ENDINGS.iter().any(|known| ending == *known) {
        path.as_mut_os_string().push(".mid");
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    theme.write(&path)?;
    remember(path.clone());
    Ok(Notice::Wrote(path))
}

/// Opens the theme at `path` for the state of `epoch`, and remembers it.
///
/// # Errors
/// Returns an error if it cannot be read.
pub(super) fn open(session: &Session, epoch: u64, path: PathBuf) -> Result<Notice> {
    let theme = Theme::open(&path)?;
    let said = format!("{}: {theme}. Generate takes it up.", theme.name());
    if !session.set_theme(epoch, theme) {
        return Err(Error::Cancelled);
    }
    remember(path);
    Ok(Notice::Done(said))
}
