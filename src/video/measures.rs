//! The measures of a clip's frames, gathered into features.

use super::colour::WarmthMeter;
use super::frame::Frame;
use super::shot_finder::ChangeFinder;
use super::{MEASURE_RATE_HZ, complexity, fingerprint, motion, rows};
use crate::error::Result;
use crate::features::{ClipFeatures, FINGERPRINT_WIDTH, MeasureTrack, PictureMeasure};
use crate::shot_network::ShotNetwork;
use crate::time::Seconds;

/// The measures of all frames so far: one number per frame and measure.
pub(crate) struct Measures<'a> {
    times: Vec<Seconds>,
    motion: Vec<f32>,
    complexity: Vec<f32>,
    brightness: Vec<f32>,
    warmth: Vec<f32>,
    warmth_meter: WarmthMeter,
    fingerprints: Vec<[u8; FINGERPRINT_WIDTH]>,
    changes: ChangeFinder<'a>,
    last_frame: Option<Frame>,
}

impl<'a> Measures<'a> {
    /// Starts a clip whose shots the network finds, if it is given.
    pub(crate) fn new(network: Option<&'a ShotNetwork>) -> Self {
        Self {
            times: Vec::new(),
            motion: Vec::new(),
            complexity: Vec::new(),
            brightness: Vec::new(),
            warmth: Vec::new(),
            warmth_meter: WarmthMeter::new(),
            fingerprints: Vec::new(),
            changes: ChangeFinder::new(network),
            last_frame: None,
        }
    }

    /// Returns how many frames were measured.
    pub(crate) fn frames(&self) -> usize {
        self.times.len()
    }

    /// Measures the next frame, which is first shown at `time`.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub(crate) fn push(&mut self, time: Seconds, frame: Frame) -> Result<()> {
        let motion = match (&self.last_frame, self.times.last()) {
            (Some(last), Some(&shown)) => motion::motion(last, &frame, time - shown),
            _ => 0.0,
        };
        self.times.push(time);
        self.motion.push(motion);
        self.complexity.push(complexity::complexity(&frame));
        self.brightness.push(frame.brightness());
        self.warmth.push(self.warmth_meter.warmth(&frame));
        self.fingerprints.push(fingerprint::fingerprint(&frame));
        self.changes.push(time, &frame)?;
        self.last_frame = Some(frame);
        Ok(())
    }

    /// Returns when the last frame is shown.
    pub(crate) fn last_time(&self) -> Seconds {
        self.times.last().copied().unwrap_or_default()
    }

    /// Returns the features of a clip at about `frame_rate_hz` whose last frame is shown until `end`.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails, or nothing was measured.
    pub(crate) fn finish(mut self, frame_rate_hz: f64, end: Seconds) -> Result<ClipFeatures> {
        let frame_duration = Seconds(1.0 / frame_rate_hz);
        let end = match self.times.last() {
            Some(&last) if end.0 <= last.0 => last + frame_duration,
            _ => end,
        };
        let changes = self.changes.finish(&self.times, end)?;
        let cuts = changes.cuts;
        replace_first_of_each_shot(&mut self.motion, &cuts);
        let rows = |values: &[f32]| rows::resample(values, &self.times, end, MEASURE_RATE_HZ);
        // In the order of `PictureMeasure::MEASURED`.
        let columns = [
            &self.motion,
            &self.complexity,
            &self.brightness,
            &self.warmth,
        ];
        let columns = columns.map(|values| rows(values));
        let values = (0..columns[0].len())
            .flat_map(|row| columns.each_ref().map(|column| column[row]))
            .collect();
        Ok(ClipFeatures {
            duration: end,
            frame_rate_hz,
            measures: Some(MeasureTrack::new(
                MEASURE_RATE_HZ,
                PictureMeasure::MEASURED,
                values,
            )?),
            shots: cuts.into_iter().map(|frame| self.times[frame]).collect(),
            transitions: changes.transitions,
            fingerprint: Some(fingerprint::of_clip(
                &self.fingerprints,
                &self.times,
                end,
                frame_rate_hz,
            )?),
            ..ClipFeatures::default()
        })
    }
}

/// Replaces the motion of the first frame of each shot, which is measured across the cut, by that of its second frame, or
/// by 0 if it has none.
fn replace_first_of_each_shot(motion: &mut [f32], cuts: &[usize]) {
    for (at, &first) in cuts.iter().enumerate() {
        let is_alone = cuts.get(at + 1) == Some(&(first + 1));
        let second = motion.get(first + 1).copied().filter(|_| !is_alone);
        motion[first] = second.unwrap_or(0.0);
    }
    if let [first, second, ..] = motion {
        *first = if cuts.first() == Some(&1) {
            0.0
        } else {
            *second
        };
    }
}
