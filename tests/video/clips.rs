//! Makes clips with `ffmpeg` and checks their analysis.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diff_bgm::Result;
use diff_bgm::features::{ClipFeatures, PictureMeasure};
use diff_bgm::video::{Analysis, analyse};
use tempfile::TempDir;

/// Returns a folder for clips, or prints a message and returns `None` if `ffmpeg` is not installed.
pub(crate) fn clip_folder() -> Option<TempDir> {
    let version = Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status();
    if version.is_ok_and(|status| status.success()) {
        Some(tempfile::tempdir().unwrap())
    } else {
        eprintln!("skipped: ffmpeg is not installed");
        None
    }
}

/// Makes a clip with `ffmpeg` options, which are separated by spaces.
pub(crate) fn make_clip(folder: &Path, name: impl AsRef<OsStr>, options: &str) -> PathBuf {
    let path = folder.join(name.as_ref());
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(options.split_whitespace())
        .arg(&path)
        .status();
    assert!(made.unwrap().success(), "{options}");
    path
}

pub(crate) fn analyse_file(path: &Path) -> Result<ClipFeatures> {
    Ok(analyse_with_warnings(path)?.features)
}

pub(crate) fn analyse_with_warnings(path: &Path) -> Result<Analysis> {
    analyse(path, &mut |_| ControlFlow::Continue(()))
}

/// Asserts that the cuts are at `expected` seconds, to within half a frame.
pub(crate) fn assert_cuts(clip: &ClipFeatures, expected: &[f64]) {
    let found: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
    let half_a_frame = 0.5 / clip.frame_rate_hz;
    let matches = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found - expected).abs() < half_a_frame);
    assert!(matches, "found {found:?}, expected {expected:?}");
}

pub(crate) fn mean(clip: &ClipFeatures, measure: PictureMeasure) -> f32 {
    let measures = clip.measures.as_ref().unwrap();
    measures.column(measure).unwrap().sum::<f32>() / measures.rows() as f32
}

pub(crate) fn message(result: Result<ClipFeatures>) -> String {
    result.unwrap_err().to_string()
}
