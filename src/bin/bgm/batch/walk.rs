//! The files of a kind in a folder and the folders in it.

use std::fs;
use std::path::{Path, PathBuf};

use diff_bgm::{Error, Result};

/// How deep folders are searched.
const MAX_DEPTH: usize = 32;

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Its path in the folder that was searched, with `/` between folders.
    pub(crate) name: String,
    /// Its path.
    pub(crate) path: PathBuf,
}

impl Found {
    /// Returns its path in the folder without its extension.
    pub(crate) fn stem_path(&self) -> &str {
        match self.name.rsplit_once('.') {
            Some((stem, extension)) if !extension.contains('/') => stem,
            _ => &self.name,
        }
    }

    /// Returns its name without folders and extension.
    pub(crate) fn stem(&self) -> &str {
        let stem = self.stem_path();
        stem.rsplit_once('/').map_or(stem, |(_, stem)| stem)
    }
}

/// Returns the files below `folder` that end in one of `extensions`, whatever their case, sorted by name. Hidden files and
/// folders are left out, and links to folders are not followed.
///
/// # Errors
/// Returns an error if a folder cannot be read.
pub(crate) fn files_below(folder: &Path, extensions: &[&str]) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), folder.to_owned(), 0)];
    while let Some((prefix, folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let entry = entry.map_err(Error::io(&folder))?;
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let kind = entry.file_type().map_err(Error::io(&path))?;
            let name = format!("{prefix}{name}");
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((format!("{name}/"), path, depth + 1));
            } else if has_extension(&path, extensions) && path.is_file() {
                found.push(Found { name, path });
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Returns `folder` and the folders below it, without following links.
///
/// # Errors
/// Returns an error if a folder cannot be read.
pub(super) fn folders_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        for entry in fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let entry = entry.map_err(Error::io(&folder))?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
        next += 1;
    }
    Ok(folders)
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    extensions.iter().any(|wanted| extension == *wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_kind_are_found_in_all_folders_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.MP4",
            "a.mp4",
            "notes.txt",
            ".hidden.mp4",
            "sub/deep/c.mov",
            "sub.d/x",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = files_below(folder.path(), &["mp4", "mov"]).unwrap();
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["a.mp4", "b.MP4", "sub/deep/c.mov"]);
        assert_eq!((found[2].stem_path(), found[2].stem()), ("sub/deep/c", "c"));
        let bare = Found {
            name: "sub.d/x".to_owned(),
            path: PathBuf::new(),
        };
        assert_eq!((bare.stem_path(), bare.stem()), ("sub.d/x", "x"));
        assert!(files_below(&folder.path().join("none"), &[]).is_err());
    }
}
