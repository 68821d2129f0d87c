//! From a video to what it shows over time: motion, complexity, brightness, warmth, and cuts.
//!
//! The `ffmpeg` program decodes; every frame is measured at a small size and forgotten. The measures are absolute:
//! they do not depend on the rest of the clip, nor on its frame rate or size.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::{Error, Fault, Result};
use crate::features::{ClipFeatures, MeasureTrack, PictureMeasure, is_clip_file};
use crate::time::Seconds;

pub mod ffmpeg;

mod colour;
mod complexity;
mod cuts;
mod decoder;
mod frame;
mod motion;
pub(crate) mod probe;
mod rows;

use colour::WarmthMeter;
use cuts::CutFinder;
use decoder::Decoder;
use frame::Frame;

/// Rows of [`ClipFeatures::measures`] a second: four a beat at 120 BPM.
pub const MEASURE_RATE_HZ: f64 = 8.0;
/// The longest clip that is analysed, in frames: eleven hours at 25 a second.
const MAX_FRAMES: usize = 1_000_000;

/// Measures the first video stream of the file at `path`.
///
/// The features hold a row of [`PictureMeasure::ALL`] for every 1 / [`MEASURE_RATE_HZ`] s, the times of the first frame after
/// each cut, the picture's duration, and the steady frame rate at which it was looked at: the clip's own, or for a
/// clip of variable rate the one that fits its timestamps.
///
/// `on_progress` is called after every frame with the share done, 0 to 1 (0 throughout where the clip does not tell
/// its duration).
///
/// # Errors
/// [`Error::Cancelled`] when `on_progress` breaks; otherwise where the file cannot be read, is not a video or has no
/// picture, and where FFmpeg is missing.
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
            return Err(Fault::new(found, "a shorter one").in_file(path));
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

/// What is kept of all frames: one number of each kind.
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

/// The step across a cut is no motion: the first frame of a shot takes the value of its second, if it has one.
fn replace_first_of_each_shot(motion: &mut [f32], cuts: &[usize]) {
    for first in std::iter::once(0).chain(cuts.iter().copied()) {
        motion[first] = motion.get(first + 1).copied().unwrap_or(0.0);
    }
}
