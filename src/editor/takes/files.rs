//! Where drafts are exported to, and under which names.

use std::env;
use std::iter;
use std::path::{Path, PathBuf};

use crate::instance::file_name;

/// Returns a path in `folder` without a file, named after a take.
pub(in crate::editor) fn free_path(folder: &Path, name: &str) -> PathBuf {
    let name = file_name(name);
    let numbered = (2..).map(|number| folder.join(format!("{name} ({number}).mid")));
    iter::once(folder.join(format!("{name}.mid")))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(format!("{name}.mid")))
}

/// Returns the folder that Export MIDI and the sample clip are written to.
pub(in crate::editor) fn default_folder() -> PathBuf {
    let home = env::home_dir().unwrap_or_else(env::temp_dir);
    let music = home.join("Music");
    let base = if music.is_dir() { music } else { home };
    base.join("Diff-BGM")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exported_file_does_not_replace_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = free_path(folder.path(), "draft");
        std::fs::write(&first, b"").unwrap();
        assert_eq!(
            free_path(folder.path(), "draft"),
            folder.path().join("draft (2).mid")
        );
    }
}
