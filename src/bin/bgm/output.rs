//! Files to be written.

use std::io::Write;
use std::path::Path;

use diff_bgm::formats::atomic_file::write_file;
use diff_bgm::{Error, Fault, Result};
use serde::Serialize;

/// Refuses a name that does not end in one of the `allowed` extensions, before any work is done for it.
pub(crate) fn expect_extension(path: &Path, allowed: &[&str]) -> Result<()> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if allowed.iter().any(|allowed| extension == *allowed) {
        Ok(())
    } else {
        let expected = format!("a name that ends in .{}", allowed.join(" or ."));
        Err(Fault::new("not the name of such a file", expected).in_file(path))
    }
}

/// Writes a value as JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::value(error.to_string(), "values that JSON can hold"))?;
    write_file(path, |out| writeln!(out, "{text}").map_err(Error::io(path)))
}
