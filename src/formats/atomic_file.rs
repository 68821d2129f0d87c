//! Atomic file writes: a file appears complete or not at all.

mod running;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Marks the name of an unfinished file, before its extension.
const PARTIAL: &str = "partial";

/// Writes the file at `path` atomically.
///
/// The contents go to a temporary file beside it, which is synced to disk and renamed to `path` only after `write` has
/// succeeded. Not even a power cut leaves half a file.
///
/// # Errors
/// Returns the error of `write`, or [`Error::Io`] naming `path` if the folder is not writable.
pub fn write_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<()> {
    place_file(path, |temporary| {
        let file = File::create(temporary).map_err(Error::io(path))?;
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        let file = out
            .into_inner()
            .map_err(|error| Error::io(path)(error.into_error()))?;
        file.sync_all().map_err(Error::io(path))
    })
}

/// Writes `bytes` as the file at `path`, atomically as [`write_file`] does.
///
/// # Errors
/// Returns [`Error::Io`] naming `path` if it cannot be written.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    write_file(path, |out| out.write_all(bytes).map_err(Error::io(path)))
}

/// Writes the file at `path` atomically through a writer that needs a path, such as another program.
///
/// `write` is passed the temporary path. Unlike [`write_file`], this does not sync the contents to disk.
///
/// # Errors
/// Returns the error of `write`, or [`Error::Io`] naming `path` if the result cannot be renamed to it.
pub(crate) fn place_file(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let temporary = temporary_beside(path);
    let result =
        write(&temporary).and_then(|()| fs::rename(&temporary, path).map_err(Error::io(path)));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Checks that [`write_file`] could write `path`, so that long work can fail before it starts.
///
/// # Errors
/// Returns [`Error::Io`] naming `path` if its folder is not writable or `path` itself is a folder.
pub fn expect_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::io(path)(io::ErrorKind::IsADirectory.into()));
    }
    let temporary = temporary_beside(path);
    File::create(&temporary).map_err(Error::io(path))?;
    fs::remove_file(&temporary).map_err(Error::io(path))
}

/// Removes the temporary files that killed processes left in `folder`. Files of processes that are still running are kept.
///
/// # Errors
/// Returns [`Error::Io`] if the folder cannot be read.
pub fn remove_abandoned(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if process_of(&name).is_some_and(|process| !running::may_be(process)) {
            // Another process may have removed it first.
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// Returns the id of the process that made a temporary file, or `None` if `name` is not a temporary name.
fn process_of(name: &str) -> Option<u32> {
    let mut parts = name.strip_prefix('.')?.rsplit('.');
    let (_, kind, maker) = (parts.next()?, parts.next()?, parts.next()?);
    let (process, _) = maker.split_once('-').filter(|_| kind == PARTIAL)?;
    process.parse().ok()
}

/// Returns a path unique to this call, in the same folder (so that renaming stays on one file system) and with the same
/// extension (so that other programs still recognise the format).
fn temporary_beside(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let (process, call) = (process::id(), CALLS.fetch_add(1, Ordering::Relaxed));
    path.with_file_name(format!(".{stem}.{process}-{call}.{PARTIAL}.{extension}"))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_write_that_fails_half_way_keeps_the_old_file_and_leaves_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("draft.mid");
        fs::write(&path, "old").unwrap();
        let result = write_file(&path, |out| {
            out.write_all(b"new").unwrap();
            Err(Error::Cancelled)
        });
        assert!(matches!(result, Err(Error::Cancelled)));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["draft.mid"]);
    }

    #[test]
    fn a_path_is_writable_only_in_an_existing_folder() {
        let folder = tempfile::tempdir().unwrap();
        expect_writable(&folder.path().join("draft.mid")).unwrap();
        assert!(expect_writable(&folder.path().join("missing/draft.mid")).is_err());
        assert!(expect_writable(folder.path()).is_err());
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn concurrent_writes_do_not_share_a_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("draft.mid");
        place_file(&path, |outer| {
            fs::write(outer, "outer").unwrap();
            place_file(&path, |inner| {
                assert_ne!(inner, outer);
                fs::write(inner, "inner").map_err(Error::io(inner))
            })
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"outer");
        assert_eq!(names(folder.path()), ["draft.mid"]);
    }

    #[test]
    fn a_temporary_file_of_another_process_stays_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        // Waits for a line that never comes.
        let mut other = Command::new(if cfg!(windows) { "cmd" } else { "cat" })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let name = format!(".checkpoint.{}-3.partial.safetensors", other.id());
        fs::write(folder.path().join(&name), "").unwrap();
        remove_abandoned(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [name]);
        other.kill().unwrap();
        other.wait().unwrap();
        drop(other);
        remove_abandoned(folder.path()).unwrap();
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn only_temporary_files_of_dead_processes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mine = temporary_beside(&folder.path().join("checkpoint.safetensors"));
        let mut kept = vec![
            mine.file_name().unwrap().to_str().unwrap().to_owned(),
            "checkpoint.safetensors".to_owned(),
            ".notes.partial.txt".to_owned(),
        ];
        // No system has process ids this high.
        let left = format!(".checkpoint.{}-3.partial.safetensors", u32::MAX);
        for name in kept.iter().chain([&left]) {
            fs::write(folder.path().join(name), "").unwrap();
        }
        remove_abandoned(folder.path()).unwrap();
        let mut found = names(folder.path());
        found.sort();
        kept.sort();
        assert_eq!(found, kept);
    }
}
