//! Loose feature files, as in the published dataset, gathered into one clip.

use std::path::{Path, PathBuf};

use crate::error::{Error, Fault, Result};
use crate::features::scenes::{self, Scenes};
use crate::features::{
    CAPTION_WIDTH, ClipFeatures, Track, VISUAL_WIDTH, check_duration, check_rate,
};
use crate::formats::bounded_file::read_bounded;
use crate::formats::npy;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::torch_file;
use crate::time::Seconds;

/// The largest accepted file of embeddings, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// The files that hold a clip's features, and what they do not say themselves.
#[derive(Clone, Debug, Default)]
pub struct LooseFiles {
    /// Frame embeddings `[rows, 512]`, spread evenly over the clip: `.npy` or `.pth`.
    pub visual: Option<PathBuf>,
    /// Caption embeddings `[rows, 768]`, spread evenly over the clip: `.npy` or `.pth`.
    pub caption: Option<PathBuf>,
    /// The list of shots, as TransNetV2 writes it.
    pub scenes: Option<PathBuf>,
    /// Picture frames per second; required with `scenes`.
    pub frame_rate_hz: Option<f64>,
    /// Length of the clip; if `None`, the end of the last shot.
    pub duration: Option<Seconds>,
}

impl LooseFiles {
    /// Reads the files into a clip.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or has the wrong contents, or if the frame rate or the duration is
    /// required and missing.
    pub fn gather(&self) -> Result<ClipFeatures> {
        if let Some(rate_hz) = self.frame_rate_hz {
            check_rate("frames", rate_hz)?;
        }
        let scenes = self.scenes.as_deref().map(read_scenes).transpose()?;
        let frame_rate_hz = match (self.frame_rate_hz, &scenes) {
            (Some(rate_hz), _) => rate_hz,
            (None, None) => 0.0,
            (None, Some(_)) => {
                return Err(Error::Usage(
                    "A list of shots needs the frame rate. Give it with --fps.".to_owned(),
                ));
            }
        };
        let duration = self
            .duration
            .or(scenes.as_ref().map(|scenes| scenes.duration(frame_rate_hz)))
            .ok_or_else(|| {
                Error::Usage(
                    "The clip has no duration. Give --duration, or --scenes and --fps.".to_owned(),
                )
            })?;
        check_duration(duration)?;
        let spread = |path: &Option<PathBuf>, width| {
            path.as_deref()
                .map(|path| read_rows(path, width, duration))
                .transpose()
        };
        let clip = ClipFeatures {
            duration,
            frame_rate_hz,
            visual: spread(&self.visual, VISUAL_WIDTH)?,
            caption: spread(&self.caption, CAPTION_WIDTH)?,
            shots: scenes.map_or_else(Vec::new, |scenes| scenes.cuts(frame_rate_hz)),
            ..ClipFeatures::default()
        };
        clip.check()?;
        Ok(clip)
    }

    /// Reads the files and replaces those features of `clip`. Duration and frame rate stay the clip's.
    ///
    /// # Errors
    /// Returns an error as [`LooseFiles::gather`] does.
    pub fn add_to(self, clip: ClipFeatures) -> Result<ClipFeatures> {
        let has_scenes = self.scenes.is_some();
        let gathered = Self {
            frame_rate_hz: (clip.frame_rate_hz > 0.0).then_some(clip.frame_rate_hz),
            duration: Some(clip.duration),
            ..self
        }
        .gather()?;
        let clip = ClipFeatures {
            visual: gathered.visual.or(clip.visual),
            caption: gathered.caption.or(clip.caption),
            shots: if has_scenes {
                gathered.shots
            } else {
                clip.shots
            },
            ..clip
        };
        clip.check()?;
        Ok(clip)
    }
}

fn read_scenes(path: &Path) -> Result<Scenes> {
    let bytes = read_bounded(path, scenes::MAX_FILE_BYTES)?;
    Scenes::parse(&bytes).map_err(|fault| fault.in_file(path))
}

/// Reads rows of `width` numbers and spreads them evenly over `duration`.
fn read_rows(path: &Path, width: usize, duration: Seconds) -> Result<Track> {
    let table = read_table(path)?;
    rows(&table, width, duration).map_err(|fault| fault.in_file(path))
}

fn read_table(path: &Path) -> Result<RawTensor> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("npy") => {
            let bytes = read_bounded(path, MAX_FILE_BYTES)?;
            npy::parse(&bytes).map_err(|fault| fault.in_file(path))
        }
        Some("pth" | "pt") => torch_file::read_tensor(path),
        _ => Err(Fault::new("an unknown kind of file", "a .npy or .pth file").in_file(path)),
    }
}

fn rows(table: &RawTensor, width: usize, duration: Seconds) -> Result<Track, Fault> {
    let &[rows, columns] = table.shape() else {
        return Err(Fault::new(
            format!("an array of shape {:?}", table.shape()),
            format!("[rows, {width}]"),
        ));
    };
    if columns != width {
        return Err(Fault::new(
            format!("rows of {columns} numbers"),
            format!("{width}"),
        ));
    }
    Track::new(rows as f64 / duration.0, width, table.to_f32()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{MeasureTrack, PictureMeasure};

    #[test]
    fn a_list_of_shots_replaces_the_cuts_of_a_video_and_keeps_its_measures() {
        let folder = tempfile::tempdir().unwrap();
        let scenes = folder.path().join("clip_scenes.txt");
        std::fs::write(&scenes, "0 49\n50 99\n").unwrap();
        let video = ClipFeatures {
            duration: Seconds(4.0),
            frame_rate_hz: 25.0,
            measures: MeasureTrack::new(1.0, PictureMeasure::MEASURED, vec![0.5; 16]).ok(),
            shots: vec![Seconds(1.0), Seconds(3.0)],
            ..ClipFeatures::default()
        };
        assert_eq!(LooseFiles::default().add_to(video.clone()).unwrap(), video);
        let loose = LooseFiles {
            scenes: Some(scenes),
            ..LooseFiles::default()
        };
        let expected = ClipFeatures {
            shots: vec![Seconds(2.0)],
            ..video.clone()
        };
        assert_eq!(loose.add_to(video).unwrap(), expected);
    }
}
