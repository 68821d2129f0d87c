//! Clips as the commands accept them: a clip file, or a video that is analysed on the spot.

use std::ops::ControlFlow;
use std::path::Path;

use diff_bgm::Result;
use diff_bgm::features::ClipFeatures;
use diff_bgm::video;

use crate::progress::Progress;

/// Reads a clip file by its ending, and analyses anything else as a video.
pub(crate) fn read(path: &Path) -> Result<ClipFeatures> {
    let mut progress = Progress::new();
    let clip = video::read_clip(path, &mut |fraction| {
        progress.set(fraction, "watching the clip");
        ControlFlow::Continue(())
    });
    progress.finish();
    clip
}
