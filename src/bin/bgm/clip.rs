//! Clips as the commands accept them: a clip file, or a video that is analysed on the spot.

use std::path::Path;

use diff_bgm::Result;
use diff_bgm::features::ClipFeatures;

/// Reads a clip file by its ending, and analyses anything else as a video.
pub(crate) fn read(path: &Path) -> Result<ClipFeatures> {
    ClipFeatures::read(path)
}
