//! Bounded file reads: a whole file, up to a stated size.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Fault, Result};

/// Returns the bytes of the file at `path`.
///
/// # Errors
/// Returns an error if the file cannot be read or is larger than `max_bytes`.
pub fn read_bounded(path: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(Error::io(path))?;
    let mut bytes = Vec::new();
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Error::io(path))?;
    if bytes.len() as u64 > max_bytes {
        return Err(
            Fault::new(format!("more than {max_bytes} bytes"), "a smaller file").in_file(path),
        );
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit_and_refused_above_it() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        std::fs::write(&path, [7; 10]).unwrap();
        assert_eq!(read_bounded(&path, 10).unwrap(), [7; 10]);
        let message = read_bounded(&path, 9).unwrap_err().to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
    }
}
