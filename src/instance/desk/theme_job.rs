//! Writing and opening themes.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::Desk;
use crate::error::{Error, Result};
use crate::generator::Theme;
use crate::instance::notice::Notice;
use crate::instance::session::Session;
use crate::worker::{JobKind, Reporter};

/// The most files that are remembered.
const MOST_RECENT: usize = 5;
/// The endings of MIDI files.
const ENDINGS: [&str; 2] = ["mid", "midi"];

/// The files of themes that the instances of this process wrote or opened, the newest first.
static RECENT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl Desk {
    /// Opens the theme in the MIDI file at `path` for the drafts to come.
    pub fn open_theme(&self, path: PathBuf) {
        let session = Arc::clone(&self.session);
        let epoch = session.epoch();
        let job = move |_: &Reporter| open(&session, epoch, path);
        self.submit(&self.writer, JobKind::Theme, job);
    }

    /// Writes a theme, as a MIDI file whatever the name ends in.
    pub fn write_theme(&self, theme: Theme, path: PathBuf) {
        let job = move |_: &Reporter| write(&theme, path);
        self.submit(&self.writer, JobKind::Theme, job);
    }

    /// Returns the files of the themes that this process last wrote or opened, the newest first. Waits for no lock.
    pub fn recent_themes() -> Vec<PathBuf> {
        RECENT
            .try_lock()
            .map_or_else(Vec::new, |recent| recent.clone())
    }
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
fn write(theme: &Theme, mut path: PathBuf) -> Result<Notice> {
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
fn open(session: &Session, epoch: u64, path: PathBuf) -> Result<Notice> {
    let theme = Theme::open(&path)?;
    let said = format!("{}: {theme}. Generate takes it up.", theme.name());
    if !session.set_theme(epoch, theme) {
        return Err(Error::Cancelled);
    }
    remember(path);
    Ok(Notice::Done(said))
}
