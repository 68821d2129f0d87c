//! Paths as the project remembers them: as text. What of a path is no Unicode is lost, and the project is saved all
//! the same.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

/// Writes a path.
pub(super) fn write<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Writes a path or nothing.
pub(super) fn write_any<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    path.as_deref()
        .map(Path::to_string_lossy)
        .serialize(serializer)
}
