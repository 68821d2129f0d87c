//! Films that tests make with `ffmpeg`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Returns an empty folder for films, or says that `ffmpeg` is not installed and returns `None`.
pub(crate) fn film_folder() -> Option<TempDir> {
    let version = Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status();
    if version.is_ok_and(|status| status.success()) {
        return Some(tempfile::tempdir().unwrap());
    }
    println!("skipped: ffmpeg is not installed");
    None
}

/// Makes the file at `path` with these options of `ffmpeg`.
#[track_caller]
pub(crate) fn make_film(path: &Path, options: impl IntoIterator<Item = impl AsRef<OsStr>>) {
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(options)
        .arg(path)
        .status();
    assert!(made.unwrap().success(), "{}", path.display());
}
