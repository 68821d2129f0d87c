//! The video that an exported project shows.

use std::path::{Component, Path, PathBuf, absolute};

use crate::error::{Error, Result};
use crate::time::Seconds;
use crate::video::probe::probe;

/// A video file and how long it lasts.
#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    /// The file.
    pub path: PathBuf,
    /// From where the earliest of its streams begins, where DAWs begin to play it, to the end of its picture.
    pub length: Seconds,
}

/// The place of a video in a piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PlacedVideo {
    /// Where it begins, 0 or later.
    pub(super) at: Seconds,
    /// How much is cut off its beginning.
    pub(super) skipped: Seconds,
    /// How long it is seen.
    pub(super) length: Seconds,
}

impl Video {
    /// Asks FFmpeg how long the video at `path` lasts. Also returns what the user should know about it, in sentences.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or has no picture, or if FFmpeg is not installed.
    pub fn open(path: &Path) -> Result<(Self, Vec<String>)> {
        let probe = probe(path)?;
        let video = Self {
            path: path.to_owned(),
            length: probe.end,
        };
        let missing = probe.missing(probe.last, None);
        Ok((video, probe.warnings.into_iter().chain(missing).collect()))
    }

    /// Returns the place of the video in a piece whose picture starts at `start`. What lies before the piece is cut off.
    ///
    /// # Errors
    /// Returns an error if the whole video does.
    pub(super) fn placed(&self, start: Seconds) -> Result<PlacedVideo> {
        let skipped = Seconds((-start.0).max(0.0));
        if skipped >= self.length {
            return Err(Error::Usage(format!(
                "The video lasts {:.1} s and starts {:.1} s before the music, so nothing of it would be seen. Choose another start.",
                self.length.0, skipped.0
            )));
        }
        Ok(PlacedVideo {
            at: Seconds(start.0.max(0.0)),
            skipped,
            length: self.length - skipped,
        })
    }

    /// Returns how a project at `project` refers to the file: relative to the project's folder, with `/` between names, if
    /// it lies in there, so that both can be moved together; else by its whole path.
    ///
    /// # Errors
    /// Returns an error if the path is not Unicode, or the current folder is not known.
    pub(super) fn reference_from(&self, project: &Path) -> Result<String> {
        let whole = |path: &Path| absolute(path).map_err(Error::io(path));
        let (video, project) = (whole(&self.path)?, whole(project)?);
        let inside = project
            .parent()
            .and_then(|folder| video.strip_prefix(folder).ok());
        let Some(inside) = inside else {
            return Ok(unicode(&video)?.to_owned());
        };
        let names = inside.components().filter_map(|component| match component {
            Component::Normal(name) => Some(Path::new(name)),
            _ => None,
        });
        let names: Vec<&str> = names.map(unicode).collect::<Result<_>>()?;
        Ok(names.join("/"))
    }
}

fn unicode(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        Error::Usage(format!(
            "A project cannot refer to {}, whose name is not Unicode. Rename the video.",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(video: &str, project: &str) -> String {
        let video = Video {
            path: video.into(),
            length: Seconds(1.0),
        };
        video.reference_from(Path::new(project)).unwrap()
    }

    #[test]
    fn what_lies_before_the_piece_is_cut_off() {
        let video = Video {
            path: "film.mp4".into(),
            length: Seconds(10.0),
        };
        let placed = |start| {
            let placed = video.placed(Seconds(start)).unwrap();
            (placed.at.0, placed.skipped.0, placed.length.0)
        };
        assert_eq!(placed(2.0), (2.0, 0.0, 10.0));
        assert_eq!(placed(-4.0), (0.0, 4.0, 6.0));
        let error = video.placed(Seconds(-10.0)).unwrap_err().to_string();
        assert!(error.contains("10.0 s before the music"), "{error}");
    }

    #[test]
    fn a_video_beside_or_below_the_project_is_named_relative_to_it() {
        assert_eq!(reference("film.mp4", "cue.rpp"), "film.mp4");
        assert_eq!(reference("cuts/v2/film.mp4", "cue.rpp"), "cuts/v2/film.mp4");
    }

    #[test]
    fn a_video_elsewhere_is_named_by_its_whole_path() {
        let named = reference("films/film.mp4", "music/cue.rpp");
        assert_eq!(PathBuf::from(named), absolute("films/film.mp4").unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_unicode_is_refused() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let video = Video {
            path: OsStr::from_bytes(b"film-\xff.mp4").into(),
            length: Seconds(1.0),
        };
        let error = video.reference_from(Path::new("cue.rpp")).unwrap_err();
        assert!(error.to_string().contains("Rename the video"), "{error}");
    }
}
