//! The clip that a command is given: a clip file, or a video to analyse.

use std::ops::ControlFlow;
use std::path::Path;

use diff_bgm::Result;
use diff_bgm::features::ClipFeatures;
use diff_bgm::video;

use crate::progress::Progress;

/// Reads `path` as a clip file if it ends in `.safetensors`; otherwise analyses it as a video.
pub(crate) fn read(path: &Path) -> Result<ClipFeatures> {
    let mut progress = Progress::new();
    let clip = video::read_clip(path, &mut |fraction| {
        progress.set(fraction, "analysing the clip");
        ControlFlow::Continue(())
    });
    progress.finish();
    clip
}
