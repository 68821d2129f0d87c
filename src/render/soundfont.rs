//! Finding and loading soundfonts.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use rustysynth::SoundFont;

use crate::error::{Error, Fault, Result};

/// The largest soundfont that is loaded, in bytes.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// The environment variable of the user's home folder.
const HOME_VARIABLE: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// Folders below the user's home that are searched first, in this order.
const FOLDERS_OF_USER: &[&str] = if cfg!(windows) {
    &["soundfonts"]
} else if cfg!(target_os = "macos") {
    &["Library/Audio/Sounds/Banks"]
} else {
    &[".local/share/soundfonts", ".local/share/sounds/sf2"]
};

/// Folders of the system that are searched next.
const FOLDERS_OF_SYSTEM: &[&str] = if cfg!(windows) {
    &[r"C:\ProgramData\soundfonts", r"C:\soundfonts"]
} else if cfg!(target_os = "macos") {
    &[
        "/Library/Audio/Sounds/Banks",
        "/opt/homebrew/share/soundfonts",
        "/opt/homebrew/share/sounds/sf2",
        "/usr/local/share/soundfonts",
        "/usr/local/share/sounds/sf2",
    ]
} else {
    &[
        "/usr/local/share/soundfonts",
        "/usr/share/soundfonts",
        "/usr/share/sounds/sf2",
    ]
};

/// Preferred file names in a folder: the system's default, then one with a good piano.
const PREFERRED_NAMES: [&str; 3] = ["default.sf2", "default-GM.sf2", "FluidR3_GM.sf2"];

/// Returns the path of the system's soundfont, if there is one.
pub(super) fn find() -> Option<PathBuf> {
    let home = std::env::var_os(HOME_VARIABLE).map(PathBuf::from);
    let of_user = FOLDERS_OF_USER
        .iter()
        .filter_map(|folder| Some(home.as_ref()?.join(folder)));
    of_user
        .chain(FOLDERS_OF_SYSTEM.iter().map(PathBuf::from))
        .find_map(|folder| find_in(&folder))
}

/// Returns the preferred soundfont of a folder, or else the first by name.
fn find_in(folder: &Path) -> Option<PathBuf> {
    let preferred = PREFERRED_NAMES.iter().map(|name| folder.join(name));
    preferred
        .into_iter()
        .find(|path| path.is_file())
        .or_else(|| {
            let entries = fs::read_dir(folder).ok()?;
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| is_soundfont(path) && path.is_file())
                .min()
        })
}

fn is_soundfont(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("sf2"))
}

/// Loads the soundfont at `path`.
pub(super) fn load(path: &Path) -> Result<SoundFont> {
    let file = File::open(path).map_err(Error::io(path))?;
    let bytes = file.metadata().map_err(Error::io(path))?.len();
    let expected = "a soundfont of version 2 (.sf2)";
    if bytes > MAX_FILE_BYTES {
        let limit = format!("{expected} of at most {MAX_FILE_BYTES} bytes");
        return Err(Fault::new(format!("{bytes} bytes"), limit).in_file(path));
    }
    SoundFont::new(&mut BufReader::new(file))
        .map_err(|error| Fault::new(error.to_string(), expected).in_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_default_is_preferred_to_other_soundfonts() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        assert_eq!(find_in(folder.path()), None);
        fs::write(place("readme.txt"), "").unwrap();
        fs::write(place("b.SF2"), "").unwrap();
        fs::write(place("a.sf2"), "").unwrap();
        assert_eq!(find_in(folder.path()), Some(place("a.sf2")));
        fs::write(place("default-GM.sf2"), "").unwrap();
        assert_eq!(find_in(folder.path()), Some(place("default-GM.sf2")));
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("piano.sf2");
        for bytes in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVE", &[0xFF; 1000]] {
            fs::write(&path, bytes).unwrap();
            let message = load(&path).map(|_| ()).unwrap_err().to_string();
            assert!(message.contains("piano.sf2"), "{message}");
        }
    }
}
