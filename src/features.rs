//! Features of a clip: the measures, cuts and embeddings that music can follow.

mod clip_file;
mod fingerprint;
pub mod loose_files;
mod measure_track;
mod picture_measure;
pub mod recut;
pub mod scenes;
mod stills;
mod transition;

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Fault, Result};
use crate::time::Seconds;

pub use clip_file::{FORMAT, is_clip_file};
pub use fingerprint::{
    FINGERPRINT_COLUMNS, FINGERPRINT_ROWS, FINGERPRINT_WIDTH, Fingerprint, MAX_FINGERPRINTS,
};
pub use measure_track::MeasureTrack;
pub use picture_measure::PictureMeasure;
pub use stills::{MAX_STILLS, STILL_HEIGHT, STILL_WIDTH, Still, Stills};
pub use transition::{Transition, TransitionKind};

/// Width of a frame embedding, a row of [`ClipFeatures::visual`].
pub const VISUAL_WIDTH: usize = 512;
/// Width of a caption embedding, a row of [`ClipFeatures::caption`].
pub const CAPTION_WIDTH: usize = 768;

/// The longest accepted clip.
pub const MAX_DURATION: Seconds = Seconds(24.0 * 3600.0);
/// The highest accepted rate of rows or of picture frames.
pub const MAX_RATE_HZ: f64 = 1000.0;
/// The largest number of rows in a [`Track`].
pub const MAX_ROWS: usize = 1 << 20;
/// The largest number of cuts, and of transitions.
pub const MAX_SHOTS: usize = 100_000;

/// Rows of numbers at a steady rate: row `i` covers the time from `i / rate_hz` to `(i + 1) / rate_hz`.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Rows per second.
    pub rate_hz: f64,
    /// Numbers per row.
    pub width: usize,
    /// The values, `[rows, width]`.
    pub values: Vec<f32>,
}

impl Track {
    /// Makes a track from a table of numbers.
    ///
    /// # Errors
    /// Returns an error if `values` is not 1 to [`MAX_ROWS`] whole rows of finite numbers, or if `rate_hz` is not above 0
    /// and at most [`MAX_RATE_HZ`].
    pub fn new(rate_hz: f64, width: usize, values: Vec<f32>) -> Result<Self, Fault> {
        if width == 0 || !values.len().is_multiple_of(width) {
            return Err(Fault::new(
                format!("{} numbers", values.len()),
                format!("rows of {width}"),
            ));
        }
        let rows = values.len() / width;
        if !(1..=MAX_ROWS).contains(&rows) {
            return Err(Fault::new(
                format!("{rows} rows"),
                format!("1 to {MAX_ROWS}"),
            ));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(Fault::new(
                format!(
                    "{} in row {}, column {}",
                    values[at],
                    at / width,
                    at % width
                ),
                "finite numbers",
            ));
        }
        check_rate("rows", rate_hz)?;
        Ok(Self {
            rate_hz,
            width,
            values,
        })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.width
    }

    /// Returns row `index`, or the last row if there are fewer.
    pub fn row(&self, index: usize) -> &[f32] {
        let index = index.min(self.rows().saturating_sub(1));
        &self.values[index * self.width..(index + 1) * self.width]
    }
}

/// Everything known about one clip. Each track has its own rate, and any of them may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClipFeatures {
    /// Length of the clip.
    pub duration: Seconds,
    /// Picture frames per second; 0 if unknown.
    pub frame_rate_hz: f64,
    /// Frame embeddings of the published networks, rows of [`VISUAL_WIDTH`].
    pub visual: Option<Track>,
    /// Caption embeddings of the published networks, rows of [`CAPTION_WIDTH`].
    pub caption: Option<Track>,
    /// Measures of the picture.
    pub measures: Option<MeasureTrack>,
    /// Times of the picture's cuts, ascending, without the clip's own start and end.
    pub shots: Vec<Seconds>,
    /// Gradual changes of the picture, ascending; they do not overlap.
    pub transitions: Vec<Transition>,
    /// What its frames are recognised by in another cut.
    pub fingerprint: Option<Fingerprint>,
    /// How the embeddings and moods were made: the names of models and options.
    pub made_with: BTreeMap<String, String>,
}

impl ClipFeatures {
    /// Reads a clip file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not a clip file; the message says what to do with other kinds
    /// of file.
    pub fn read(path: &Path) -> Result<Self> {
        clip_file::read(path)
    }

    /// Parses the bytes of a clip file.
    ///
    /// # Errors
    /// Returns an error if they are not a clip file, or fail [`check`](Self::check).
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        clip_file::parse(bytes)
    }

    /// Writes a clip file. The same features give the same bytes.
    ///
    /// # Errors
    /// Returns an error if the features fail [`check`](Self::check) or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        clip_file::write(self, path)
    }

    /// Checks that duration, frame rate, widths, cuts and transitions are within the limits of a clip file.
    ///
    /// # Errors
    /// Returns the first violation.
    pub fn check(&self) -> Result<(), Fault> {
        check_duration(self.duration)?;
        if self.frame_rate_hz != 0.0 {
            check_rate("frames", self.frame_rate_hz)?;
        }
        for (name, track, width) in [
            ("visual", &self.visual, VISUAL_WIDTH),
            ("caption", &self.caption, CAPTION_WIDTH),
        ] {
            if let Some(track) = track.as_ref().filter(|track| track.width != width) {
                return Err(Fault::new(
                    format!("{name} rows of {} numbers", track.width),
                    format!("{width}"),
                ));
            }
        }
        if self.shots.len() > MAX_SHOTS {
            return Err(Fault::new(
                format!("{} cuts", self.shots.len()),
                format!("at most {MAX_SHOTS}"),
            ));
        }
        if self.transitions.len() > MAX_SHOTS {
            return Err(Fault::new(
                format!("{} transitions", self.transitions.len()),
                format!("at most {MAX_SHOTS}"),
            ));
        }
        transition::check(&self.transitions, self.duration)?;
        let mut previous = 0.0;
        for &Seconds(cut) in &self.shots {
            if !(cut > previous && cut < self.duration.0) {
                return Err(Fault::new(
                    format!("a cut at {cut} s after {previous} s"),
                    format!(
                        "cuts in ascending order within the clip's {} s",
                        self.duration.0
                    ),
                ));
            }
            previous = cut;
        }
        Ok(())
    }
}

fn check_duration(Seconds(duration): Seconds) -> Result<(), Fault> {
    if duration > 0.0 && duration <= MAX_DURATION.0 {
        Ok(())
    } else {
        Err(Fault::new(
            format!("a duration of {duration} s"),
            format!("above 0 and at most {} s", MAX_DURATION.0),
        ))
    }
}

fn check_rate(of: &str, rate_hz: f64) -> Result<(), Fault> {
    if rate_hz > 0.0 && rate_hz <= MAX_RATE_HZ {
        Ok(())
    } else {
        Err(Fault::new(
            format!("{rate_hz} {of} per second"),
            format!("above 0 and at most {MAX_RATE_HZ}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_needs_whole_rows_of_finite_numbers_and_a_valid_rate() {
        assert_eq!(Track::new(2.0, 2, vec![0.0; 6]).unwrap().rows(), 3);
        assert!(Track::new(2.0, 4, vec![0.0; 6]).is_err());
        assert!(Track::new(2.0, 0, vec![]).is_err());
        assert!(Track::new(2.0, 2, vec![]).is_err());
        for value in [f32::NAN, f32::INFINITY] {
            let fault = Track::new(2.0, 2, vec![0.0, 0.0, 0.0, value]).unwrap_err();
            assert!(fault.found.contains("row 1, column 1"), "{fault}");
        }
        for rate_hz in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e4] {
            assert!(Track::new(rate_hz, 2, vec![0.0; 2]).is_err(), "{rate_hz}");
        }
    }

    #[test]
    fn cuts_must_be_ascending_and_inside_the_clip() {
        let clip = |cuts: &[f64]| ClipFeatures {
            duration: Seconds(10.0),
            shots: cuts.iter().copied().map(Seconds).collect(),
            ..ClipFeatures::default()
        };
        assert!(clip(&[1.0, 2.5, 9.9]).check().is_ok());
        for cuts in [
            [0.0, 1.0],
            [2.0, 1.0],
            [2.0, 2.0],
            [1.0, 10.0],
            [1.0, f64::NAN],
        ] {
            assert!(clip(&cuts).check().is_err(), "{cuts:?}");
        }
    }

    #[test]
    fn embeddings_of_the_wrong_width_are_refused() {
        let clip = ClipFeatures {
            duration: Seconds(1.0),
            visual: Some(Track::new(1.0, CAPTION_WIDTH, vec![0.0; CAPTION_WIDTH]).unwrap()),
            ..ClipFeatures::default()
        };
        assert!(clip.check().unwrap_err().found.contains("768"));
    }
}
