//! Video analysis: measures what a clip shows over time (motion, complexity, brightness, warmth) and finds its cuts.
//!
//! [`analyse`] is the way in; [`read_clip`] also takes clip files. The `ffmpeg` program decodes the clip; each frame is
//! scaled to 96 × 54 pixels, measured and dropped.
//!
//! | File | Job |
//! |---|---|
//! | `ffmpeg` | finds and runs the `ffmpeg` and `ffprobe` programs |
//! | `probe` | frame rate and duration of a clip, before it is decoded |
//! | `decoder`, `frame` | the frames of a clip, one at a time |
//! | `motion`, `complexity`, `colour` | one number per frame and measure |
//! | `cuts`, `cuts/signature` | hard cuts, by comparing signatures of frames |
//! | `rows` | resamples from frames to rows of [`MEASURE_RATE_HZ`] |
//!
//! # Invariants
//! - The measures are absolute: they do not depend on the rest of the clip, its frame rate or its size.
//! - Programs are killed when their handle is dropped, read only local files and never read the terminal.
//!
//! # Limits
//! At most 1,000,000 frames, taken at up to 120 per second. Only the first video stream is read. Dissolves and fades are
//! not reported as cuts.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::{Error, Fault, Result};
use crate::features::{ClipFeatures, MeasureTrack, PictureMeasure, is_clip_file};
use crate::time::Seconds;

mod colour;
mod complexity;
mod cuts;
mod decoder;
pub(crate) mod ffmpeg;
mod frame;
mod motion;
pub(crate) mod probe;
mod rows;

use colour::WarmthMeter;
use cuts::CutFinder;
use decoder::Decoder;
use frame::Frame;

/// Rows of [`ClipFeatures::measures`] per second: four per beat at 120 BPM.
pub const MEASURE_RATE_HZ: f64 = 8.0;
/// The longest clip that is analysed, in frames: eleven hours at 25 frames per second.
const MAX_FRAMES: usize = 1_000_000;

/// Measures the first video stream of the file at `path`.
///
/// The features hold a row of [`PictureMeasure::ALL`] for every 1 / [`MEASURE_RATE_HZ`] s, the time of the first frame
/// after each cut, the duration of the picture, and the frame rate of the analysis: the clip's own, or, if that varies,
/// the rate that fits its timestamps.
///
/// `on_progress` is called after every frame with the fraction done, 0 to 1; it stays 0 if the clip does not state its
/// duration.
///
/// # Errors
/// Returns [`Error::Cancelled`] if `on_progress` breaks. Returns another error if the file cannot be read, is not a
/// video or has no picture, or if FFmpeg is not installed.
pub fn analyse(
    path: &Path,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<ClipFeatures> {
    let probe = probe::probe(path)?;
    let frame_rate_hz = probe.frame_rate.hz();
    let expected_frames = probe.claimed_duration.map(|claim| claim.0 * frame_rate_hz);
    let mut decoder = Decoder::start(path, probe.frame_rate)?;
    let mut measures = Measures::new(frame_rate_hz);
    while let Some(frame) = decoder.next_frame()? {
        if measures.frames() == MAX_FRAMES {
            let found = format!("a clip of more than {MAX_FRAMES} frames");
            return Err(Fault::new(found, "a shorter clip").in_file(path));
        }
        measures.push(frame);
        let done = expected_frames.map_or(0.0, |all| (measures.frames() as f64 / all).min(1.0));
        if on_progress(done).is_break() {
            return Err(Error::Cancelled);
        }
    }
    if measures.frames() == 0 {
        return Err(Fault::new("a video stream without frames", "a video file").in_file(path));
    }
    measures.finish().map_err(|fault| fault.in_file(path))
}

/// Reads a clip file, or analyses any other file as a video; see [`is_clip_file`] and [`analyse`].
///
/// # Errors
/// Returns an error as [`ClipFeatures::read`] or [`analyse`] does.
pub fn read_clip(
    path: &Path,
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<ClipFeatures> {
    if is_clip_file(path) {
        ClipFeatures::read(path)
    } else {
        analyse(path, on_progress)
    }
}

/// The measures of all frames so far: one number per frame and measure.
struct Measures {
    frame_rate_hz: f64,
    motion: Vec<f32>,
    complexity: Vec<f32>,
    brightness: Vec<f32>,
    warmth: Vec<f32>,
    warmth_meter: WarmthMeter,
    cut_finder: CutFinder,
    last_frame: Option<Frame>,
}

impl Measures {
    fn new(frame_rate_hz: f64) -> Self {
        Self {
            frame_rate_hz,
            motion: Vec::new(),
            complexity: Vec::new(),
            brightness: Vec::new(),
            warmth: Vec::new(),
            warmth_meter: WarmthMeter::new(),
            cut_finder: CutFinder::new(frame_rate_hz),
            last_frame: None,
        }
    }

    fn frames(&self) -> usize {
        self.motion.len()
    }

    fn push(&mut self, frame: Frame) {
        let last = self.last_frame.as_ref().unwrap_or(&frame);
        let motion = motion::motion(last, &frame, self.frame_rate_hz);
        self.motion.push(motion);
        self.complexity.push(complexity::complexity(&frame));
        self.brightness.push(colour::brightness(&frame));
        self.warmth.push(self.warmth_meter.warmth(&frame));
        self.cut_finder.push(&frame);
        self.last_frame = Some(frame);
    }

    fn finish(mut self) -> Result<ClipFeatures, Fault> {
        let duration = Seconds(self.frames() as f64 / self.frame_rate_hz);
        let cuts = self.cut_finder.finish();
        replace_first_of_each_shot(&mut self.motion, &cuts);
        let rows = |values: &[f32]| rows::resample(values, self.frame_rate_hz, MEASURE_RATE_HZ);
        let columns = PictureMeasure::ALL.map(|measure| match measure {
            PictureMeasure::Motion => rows(&self.motion),
            PictureMeasure::Complexity => rows(&self.complexity),
            PictureMeasure::Luma => rows(&self.brightness),
            PictureMeasure::Warmth => rows(&self.warmth),
        });
        let values = (0..columns[0].len())
            .flat_map(|row| columns.each_ref().map(|column| column[row]))
            .collect();
        Ok(ClipFeatures {
            duration,
            frame_rate_hz: self.frame_rate_hz,
            measures: Some(MeasureTrack::new(
                MEASURE_RATE_HZ,
                PictureMeasure::ALL,
                values,
            )?),
            shots: cuts
                .into_iter()
                .map(|frame| Seconds(frame as f64 / self.frame_rate_hz))
                .collect(),
            ..ClipFeatures::default()
        })
    }
}

/// Replaces the motion of the first frame of each shot, which is measured across the cut, by that of its second frame.
fn replace_first_of_each_shot(motion: &mut [f32], cuts: &[usize]) {
    for first in std::iter::once(0).chain(cuts.iter().copied()) {
        motion[first] = motion.get(first + 1).copied().unwrap_or(0.0);
    }
}
