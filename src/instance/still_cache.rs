//! Keeps the stills of videos in the user's cache folder, so that a project that is opened again shows them.
//!
//! A file is named after a hash of the video's path, size and time of change, and holds these too. Whatever goes wrong, the
//! window only shows less.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::cache_folder::cache_folder;
use crate::features::{Stills, is_clip_file};

/// The most videos whose stills are kept.
const MOST_FILES: usize = 100;
/// The end of the files' names.
const EXTENSION: &str = "stills";
/// The endings of videos that a clip file may have been made of.
const VIDEOS: [&str; 8] = ["mp4", "mov", "mkv", "webm", "avi", "m4v", "mxf", "mpg"];

/// A folder of stills.
#[derive(Clone, Debug)]
pub(super) struct StillCache {
    folder: Option<PathBuf>,
}

impl StillCache {
    /// Uses the user's cache folder.
    pub(super) fn of_user() -> Self {
        Self {
            folder: cache_folder().map(|folder| folder.join("stills")),
        }
    }

    #[cfg(test)]
    fn in_folder(folder: &Path) -> Self {
        Self {
            folder: Some(folder.to_owned()),
        }
    }

    /// Keeps the stills of the video at `path`, and lets go of those that were kept longest ago.
    pub(super) fn keep(&self, path: &Path, stills: &Stills) {
        let (Some(folder), Some(video)) = (&self.folder, Video::of(path)) else {
            return;
        };
        if stills.all().is_empty() || fs::create_dir_all(folder).is_err() {
            return;
        }
        if stills.write(&video.file_in(folder), &video.0).is_ok() {
            leave_newest(folder);
        }
    }

    /// Returns the stills of the clip at `path`: of the video, or for a clip file those of a video of its name beside it.
    /// `None` if they are not kept, or the video is not there or has changed since.
    pub(super) fn find(&self, path: &Path) -> Option<Stills> {
        let folder = self.folder.as_ref()?;
        let read = |path: &Path| {
            let video = Video::of(path)?;
            Stills::read(&video.file_in(folder), &video.0).ok()
        };
        if is_clip_file(path) {
            let endings = VIDEOS.iter();
            let names = endings.flat_map(|ending| [(*ending).to_owned(), ending.to_uppercase()]);
            return names
                .map(|ending| path.with_extension(ending))
                .find_map(|video| read(&video));
        }
        read(path)
    }
}

/// What tells a video from others and from other versions of it.
struct Video(String);

impl Video {
    fn of(path: &Path) -> Option<Self> {
        let path = fs::canonicalize(path).ok()?;
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self(format!(
            "{} {} {}",
            metadata.len(),
            modified.as_nanos(),
            path.to_string_lossy()
        )))
    }

    fn file_in(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{:016x}.{EXTENSION}", fnv_1a(self.0.as_bytes())))
    }
}

/// The hash FNV-1a of 64 bits, which is the same on every machine. <http://www.isthe.com/chongo/tech/comp/fnv/>
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Deletes all but the newest files of stills.
fn leave_newest(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| Path::new(&entry.file_name()).extension() == Some(EXTENSION.as_ref()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort_by_key(|(changed, _)| Reverse(*changed));
    for (_, old) in files.iter().skip(MOST_FILES) {
        // Another instance may have deleted it.
        let _ = fs::remove_file(old);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{STILL_HEIGHT, STILL_WIDTH, Still};
    use crate::time::Seconds;

    fn stills() -> Stills {
        let still = Still {
            at: Seconds(1.0),
            rgb: vec![[9; 3]; STILL_WIDTH * STILL_HEIGHT],
        };
        Stills::new(None, vec![still]).unwrap()
    }

    #[test]
    fn stills_are_found_until_the_video_changes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = StillCache::in_folder(&folder.path().join("cache"));
        let video = folder.path().join("clip.mp4");
        fs::write(&video, b"one").unwrap();
        assert_eq!(cache.find(&video), None);
        cache.keep(&video, &stills());
        assert_eq!(cache.find(&video), Some(stills()));
        fs::write(&video, b"three").unwrap();
        assert_eq!(cache.find(&video), None);
    }

    #[test]
    fn a_clip_file_shows_the_stills_of_the_video_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = StillCache::in_folder(&folder.path().join("cache"));
        let video = folder.path().join("clip.MOV");
        fs::write(&video, b"one").unwrap();
        cache.keep(&video, &stills());
        let clip = folder.path().join("clip.safetensors");
        assert_eq!(cache.find(&clip), Some(stills()));
        assert_eq!(cache.find(&folder.path().join("other.safetensors")), None);
    }

    #[test]
    fn the_stills_that_were_kept_longest_ago_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = StillCache::in_folder(&folder.path().join("cache"));
        let videos: Vec<PathBuf> = (0..MOST_FILES + 3)
            .map(|number| folder.path().join(format!("{number}.mp4")))
            .collect();
        for (seconds, video) in (1..).zip(&videos) {
            fs::write(video, b"picture").unwrap();
            cache.keep(video, &stills());
            let kept = Video::of(video)
                .unwrap()
                .file_in(cache.folder.as_ref().unwrap());
            if kept.exists() {
                let file = fs::File::options().append(true).open(kept).unwrap();
                let at = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
                file.set_modified(at).unwrap();
            }
        }
        let found = |video: &PathBuf| cache.find(video).is_some();
        assert!(!found(&videos[0]) && found(&videos[MOST_FILES + 2]));
        assert_eq!(
            fs::read_dir(cache.folder.unwrap()).unwrap().count(),
            MOST_FILES
        );
    }
}
