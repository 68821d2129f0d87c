//! The measures of a clip's frames, gathered into features.

use super::colour::{self, WarmthMeter};
use super::cuts::CutFinder;
use super::frame::Frame;
use super::{MEASURE_RATE_HZ, complexity, motion, rows};
use crate::error::Fault;
use crate::features::{ClipFeatures, MeasureTrack, PictureMeasure};
use crate::time::Seconds;

/// The measures of all frames so far: one number per frame and measure.
pub(crate) struct Measures {
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
    pub(crate) fn new(frame_rate_hz: f64) -> Self {
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

    /// Returns how many frames were measured.
    pub(crate) fn frames(&self) -> usize {
        self.motion.len()
    }

    /// Measures the next frame.
    pub(crate) fn push(&mut self, frame: Frame) {
        let last = self.last_frame.as_ref().unwrap_or(&frame);
        let motion = motion::motion(last, &frame, self.frame_rate_hz);
        self.motion.push(motion);
        self.complexity.push(complexity::complexity(&frame));
        self.brightness.push(colour::brightness(&frame));
        self.warmth.push(self.warmth_meter.warmth(&frame));
        self.cut_finder.push(&frame);
        self.last_frame = Some(frame);
    }

    /// Returns the features of the clip.
    pub(crate) fn finish(mut self) -> Result<ClipFeatures, Fault> {
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
