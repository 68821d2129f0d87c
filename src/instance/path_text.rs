//! Paths as text in saved states. Parts that are not Unicode are lost, so that such a path does not keep the project from
//! being saved.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

/// Serializes a path.
pub(super) fn write<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Serializes a path or `None`.
pub(super) fn write_any<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    path.as_deref()
        .map(Path::to_string_lossy)
        .serialize(serializer)
}
