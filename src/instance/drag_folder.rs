//! The files that were dragged out of the window, in the user's cache folder.
//!
//! Each drag has a file of its own, with a name that no other had, since hosts remember files by their names. The file stays after
//! the drop, because a host may refer to it; long afterwards it goes.

use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::cache_folder::cache_folder;
use super::file_name::file_name;
use crate::error::{Error, Result};

/// How long a file stays.
const STAYS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The end of the files' names.
const EXTENSION: &str = "mid";

/// A folder of files that were dragged out.
#[derive(Clone, Debug)]
pub(super) struct DragFolder(PathBuf);

impl DragFolder {
    /// Returns the one in the user's cache folder, and that for temporary files, in which a file goes if the first takes none.
    pub(super) fn of_user() -> Vec<Self> {
        let temporary = env::temp_dir().join("diff-bgm");
        let bases = cache_folder().into_iter().chain([temporary]);
        bases.map(|base| Self(base.join("dragged"))).collect()
    }

    #[cfg(test)]
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Creates an empty file for what is called `name`, with a number that is above those of all other files.
    ///
    /// # Errors
    /// Returns an error if the folder or the file cannot be created.
    pub(super) fn new_file(&self, name: &str) -> Result<PathBuf> {
        fs::create_dir_all(&self.0).map_err(Error::io(&self.0))?;
        let name = file_name(name);
        let mut number = self
            .files()
            .filter_map(|path| number_of(&path))
            .max()
            .unwrap_or(0);
        loop {
            number = number.saturating_add(1);
            let path = self.0.join(format!("{name} ({number}).{EXTENSION}"));
            match File::create_new(&path) {
                Ok(_) => return Ok(path),
                // Another program was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < u64::MAX => {}
                Err(error) => return Err(Error::io(&path)(error)),
            }
        }
    }

    /// Removes the files that were written too long before `now`.
    pub(super) fn tidy(&self, now: SystemTime) {
        let is_old = |path: &PathBuf| {
            let written = path.metadata().and_then(|about| about.modified());
            let age = written
                .ok()
                .and_then(|written| now.duration_since(written).ok());
            age.is_some_and(|age| age > STAYS)
        };
        for file in self.files().filter(is_old) {
            // Another instance may have removed it.
            let _ = fs::remove_file(file);
        }
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let entries = fs::read_dir(&self.0).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.filter(|path| number_of(path).is_some())
    }
}

/// Returns the number in the name of one of these files.
fn number_of(path: &Path) -> Option<u64> {
    let is_ours = path
        .extension()
        .is_some_and(|extension| extension == EXTENSION);
    let name = path.file_stem()?.to_str()?.strip_suffix(')')?;
    let (_, number) = name.rsplit_once(" (")?;
    number.parse().ok().filter(|_| is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_number_above_those_before() {
        let folder = tempfile::tempdir().unwrap();
        let drags = DragFolder(folder.path().join("cache/dragged"));
        let names = ["1 seed 7", "2: a/b", "1 seed 7"].map(|name| {
            let path = drags.new_file(name).unwrap();
            path.file_name().unwrap().to_str().unwrap().to_owned()
        });
        assert_eq!(
            names,
            ["1 seed 7 (1).mid", "2_ a_b (2).mid", "1 seed 7 (3).mid"]
        );
        fs::remove_file(drags.0.join(&names[0])).unwrap();
        let next = drags.new_file("1 seed 7").unwrap();
        assert_eq!(number_of(&next), Some(4));
    }

    #[test]
    fn only_old_files_of_drags_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let drags = DragFolder(folder.path().to_owned());
        let ours = drags.new_file("lead").unwrap();
        let other = folder.path().join("lead.mid");
        fs::write(&other, b"").unwrap();
        let now = SystemTime::now();
        drags.tidy(now + STAYS / 2);
        assert!(ours.exists());
        drags.tidy(now + STAYS + Duration::from_secs(60));
        assert!(!ours.exists() && other.exists());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        let dragged = file.join("dragged");
        let error = DragFolder(dragged.clone()).new_file("lead").unwrap_err();
        let named = dragged.display().to_string();
        assert!(error.to_string().contains(&named), "{error}");
    }
}
