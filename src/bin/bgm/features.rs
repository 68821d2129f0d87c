//! `bgm features`: writes the features of a clip to a clip file.

use std::path::PathBuf;

use clap::ArgGroup;
use diff_bgm::Result;
use diff_bgm::counted::counted;
use diff_bgm::features::loose_files::LooseFiles;
use diff_bgm::features::{ClipFeatures, MeasureTrack};
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::time::Seconds;

use crate::clip;
use crate::output::{expect_extension, say};

/// Analyse a video into a clip file, or gather one from separate feature files
///
/// A video may have up to 2,000,000 frames, over 4 hours at 120 frames per second.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("source").args(["clip", "visual", "caption", "scenes"]).required(true).multiple(true))]
pub(crate) struct Arguments {
    /// A video to analyse (with FFmpeg), or a clip file; features from the options below replace its own
    #[arg(value_name = "CLIP", conflicts_with_all = ["fps", "duration"])]
    clip: Option<PathBuf>,
    /// Frame embeddings, rows of 512 numbers (.npy, .pth)
    #[arg(long, value_name = "FILE")]
    visual: Option<PathBuf>,
    /// Caption embeddings, rows of 768 numbers (.npy, .pth)
    #[arg(long, value_name = "FILE")]
    caption: Option<PathBuf>,
    /// List of shots, as TransNetV2 writes it (…_scenes.txt)
    #[arg(long, value_name = "FILE")]
    scenes: Option<PathBuf>,
    /// Picture frames per second
    #[arg(long, value_name = "HZ")]
    fps: Option<f64>,
    /// Length of the clip [default: to the end of the last shot]
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    /// The clip file to write
    #[arg(short, long, value_name = "CLIP.safetensors")]
    output: PathBuf,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    expect_extension(&arguments.output, &["safetensors"])?;
    expect_writable(&arguments.output)?;
    let analysed = arguments.clip.as_deref().map(clip::read).transpose()?;
    let loose = LooseFiles {
        visual: arguments.visual,
        caption: arguments.caption,
        scenes: arguments.scenes,
        frame_rate_hz: arguments.fps,
        duration: arguments.duration.map(Seconds),
    };
    let clip = match analysed {
        Some(clip) => loose.add_to(clip.features)?,
        None => loose.gather()?,
    };
    clip.write(&arguments.output)?;
    say(format!(
        "{}: {}",
        arguments.output.display(),
        summary(&clip)
    ))
}

/// Describes a clip in one line.
pub(crate) fn summary(clip: &ClipFeatures) -> String {
    let mut parts = vec![format!("{:.2} s", clip.duration.0)];
    if clip.frame_rate_hz > 0.0 {
        parts.push(format!("{:.3} frames per second", clip.frame_rate_hz));
    }
    for (name, track) in [
        ("visual", clip.visual.as_ref()),
        ("caption", clip.caption.as_ref()),
        ("measure", clip.measures.as_ref().map(MeasureTrack::track)),
    ] {
        if let Some(track) = track {
            parts.push(counted(track.rows(), &format!("{name} row")));
        }
    }
    parts.push(counted(clip.shots.len(), "cut"));
    parts.join(", ")
}
