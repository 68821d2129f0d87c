//! A video file, asked what it holds and how its pictures are to be read.

use std::path::Path;

use super::MAX_FRAMES;
use super::decoder::{Decoder, Filters, Fit};
use super::ffmpeg;
use super::hdr::{self, Hdr};
use super::probe::{self, Probe};
use super::scan::Scan;
use crate::error::{Fault, Result};
use crate::time::Seconds;

/// A video file.
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) probe: Probe,
    filters: Filters,
}

impl<'a> Source<'a> {
    /// Asks about the file at `path`, if `accepts` has no objection to the length of its picture.
    ///
    /// # Errors
    /// Returns the error of `accepts`, or another if the file is not a video that can be measured, or FFmpeg is not
    /// installed.
    pub(super) fn open(path: &'a Path, accepts: &dyn Fn(Seconds) -> Result<()>) -> Result<Self> {
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
        Ok(Self {
            path,
            probe,
            filters,
        })
    }

    /// Starts reading the pictures.
    ///
    /// # Errors
    /// Returns an error if FFmpeg is not installed.
    pub(super) fn pictures(&self, fit: Fit) -> Result<Decoder<'_>> {
        Decoder::start(self.path, &self.probe, &self.filters, fit)
    }

    /// Returns the filters that every picture passes.
    pub(super) fn filters(&self) -> &Filters {
        &self.filters
    }

    /// Returns how much of the picture is over once the frame at `time` is, 0 to 1.
    pub(super) fn share_until(&self, time: Seconds) -> f64 {
        let share = (time.0 + 1.0 / self.probe.frame_rate.hz()) / self.probe.end.0;
        if share.is_finite() {
            share.min(1.0)
        } else {
            0.0
        }
    }
}

/// Returns an error if a clip of so many frames is too long to be measured.
pub(super) fn check_frames(frames: usize) -> Result<(), Fault> {
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
