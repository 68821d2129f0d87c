//! Video analysis: measures what a clip shows over time (motion, complexity, brightness, warmth) and finds its cuts.
//!
//! [`analyse`] is the way in; [`read_clip`] also takes clip files. The `ffmpeg` program decodes the clip; each picture is
//! scaled to 192 × 108 pixels, cut out of its bars to a frame of 96 × 54 pixels, measured and dropped. Bars are known for
//! sure only at the end; if that changes what was cut out, the clip is read again.
//!
//! | File | Job |
//! |---|---|
//! | `ffmpeg`, `ffmpeg/messages` | finds and runs the `ffmpeg` and `ffprobe` programs |
//! | `probe`, `frame_rate` | where the picture of a clip starts and ends, and its frame rate, before it is decoded |
//! | `scan` | whether pictures were interlaced or telecined, and how that is undone |
//! | `hdr` | how pictures of high dynamic range are brought to that of ordinary video |
//! | `decoder`, `picture` | the pictures of a clip, one at a time |
//! | `bars` | black or white bars around the picture |
//! | `frame` | what is inside the bars, at the size at which everything is measured |
//! | `measures` | the measures of all frames, and what becomes of them |
//! | `motion`, `complexity`, `colour` | one number per frame and measure |
//! | `cuts`, `cuts/signature` | hard cuts, by comparing signatures of frames |
//! | `cuts/ink` | what is drawn on a plain ground, as titles and charts are |
//! | `stills` | small pictures for people to see |
//! | `rows` | resamples from frames to rows of [`MEASURE_RATE_HZ`] |
//!
//! # Invariants
//! - The measures are absolute: they do not depend on the rest of the clip, its frame rate, its size or bars around
//!   the picture.
//! - Programs are killed when their handle is dropped, read only local files and never read the terminal.
//!
//! # Limits
//! At most [`MAX_FRAMES`] frames, which take 40 bytes each until the clip is read, and 40 MB of stills. Of several video streams only the default one is read. Dissolves and fades are
//! not reported as cuts.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::{Error, Fault, Result};
use crate::features::{ClipFeatures, Stills, is_clip_file};
use crate::time::Seconds;

mod bars;
mod colour;
mod complexity;
mod cuts;
mod decoder;
pub(crate) mod ffmpeg;
mod frame;
mod frame_rate;
mod hdr;
mod measures;
mod motion;
mod picture;
pub(crate) mod probe;
mod rows;
mod scan;
mod stills;

use bars::BarFinder;
use decoder::{Decoder, Filters};
use hdr::Hdr;
use measures::Measures;
use picture::Window;
use probe::Probe;
use scan::Scan;
use stills::StillKeeper;

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
/// The features hold a row of [`PictureMeasure::ALL`](crate::features::PictureMeasure::ALL) for every
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
    analyse_if(path, &|_| Ok(()), on_progress)
}

/// Measures the file at `path` as [`analyse`] does, if `accepts` has no objection to the length of its picture, which is
/// asked before any frame is decoded.
///
/// # Errors
/// Returns the error of `accepts`; otherwise as [`analyse`] does.
pub fn analyse_if(
    path: &Path,
    accepts: &dyn Fn(Seconds) -> Result<()>,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Analysis> {
    let mut probe = probe::probe(path)?;
    check_frames(probe.frames).map_err(|fault| fault.in_file(path))?;
    accepts(probe.end)?;
    if let Some(hdr) = probe.hdr
        && !ffmpeg::has_filter(hdr::FILTER)?
    {
        probe.hdr = None;
        probe.warnings.push(hdr.warning());
    }
    let filters = Filters {
        of_whole: Scan::of(path, &probe)?.filters(),
        of_scaled: probe.hdr.map_or_else(String::new, Hdr::filters),
    };
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
        match read_through(path, &probe, &filters, window, may_move, &mut on_progress)? {
            Pass::Complete(analysis) => return Ok(*analysis),
            Pass::Barred(inside) => window = inside,
        }
    }
}

/// Returns an error if a clip of so many frames is too long to be measured.
fn check_frames(frames: usize) -> Result<(), Fault> {
    if frames <= MAX_FRAMES {
        return Ok(());
    }
    Err(Fault::new(
        format!("a picture of {frames} frames or more"),
        format!(
            "at most {MAX_FRAMES}, over four hours at 120 frames per second; divide it into shorter clips"
        ),
    ))
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
    path: &Path,
    probe: &Probe,
    filters: &Filters,
    window: Window,
    may_move: bool,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Pass> {
    let frame_rate_hz = probe.frame_rate.hz();
    let mut decoder = Decoder::start(path, probe, filters)?;
    let mut measures = Measures::new();
    let mut stills = StillKeeper::new();
    let mut bars = BarFinder::new();
    let mut is_early = true;
    while let Some((time, picture)) = decoder.next_picture()? {
        check_frames(measures.frames() + 1).map_err(|fault| fault.in_file(path))?;
        let frame = picture.frame(window);
        stills.push(time, &frame);
        measures.push(time, frame);
        bars.push(&picture);
        let done = (time.0 + 1.0 / frame_rate_hz) / probe.end.0;
        let done = if done.is_finite() { done.min(1.0) } else { 0.0 };
        if on_progress(done).is_break() {
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
    let in_file = |fault: Fault| fault.in_file(path);
    let features = measures.finish(frame_rate_hz, probe.end).map_err(in_file)?;
    let aspect = probe.aspect.map(|aspect| aspect * window.aspect());
    Ok(Pass::Complete(Box::new(Analysis {
        stills: stills.finish(&features.shots, aspect).map_err(in_file)?,
        features,
        warnings: probe.warnings.iter().cloned().chain(missing).collect(),
    })))
}

/// Reads a clip file, or analyses any other file as a video; see [`is_clip_file`] and [`analyse`].
///
/// # Errors
/// Returns an error as [`ClipFeatures::read`] or [`analyse`] does.
pub fn read_clip(
    path: &Path,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Analysis> {
    read_clip_if(path, &|_| Ok(()), on_progress)
}

/// Reads the file at `path` as [`read_clip`] does, if `accepts` has no objection to the clip's length; see [`analyse_if`].
///
/// # Errors
/// Returns the error of `accepts`; otherwise as [`read_clip`] does.
pub fn read_clip_if(
    path: &Path,
    accepts: &dyn Fn(Seconds) -> Result<()>,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Analysis> {
    if !is_clip_file(path) {
        return analyse_if(path, accepts, on_progress);
    }
    let features = ClipFeatures::read(path)?;
    accepts(features.duration)?;
    Ok(Analysis {
        features,
        stills: Stills::default(),
        warnings: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_film_of_four_hours_is_measured_and_a_longer_one_is_told_what_to_do() {
        assert!(check_frames(4 * 3600 * 120).is_ok());
        let fault = check_frames(MAX_FRAMES + 1).unwrap_err();
        assert!(fault.found.contains("2000001 frames"), "{fault}");
        assert!(fault.expected.contains("shorter clips"), "{fault}");
    }
}
