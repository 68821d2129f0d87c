//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::error::{Error, Result};

/// Writes a file through a temporary name beside it, which becomes `path` only when `write` and the flush succeeded.
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
        out.flush().map_err(Error::io(path))
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

/// A name in the same folder and with the same extension, so that renaming stays on one file system and other
/// programs still see the format.
fn temporary_beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{stem}.{}.partial.{extension}", process::id()))
}

#[cfg(test)]
mod tests {
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
}
