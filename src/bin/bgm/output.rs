//! Names of files to be written.

use std::path::Path;

use diff_bgm::{Fault, Result};

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
