//! `bgm features`: what a clip shows over time, into a clip file.

use std::path::PathBuf;

use clap::ArgGroup;
use diff_bgm::Result;
use diff_bgm::features::ClipFeatures;
use diff_bgm::features::loose_files::LooseFiles;
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::time::Seconds;

use crate::clip;
use crate::counted::counted;
use crate::output::expect_extension;

/// Analyse a video, or gather the features of a clip from loose files, into one clip file
#[derive(clap::Args)]
#[command(group = ArgGroup::new("source").args(["clip", "visual", "caption", "scenes"]).required(true).multiple(true))]
pub(crate) struct Arguments {
    /// A video, which is analysed through FFmpeg, or a clip file; loose files are added to it
    #[arg(value_name = "CLIP", conflicts_with_all = ["fps", "duration"])]
    clip: Option<PathBuf>,
    /// Frame embeddings, 512 numbers a row (.npy, .pth)
    #[arg(long, value_name = "FILE")]
    visual: Option<PathBuf>,
    /// Caption embeddings, 768 numbers a row (.npy, .pth)
    #[arg(long, value_name = "FILE")]
    caption: Option<PathBuf>,
    /// Shots, as TransNetV2 lists them (…_scenes.txt)
    #[arg(long, value_name = "FILE")]
    scenes: Option<PathBuf>,
    /// Frames of picture a second
    #[arg(long, value_name = "HZ")]
    fps: Option<f64>,
    /// Length of the clip; without it, it ends with its last shot
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    /// Where to write the clip file
    #[arg(short, long, value_name = "CLIP.safetensors")]
    output: PathBuf,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    expect_extension(&arguments.output, &["safetensors"])?;
    expect_writable(&arguments.output)?;
    let seen = arguments.clip.as_deref().map(clip::read).transpose()?;
    let loose = LooseFiles {
        visual: arguments.visual,
        caption: arguments.caption,
        scenes: arguments.scenes,
        frame_rate_hz: arguments.fps,
        duration: arguments.duration.map(Seconds),
    };
    let clip = match seen {
        Some(clip) => loose.add_to(clip)?,
        None => loose.gather()?,
    };
    clip.write(&arguments.output)?;
    println!("{}: {}", arguments.output.display(), summary(&clip));
    Ok(())
}

/// A clip in one line.
pub(crate) fn summary(clip: &ClipFeatures) -> String {
    let mut parts = vec![format!("{:.2} s", clip.duration.0)];
    if clip.frame_rate_hz > 0.0 {
        parts.push(format!("{:.3} frames a second", clip.frame_rate_hz));
    }
    for (name, track) in [
        ("visual", &clip.visual),
        ("caption", &clip.caption),
        ("cue", &clip.cues),
    ] {
        if let Some(track) = track {
            parts.push(counted(track.rows(), &format!("{name} row")));
        }
    }
    parts.push(counted(clip.shots.len(), "cut"));
    parts.join(", ")
}
