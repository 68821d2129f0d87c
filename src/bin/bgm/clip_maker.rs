//! How the videos of a folder become clips.

mod models;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use diff_bgm::features::ClipFeatures;
use diff_bgm::features::loose_files::LooseFiles;
use diff_bgm::video::{self, ShotFinder};
use diff_bgm::{Error, Result};
use serde_json::{Value, json};

use crate::batch::Found;

pub(crate) use models::Models;

/// The extensions of the files that are taken for videos.
pub(crate) const VIDEOS: [&str; 17] = [
    "3gp", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogv",
    "ts", "vob", "webm", "wmv",
];

/// Makes clips of videos or clip files, with features from folders of loose files.
pub(crate) struct ClipMaker {
    /// How shots are found in videos.
    pub(crate) shots: ShotFinder,
    /// The folder of frame embeddings.
    pub(crate) visual: Option<PathBuf>,
    /// The folder of caption embeddings.
    pub(crate) caption: Option<PathBuf>,
    /// The folder of lists of shots.
    pub(crate) scenes: Option<PathBuf>,
    /// The models that look at the frames.
    pub(crate) models: Models,
}

impl ClipMaker {
    /// Checks that the folders of loose files are folders.
    ///
    /// # Errors
    /// Returns [`Error::Usage`] about the first that is not.
    pub(crate) fn check(&self) -> Result<()> {
        for (option, folder) in [
            ("--visual", &self.visual),
            ("--caption", &self.caption),
            ("--scenes", &self.scenes),
        ] {
            if let Some(path) = folder.as_ref().filter(|path| !path.is_dir()) {
                return Err(Error::Usage(format!(
                    "{} is not a folder. For many videos, give {option} a folder with a file for each, named like the video.",
                    path.display()
                )));
            }
        }
        Ok(())
    }

    /// Returns everything that decides what becomes of a video.
    pub(crate) fn options(&self) -> Value {
        json!({
            "program": env!("CARGO_PKG_VERSION"),
            "shots": self.shots.name(),
            "visual": self.visual.is_some(),
            "caption": self.caption.is_some(),
            "scenes": self.scenes.is_some(),
            "models": self.models.options(),
        })
    }

    /// Returns the files that a clip is made from: the video, or clip file, and its loose files.
    pub(crate) fn sources(&self, found: &Found) -> Vec<PathBuf> {
        let loose = self.loose(found);
        let files = [loose.visual, loose.caption, loose.scenes];
        let own = [found.path.clone()];
        own.into_iter().chain(files.into_iter().flatten()).collect()
    }

    /// Makes the clip, and returns warnings about it.
    ///
    /// # Errors
    /// Returns an error if a file is missing or malformed.
    pub(crate) fn make(
        &self,
        found: &Found,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<(ClipFeatures, Vec<String>)> {
        let loose = self.loose(found);
        for (what, folder, file) in [
            ("frame embeddings", &self.visual, &loose.visual),
            ("caption embeddings", &self.caption, &loose.caption),
            ("list of shots", &self.scenes, &loose.scenes),
        ] {
            if let (Some(folder), None) = (folder, file) {
                return Err(Error::Usage(format!(
                    "{} has no {what} for {}. Add the file, named like the video.",
                    folder.display(),
                    found.name
                )));
            }
        }
        let analysis_share = self.models.analysis_share();
        let mut on_frame = |share: f64| {
            on_progress(analysis_share * share);
            ControlFlow::Continue(())
        };
        let accepts = |_| Ok(());
        let analysis = video::read_clip_if(&found.path, self.shots, &accepts, &mut on_frame)?;
        let clip = loose.add_to(analysis.features)?;
        let clip = self.models.add_to(&found.path, clip, &mut |share| {
            on_progress(analysis_share + (1.0 - analysis_share) * share);
        })?;
        Ok((clip, analysis.warnings))
    }

    /// Returns the loose files of a video that are there.
    fn loose(&self, found: &Found) -> LooseFiles {
        let file = |folder: &Option<PathBuf>, ends: &[&str]| {
            let folder = folder.as_deref()?;
            let path = |end: &&str| folder.join(format!("{}{end}", found.stem_path()));
            ends.iter().map(path).find(|path: &PathBuf| path.is_file())
        };
        LooseFiles {
            visual: file(&self.visual, &[".npy", ".pth", ".pt"]),
            caption: file(&self.caption, &[".npy", ".pth", ".pt"]),
            scenes: file(&self.scenes, &["_scenes.txt", ".txt"]),
            ..LooseFiles::default()
        }
    }
}

/// Checks that `path` is a folder, or could be made one.
///
/// # Errors
/// Returns an error if it is a file, or the folder that it would lie in is missing.
pub(crate) fn expect_output_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if path.exists() {
        return Err(Error::Usage(format!(
            "{} is a file. Give -o a folder.",
            path.display()
        )));
    }
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    if let Some(parent) = parent {
        fs::metadata(parent).map_err(Error::io(path))?;
    }
    Ok(())
}
