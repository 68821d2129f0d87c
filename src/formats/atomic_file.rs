//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// What the names of files that are not whole yet hold before their extension.
const PARTIAL: &str = "partial";

/// Writes a file through a temporary name beside it, which becomes `path` only when `write` succeeded and the disk has it
/// all, so that not even a power cut leaves half a file.
///
/// # Errors
/// Whatever `write` returns, or [`Error::Io`] naming `path` when the folder cannot be written.
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

/// Like [`write_file`], for a writer that wants a path (another program, say): `write` gets the temporary path.
///
/// # Errors
/// Whatever `write` returns, or [`Error::Io`] naming `path` when the result cannot be put in place.
pub fn place_file(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let temporary = temporary_beside(path);
    let result =
        write(&temporary).and_then(|()| fs::rename(&temporary, path).map_err(Error::io(path)));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Makes sure that [`write_file`] could write `path`, for a word before long work instead of after it.
///
/// # Errors
/// [`Error::Io`] naming `path` when its folder cannot be written, or `path` is a folder itself.
pub fn expect_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::io(path)(io::ErrorKind::IsADirectory.into()));
    }
    let temporary = temporary_beside(path);
    File::create(&temporary).map_err(Error::io(path))?;
    fs::remove_file(&temporary).map_err(Error::io(path))
}

/// Removes from `folder` what [`write_file`] and [`place_file`] left there when their process was killed. Files of
/// processes that are there stay, where the system tells which are.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn remove_abandoned(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if owner(&name).is_some_and(|process| !may_run(process)) {
            // Another process may have been quicker.
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// The process that made a temporary name.
fn owner(name: &str) -> Option<u32> {
    let mut parts = name.strip_prefix('.')?.rsplit('.');
    let (_, kind, maker) = (parts.next()?, parts.next()?, parts.next()?);
    let (process, _) = maker.split_once('-').filter(|_| kind == PARTIAL)?;
    process.parse().ok()
}

fn may_run(owner: u32) -> bool {
    let processes = Path::new("/proc");
    let can_tell = processes.join("self").exists();
    owner == process::id() || (can_tell && processes.join(owner.to_string()).exists())
}

/// A name that no other call has, in the same folder and with the same extension, so that renaming stays on one file
/// system and other programs still see the format.
fn temporary_beside(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let (process, call) = (process::id(), CALLS.fetch_add(1, Ordering::Relaxed));
    path.with_file_name(format!(".{stem}.{process}-{call}.{PARTIAL}.{extension}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_the_old_one_and_nothing_else() {
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
    fn only_a_file_in_an_existing_folder_is_writable() {
        let folder = tempfile::tempdir().unwrap();
        expect_writable(&folder.path().join("draft.mid")).unwrap();
        assert!(expect_writable(&folder.path().join("missing/draft.mid")).is_err());
        assert!(expect_writable(folder.path()).is_err());
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn calls_at_once_do_not_share_a_temporary_file() {
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
    fn what_a_process_left_that_is_gone_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mine = temporary_beside(&folder.path().join("checkpoint.safetensors"));
        let mut kept = vec![
            mine.file_name().unwrap().to_str().unwrap().to_owned(),
            "checkpoint.safetensors".to_owned(),
            ".notes.partial.txt".to_owned(),
        ];
        // No system counts its processes that far.
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
