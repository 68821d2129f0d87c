//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
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

/// A name in the same folder and with the same extension, so that renaming stays on one file system and other
/// programs still see the format.
fn temporary_beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{stem}.{}.partial.{extension}", process::id()))
}
