//! Output: files, and lines on the standard streams.

use std::fmt::Display;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use diff_bgm::formats::atomic_file::write_file;
use diff_bgm::{Error, Result};
use serde::Serialize;

/// Prints a line on standard output. What nobody reads because the pipe is closed, as by `head`, is dropped.
///
/// # Errors
/// Returns an [`Io`](Error::Io) error if standard output cannot be written for another reason, such as a full disk.
pub(crate) fn say(line: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::io("standard output")(error))
        }
        _ => Ok(()),
    }
}

/// Prints a line on standard error, if anybody reads it.
pub(crate) fn warn(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Checks that `path` ends in one of the `allowed` extensions; to be called before any work is done.
///
/// # Errors
/// Returns [`Error::Usage`] if it does not.
pub(crate) fn expect_extension(path: &Path, allowed: &[&str]) -> Result<()> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if allowed.iter().any(|allowed| extension == *allowed) {
        Ok(())
    } else {
        Err(Error::Usage(format!(
            "Cannot write {}: the name must end in .{}.",
            path.display(),
            allowed.join(" or .")
        )))
    }
}

/// Checks that `output` is not the file that the draft is read from, of which it would leave less; to be called before any work is
/// done.
///
/// # Errors
/// Returns [`Error::Usage`] if it is.
pub(crate) fn expect_other_than(draft: &Path, output: &Path) -> Result<()> {
    let same = fs::canonicalize(draft)
        .is_ok_and(|draft| fs::canonicalize(output).is_ok_and(|output| draft == output));
    if !same {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{} is the draft itself, which would be lost. Write to another file.",
        output.display()
    )))
}

/// Returns a value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Error::value(error.to_string(), "values that JSON can hold"))
}

/// Writes a value as indented JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = json(value)?;
    write_file(path, |out| writeln!(out, "{text}").map_err(Error::io(path)))
}
