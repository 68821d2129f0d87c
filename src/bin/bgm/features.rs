//! `bgm features`: writes the features of a clip to a clip file, or those of a folder of videos to clip files.

pub(crate) mod folder;

#[cfg(feature = "models")]
pub(crate) mod models;

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::ArgGroup;
use diff_bgm::counted::counted;
use diff_bgm::features::loose_files::LooseFiles;
use diff_bgm::features::{ClipFeatures, MeasureTrack, is_clip_file};
use diff_bgm::formats::atomic_file::expect_writable;
use diff_bgm::time::Seconds;
use diff_bgm::video::{ShotFinder, write_contact_sheet};
use diff_bgm::{Error, Result};

use crate::clip;
use crate::output::{expect_extension, say};
use crate::progress::Progress;

/// Analyse a video, or a folder of videos, into clip files, or gather one from separate feature files
///
/// A video may have up to 2,000,000 frames, over 4 hours at 120 frames per second.
///
/// Of a folder, every video in it and in its folders becomes a clip file of the same name in the folder OUTPUT, with
/// `manifest.jsonl`, a line about each. --visual, --caption and --scenes are then folders with a file for each video, named
/// like it (NAME_scenes.txt for a list of shots), and --sheet is a folder for the pictures. To go on after a stop, repeat the
/// command: a clip is not made again if its video, its size and time of change, and the options are the same. A video that
/// cannot be read is reported and the others go on; the exit status is then 1.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("source").args(["clip", "visual", "caption", "scenes"]).required(true).multiple(true))]
pub(crate) struct Arguments {
    /// A video to analyse (with FFmpeg), a folder of videos, or a clip file; features from the options below replace its own
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
    /// How the shots of a video are found: quick, which compares pictures, or network (TransNet V2), which takes several
    /// times as long
    #[arg(long, value_name = "HOW", default_value = "quick", requires = "clip")]
    shots: ShotFinder,
    /// Write a picture that shows the frames before and after each cut, and around each transition, with their times; if
    /// there are many, also NAME-2.png and so on
    #[arg(long, value_name = "NAME.png", requires = "clip")]
    sheet: Option<PathBuf>,
    /// The clip file to write; of a folder, the folder of the clip files
    #[arg(short, long, value_name = "CLIP.safetensors|DIR")]
    output: PathBuf,
    // Last, because its heading would also stand above options that follow it.
    #[cfg(feature = "models")]
    #[command(flatten)]
    models: models::ModelArgs,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    #[cfg(feature = "models")]
    (arguments.models).check(
        arguments.visual.is_some(),
        arguments.caption.is_some(),
        arguments.clip.is_some(),
    )?;
    if let Some(folder) = arguments.clip.as_deref().filter(|clip| clip.is_dir()) {
        return folder::run(folder, &arguments);
    }
    expect_extension(&arguments.output, &["safetensors"])?;
    expect_writable(&arguments.output)?;
    if let (Some(clip), Some(sheet)) = (&arguments.clip, &arguments.sheet) {
        expect_extension(sheet, &["png"])?;
        expect_writable(sheet)?;
        if is_clip_file(clip) {
            return Err(Error::Usage(format!(
                "{} is a clip file, which holds no pictures. Give the video for --sheet.",
                clip.display()
            )));
        }
    }
    #[cfg(feature = "models")]
    let embedder = match &arguments.clip {
        Some(clip) => models::load_for(&arguments.models, clip)?,
        None => None,
    };
    let read = |path: &PathBuf| clip::read_if(path, arguments.shots, &|_| Ok(()));
    let analysed = arguments.clip.as_ref().map(read).transpose()?;
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
    #[cfg(feature = "models")]
    let clip = match (&embedder, &arguments.clip) {
        (Some(embedder), Some(video)) => models::embed(embedder, video, clip)?,
        _ => clip,
    };
    clip.write(&arguments.output)?;
    if let (Some(video), Some(sheet)) = (&arguments.clip, &arguments.sheet) {
        let mut progress = Progress::new();
        let written = write_contact_sheet(video, &clip, sheet, &mut |fraction| {
            progress.set(fraction, "drawing the contact sheet");
            ControlFlow::Continue(())
        });
        progress.finish();
        for path in written? {
            say(format!("{}: the frames around each change", path.display()))?;
        }
    }
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
    if !clip.transitions.is_empty() {
        parts.push(counted(clip.transitions.len(), "transition"));
    }
    parts.join(", ")
}
