//! Files as the list of addresses that other programs are given.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Returns the list of `files` as `text/uri-list`: an address and a line break each.
pub(super) fn uri_list(files: &[PathBuf]) -> String {
    files.iter().map(|file| uri(file) + "\r\n").collect()
}

/// Returns the address of a file. Whatever is not a plain letter, digit or sign is written as its bytes in hexadecimal, since
/// some programs read nothing else.
fn uri(file: &Path) -> String {
    let mut uri = "file://".to_owned();
    for &byte in file.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(byte.into());
        } else {
            // A string takes any text.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_accents_and_percent_signs_are_encoded() {
        let files = ["/tmp/2 seed 19, lead.mid", "/a/ü%20#?.mid"].map(PathBuf::from);
        assert_eq!(
            uri_list(&files),
            "file:///tmp/2%20seed%2019%2C%20lead.mid\r\nfile:///a/%C3%BC%2520%23%3F.mid\r\n"
        );
    }
}
