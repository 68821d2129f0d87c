//! The clip that a command is given: a clip file, or a video to analyse.

use std::ops::ControlFlow;
use std::path::Path;

use diff_bgm::Result;
use diff_bgm::time::Seconds;
use diff_bgm::video::{self, Analysis, ShotFinder};

use crate::output::warn;
use crate::progress::Progress;

/// Reads `path` as a clip file if it ends in `.safetensors`; otherwise analyses it as a video. Prints the warnings.
pub(crate) fn read(path: &Path) -> Result<Analysis> {
    read_if(path, ShotFinder::Quick, &|_| Ok(()))
}

/// Reads `path` as [`read`] does and finds the shots of a video with `finder`, if `accepts` has no objection to the clip's length.
pub(crate) fn read_if(
    path: &Path,
    finder: ShotFinder,
    accepts: &dyn Fn(Seconds) -> Result<()>,
) -> Result<Analysis> {
    let mut progress = Progress::new();
    let clip = video::read_clip_if(path, finder, accepts, &mut |fraction| {
        progress.set(fraction, "analysing the clip");
        ControlFlow::Continue(())
    });
    progress.finish();
    let clip = clip?;
    for warning in &clip.warnings {
        warn(format!("{}: {warning}", path.display()));
    }
    Ok(clip)
}
