//! The models that look at the frames of each video, if there are any; none in a program that was built without them.

use std::path::Path;

use diff_bgm::Result;
use diff_bgm::features::ClipFeatures;
use serde_json::Value;

#[cfg(feature = "models")]
use {
    crate::features::models::ModelArgs, diff_bgm::Error, diff_bgm::embeddings::FilmEmbedder,
    diff_bgm::features::is_clip_file, serde_json::json, std::fs, std::ops::ControlFlow,
    std::path::PathBuf, std::time::UNIX_EPOCH,
};

/// The loaded models, or none.
#[derive(Default)]
pub(crate) struct Models {
    #[cfg(feature = "models")]
    embedder: Option<FilmEmbedder>,
    /// What they were loaded from.
    #[cfg(feature = "models")]
    files: Vec<Value>,
}

#[cfg(feature = "models")]
impl Models {
    /// The share of the work on a clip that its analysis is beside the models.
    const ANALYSIS: f64 = 0.1;

    /// Loads the models that were asked for.
    ///
    /// # Errors
    /// Returns an error if a folder is not that of a model.
    pub(crate) fn load(arguments: &ModelArgs) -> Result<Self> {
        let folders = arguments.folders();
        Ok(Self {
            embedder: arguments.load()?,
            files: (folders.iter())
                .map(|folder| files(folder))
                .collect::<Result<_>>()?,
        })
    }

    /// Returns everything that decides what they see: their settings, and sizes and times of change of their files.
    pub(crate) fn options(&self) -> Value {
        match &self.embedder {
            Some(embedder) => json!({ "made_with": embedder.made_with(), "files": self.files }),
            None => Value::Null,
        }
    }

    /// Returns the share of the work on a clip that its analysis is.
    pub(crate) fn analysis_share(&self) -> f64 {
        match self.embedder {
            Some(_) => Self::ANALYSIS,
            None => 1.0,
        }
    }

    /// Adds what they see in the video at `path` to its clip. A clip file that they were used for stays as it is.
    ///
    /// # Errors
    /// Returns an error if `path` is another clip file, or the video cannot be read.
    pub(crate) fn add_to(
        &self,
        path: &Path,
        clip: ClipFeatures,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<ClipFeatures> {
        let Some(embedder) = &self.embedder else {
            return Ok(clip);
        };
        if is_clip_file(path) {
            let mut wanted = embedder.made_with().iter();
            if wanted.all(|(key, value)| clip.made_with.get(key) == Some(value)) {
                return Ok(clip);
            }
            return Err(Error::Usage(format!(
                "{} is a clip file that was not made with these models, and holds no pictures for them. Give the folder of the videos, or leave out the models.",
                path.display()
            )));
        }
        embedder.add_to(path, clip, &mut |share| {
            on_progress(share);
            ControlFlow::Continue(())
        })
    }
}

/// Returns the names, sizes and times of change of the files in a folder.
#[cfg(feature = "models")]
fn files(folder: &Path) -> Result<Value> {
    let entries = fs::read_dir(folder).map_err(Error::io(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> =
        (paths.collect::<std::io::Result<_>>()).map_err(Error::io(folder))?;
    paths.sort_unstable();
    let about = |path: &PathBuf| {
        let about = fs::metadata(path).map_err(Error::io(path))?;
        let changed = about.modified().ok();
        let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(json!([
            name,
            about.len(),
            changed.map_or(0, |since| since.as_nanos() as u64)
        ]))
    };
    paths
        .iter()
        .map(about)
        .collect::<Result<Vec<_>>>()
        .map(Value::from)
}

#[cfg(not(feature = "models"))]
impl Models {
    pub(crate) fn options(&self) -> Value {
        Value::Null
    }

    pub(crate) fn analysis_share(&self) -> f64 {
        1.0
    }

    pub(crate) fn add_to(
        &self,
        _: &Path,
        clip: ClipFeatures,
        _: &mut dyn FnMut(f64),
    ) -> Result<ClipFeatures> {
        Ok(clip)
    }
}
