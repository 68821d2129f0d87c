//! The clip that comes with the plugin, to try it with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::formats::atomic_file;

/// Measures and cuts of *Big Buck Bunny*, © 2008 Blender Foundation, CC BY 3.0.
const BYTES: &[u8] = include_bytes!("../../../models/big-buck-bunny-30s.safetensors");
const NAME: &str = "big-buck-bunny-30s.safetensors";

/// Writes the clip file into `folder`, unless it is there, and returns its path.
///
/// # Errors
/// Returns [`Error::Io`] if the folder cannot be made or the file cannot be written.
pub(super) fn write(folder: &Path) -> Result<PathBuf> {
    let path = folder.join(NAME);
    if fs::read(&path).is_ok_and(|bytes| bytes == BYTES) {
        return Ok(path);
    }
    fs::create_dir_all(folder).map_err(Error::io(folder))?;
    atomic_file::write_bytes(&path, BYTES)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::ClipFeatures;

    #[test]
    fn the_sample_is_written_once_and_is_a_clip() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("Music/Diff-BGM");
        let path = write(&folder).unwrap();
        assert_eq!(ClipFeatures::read(&path).unwrap().shots.len(), 3);
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(write(&folder).unwrap(), path);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
        fs::write(&path, b"another file").unwrap();
        assert_eq!(write(&folder).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), BYTES);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = write(&file.path().join("inside")).unwrap_err().to_string();
        assert!(error.contains("inside"), "{error}");
    }
}
