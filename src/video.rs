//! Video analysis: measures what a clip shows over time (motion, complexity, brightness, warmth) and finds its cuts.
//!
//! [`analyse`] is the way in; [`read_clip_if`] also takes clip files. The `ffmpeg` program decodes the clip; each picture is
//! scaled to 192 × 108 pixels, cut out of its bars to a frame of 96 × 54 pixels, measured and dropped. Bars are known for
//! sure only at the end; if that changes what was cut out, the clip is read again.
//!
//! | File | Job |
//! |---|---|
//! | `ffmpeg`, `ffmpeg/messages`, `ffmpeg/version` | finds and runs the `ffmpeg` and `ffprobe` programs |
//! | `probe`, `frame_rate` | where the picture of a clip starts and ends, and its frame rate, before it is decoded |
//! | `scan` | whether pictures were interlaced or telecined, and how that is undone |
//! | `hdr` | how pictures of high dynamic range are brought to that of ordinary video |
//! | `source` | a video file, asked all of the above |
//! | `decoder`, `picture` | the pictures of a clip, one at a time |
//! | `bars` | black or white bars around the picture |
//! | `frame` | what is inside the bars, at the size at which everything is measured |
//! | `measures` | the measures of all frames, and what becomes of them |
//! | `motion`, `complexity`, `colour` | one number per frame and measure; brightness is the mean luma of a `frame` |
//! | `fingerprint` | what frames are recognised by in another cut |
//! | `signature`, `signature/block` | what frames are compared by; how texture is found again where it moved to |
//! | `signature/ink` | what is drawn on a plain ground, as titles and charts are |
//! | `shot_finder` | which of the following finds the shots |
//! | `cuts` | hard cuts, by comparing signatures of frames |
//! | `transitions`, `transitions/ramp` | dissolves and fades, by comparing pictures with mixtures |
//! | `network_shots` | both, from what a network says of each frame |
//! | `stills` | small pictures for people to see |
//! | `sums` | sums over pictures |
//! | `samples` | whole pictures at a steady distance, for networks |
//! | `contact_sheet` | pictures of the changes, for people |
//! | `rows` | resamples from frames to rows of [`MEASURE_RATE_HZ`] |
//!
//! # Invariants
//! - The measures are absolute: they do not depend on the rest of the clip, its frame rate, its size or bars around
//!   the picture.
//! - Programs are killed when their handle is dropped, read only local files and never read the terminal.
//!
//! # Limits
//! At most [`MAX_FRAMES`] frames, which take 62 bytes each until the clip is read, and 40 MB of stills. Of several video streams only the default one is
//! read. Dissolves and fades are transitions, not cuts; wipes are neither.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::{Error, Fault, Result};
use crate::features::{ClipFeatures, Stills, is_clip_file};
use crate::time::Seconds;

mod bars;
mod colour;
mod complexity;
mod contact_sheet;
mod cuts;
mod decoder;
pub(crate) mod ffmpeg;
mod fingerprint;
mod frame;
mod frame_rate;
mod hdr;
mod measures;
mod motion;
mod network_shots;
mod picture;
pub(crate) mod probe;
mod rows;
mod samples;
mod scan;
mod shot_finder;
mod signature;
mod source;
mod stills;
mod sums;
mod transitions;

use bars::BarFinder;
use decoder::Fit;
use measures::Measures;
use picture::Window;
use source::{Source, check_frames};
use stills::StillKeeper;

pub use contact_sheet::write_contact_sheet;
pub use samples::{MAX_INTERVAL, MIN_INTERVAL, Sample, Sampled, sample};
pub use shot_finder::ShotFinder;

/// Rows of [`ClipFeatures::measures`] per second: four per beat at 120 BPM.
pub const MEASURE_RATE_HZ: f64 = 8.0;
/// The longest clip that is analysed, in frames: over four hours at 120 frames per second.
pub const MAX_FRAMES: usize = 2_000_000;
/// Bars that show in this time are cut off before the clip is read to its end.
const EARLY_SECONDS: f64 = 10.0;
/// How often a clip is read again because of its bars.
const MAX_REREADS: usize = 3;

/// What a clip shows, and what the user should know about how it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What the clip shows.
    pub features: ClipFeatures,
    /// Small pictures of it; none of a clip file.
    pub stills: Stills,
    /// Whole sentences: which of several streams was read, or what of the file could not be.
    pub warnings: Vec<String>,
}

/// Measures the video stream of the file at `path`: of several, the default one.
///
/// The features hold a row of [`PictureMeasure::MEASURED`](crate::features::PictureMeasure::MEASURED) for every
/// 1 / [`MEASURE_RATE_HZ`] s, the time of the first frame after each cut, the time at which the picture ends, and the
/// clip's frame rate or, if that varies, the rate that fits its time stamps. Times count from where the earliest stream of
/// the file begins, picture or sound; until the first frame is shown, the measures are that frame's.
///
/// `on_progress` is called after every frame with the fraction done, 0 to 1.
///
/// # Errors
/// Returns [`Error::Cancelled`] if `on_progress` breaks. Returns another error if the file cannot be read, is not a
/// video or has no picture, or if FFmpeg is not installed.
pub fn analyse(
    path: &Path,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Analysis> {
    analyse_if(path, ShotFinder::Quick, &|_| Ok(()), on_progress)
}

/// Measures the file at `path` as [`analyse`] does and finds its shots with `finder`, if `accepts` has no objection to the
/// length of its picture, which is asked before any frame is decoded.
///
/// # Errors
/// Returns the error of `accepts`; otherwise as [`analyse`] does.
pub fn analyse_if(
    path: &Path,
    finder: ShotFinder,
    accepts: &dyn Fn(Seconds) -> Result<()>,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Analysis> {
    let source = Source::open(path, accepts)?;
    let network = finder.network()?;
    let mut furthest = 0.0_f64;
    let mut on_progress = |fraction: f64| {
        // Reading a clip again does not set the progress back.
        furthest = furthest.max(fraction);
        on_progress(furthest)
    };
    let mut window = Window::FULL;
    let mut rereads = 0..MAX_REREADS;
    loop {
        let may_move = rereads.next().is_some();
        let measures = Measures::new(network.as_ref());
        match read_through(&source, window, may_move, measures, &mut on_progress)? {
            Pass::Complete(analysis) => return Ok(*analysis),
            Pass::Barred(inside) => window = inside,
        }
    }
}

/// What came of reading a clip from its start.
enum Pass {
    /// Everything was measured.
    Complete(Box<Analysis>),
    /// The picture has other bars than those it was cut out of; this is inside them.
    Barred(Window),
}

/// Measures a clip inside `window`, and stops if `may_move` and the picture turns out to have other bars.
fn read_through(
    source: &Source<'_>,
    window: Window,
    may_move: bool,
    mut measures: Measures<'_>,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Pass> {
    let (path, probe) = (source.path, &source.probe);
    let mut decoder = source.pictures(Fit::Stretched)?;
    let mut stills = StillKeeper::new();
    let mut bars = BarFinder::new();
    let mut is_early = true;
    while let Some((time, picture)) = decoder.next_picture()? {
        check_frames(measures.frames() + 1).map_err(|fault| fault.in_file(path))?;
        let frame = picture.frame(window);
        stills.push(time, &frame);
        measures.push(time, frame)?;
        bars.push(&picture);
        if on_progress(source.share_until(time)).is_break() {
            return Err(Error::Cancelled);
        }
        if is_early && time.0 >= EARLY_SECONDS {
            is_early = false;
            if may_move && !bars.window().is_near(window, 2) {
                return Ok(Pass::Barred(bars.window()));
            }
        }
    }
    if measures.frames() == 0 {
        return Err(Fault::new("a video stream without frames", "a video file").in_file(path));
    }
    if may_move && !bars.window().is_near(window, 2) {
        return Ok(Pass::Barred(bars.window()));
    }
    let missing = probe.missing(measures.last_time(), decoder.first_error());
    let features = measures.finish(probe.frame_rate.hz(), probe.end);
    let features = features.map_err(|error| error.in_file(path))?;
    let aspect = probe.aspect.map(|aspect| aspect * window.aspect());
    let stills = stills.finish(&features.shots, aspect);
    Ok(Pass::Complete(Box::new(Analysis {
        stills: stills.map_err(|fault| fault.in_file(path))?,
        features,
        warnings: probe.warnings.iter().cloned().chain(missing).collect(),
    })))
}

/// Reads a clip file, or analyses any other file as a video whose shots `finder` finds, if `accepts` has no objection to the
/// clip's length; see [`is_clip_file`] and [`analyse_if`].
///
/// # Errors
/// Returns the error of `accepts`; otherwise as [`ClipFeatures::read`] or [`analyse_if`] does.
pub fn read_clip_if(
    path: &Path,
    finder: ShotFinder,
    accepts: &dyn Fn(Seconds) -> Result<()>,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Analysis> {
    if !is_clip_file(path) {
        return analyse_if(path, finder, accepts, on_progress);
    }
    let features = ClipFeatures::read(path)?;
    accepts(features.duration)?;
    Ok(Analysis {
        features,
        stills: Stills::default(),
        warnings: Vec::new(),
    })
}
