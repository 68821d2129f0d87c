//! Asks `ffprobe` for a clip's frame rate and duration before it is decoded.

use std::fs;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::ffmpeg::{self, Process};
use crate::error::{Error, Fault, Result};
use crate::time::Seconds;

/// The highest rate at which frames are taken; faster clips are thinned to it.
const MAX_FRAME_RATE_HZ: f64 = 120.0;
/// The most bytes that are read of `ffprobe`'s answer, which has a few lines.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// What `ffprobe` reports about a clip.
#[derive(Debug, PartialEq)]
pub(crate) struct Probe {
    /// The constant rate at which frames are taken.
    pub(crate) frame_rate: FrameRate,
    /// The duration that the clip states, if any.
    pub(crate) claimed_duration: Option<Seconds>,
}

/// Frames per second as a fraction, so that 24000/1001 stays exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameRate {
    /// The numerator: frames in [`FrameRate::seconds`].
    pub(crate) frames: u32,
    /// The denominator.
    pub(crate) seconds: u32,
}

impl FrameRate {
    /// Returns the rate in frames per second.
    pub(crate) fn hz(self) -> f64 {
        f64::from(self.frames) / f64::from(self.seconds)
    }

    /// Parses a rate such as `24000/1001`, or returns `None` if it is not one, such as `0/0`.
    fn parse(text: &str) -> Option<Self> {
        let (frames, seconds) = text.split_once('/')?;
        let rate = Self {
            frames: frames.parse().ok()?,
            seconds: seconds.parse().ok()?,
        };
        (rate.frames > 0 && rate.seconds > 0).then_some(rate)
    }

    /// Chooses the rate at which frames are taken.
    ///
    /// `base` is the lowest rate at which every timestamp of the clip is exact. If that is above the limit, as for a
    /// variable-rate recording that needs 90,000 Hz, the average rate is used.
    fn of_analysis(base: Option<Self>, average: Option<Self>) -> Option<Self> {
        let fastest = Self {
            frames: MAX_FRAME_RATE_HZ as u32,
            seconds: 1,
        };
        let usable = |rate: &Self| rate.hz() <= MAX_FRAME_RATE_HZ;
        base.filter(usable)
            .or(average.filter(usable))
            .or(base.or(average).map(|_| fastest))
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
}

#[derive(Deserialize, Default)]
struct Format {
    duration: Option<String>,
}

/// Asks `ffprobe` about the first video stream of the file at `path`. Cover pictures of music files do not count.
///
/// # Errors
/// Returns an error if the file cannot be read, is empty, is not a video or has no picture, or if `ffprobe` is not
/// installed.
pub(crate) fn probe(path: &Path) -> Result<Probe> {
    let expected = "a video file";
    let metadata = fs::metadata(path).map_err(Error::io(path))?;
    if !metadata.is_file() {
        return Err(Fault::new("not a regular file", expected).in_file(path));
    }
    if metadata.len() == 0 {
        return Err(Fault::new("an empty file", expected).in_file(path));
    }

    let mut arguments = ffmpeg::local_files_only().to_vec();
    arguments.extend(
        [
            "-select_streams",
            "V:0",
            "-show_entries",
            "stream=r_frame_rate,avg_frame_rate,duration:format=duration",
            "-of",
            "json",
        ]
        .map(Into::into),
    );
    arguments.push(ffmpeg::file_address(path));
    let mut process = Process::start("ffprobe", &arguments)?;
    let mut answer = Vec::new();
    if let Some(output) = process.take_output() {
        output
            .take(MAX_ANSWER_BYTES)
            .read_to_end(&mut answer)
            .map_err(Error::io(path))?;
    }
    let exit = process.wait()?;
    if !exit.succeeded() {
        let found = format!("a file that FFmpeg cannot read ({})", exit.reason());
        return Err(Fault::new(found, expected).in_file(path));
    }
    read_answer(&answer).map_err(|fault| fault.in_file(path))
}

fn read_answer(json: &[u8]) -> Result<Probe, Fault> {
    let answer: Answer = serde_json::from_slice(json).map_err(|error| {
        Fault::new(
            format!("an unreadable answer of ffprobe ({error})"),
            "JSON with `streams` and `format`",
        )
    })?;
    let Some(stream) = answer.streams.first() else {
        return Err(Fault::new("no video stream", "a video file"));
    };
    let rate = |text: &Option<String>| text.as_deref().and_then(FrameRate::parse);
    let frame_rate =
        FrameRate::of_analysis(rate(&stream.r_frame_rate), rate(&stream.avg_frame_rate))
            .ok_or_else(|| Fault::new("a video stream without a frame rate", "a video file"))?;
    let claimed_duration = [&stream.duration, &answer.format.duration]
        .into_iter()
        .flatten()
        .find_map(|text| text.parse().ok().filter(|&seconds: &f64| seconds > 0.0))
        .map(Seconds);
    Ok(Probe {
        frame_rate,
        claimed_duration,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(frames: u32, seconds: u32) -> FrameRate {
        FrameRate { frames, seconds }
    }

    #[test]
    fn fractional_film_rates_stay_exact() {
        let json = br#"{"streams": [{"r_frame_rate": "24000/1001", "avg_frame_rate": "24000/1001",
            "duration": "10.5"}], "format": {"duration": "11.0"}}"#;
        let probe = read_answer(json).unwrap();
        assert_eq!(probe.frame_rate, rate(24000, 1001));
        assert_eq!(probe.claimed_duration, Some(Seconds(10.5)));
    }

    #[test]
    fn the_average_rate_is_used_if_timestamps_have_no_usable_common_rate() {
        let clock = Some(rate(90_000, 1));
        assert_eq!(
            FrameRate::of_analysis(clock, Some(rate(297, 10))),
            Some(rate(297, 10))
        );
        assert_eq!(FrameRate::of_analysis(clock, None), Some(rate(120, 1)));
        assert_eq!(FrameRate::of_analysis(None, None), None);
    }

    #[test]
    fn sound_without_picture_and_broken_answers_are_refused() {
        for json in [
            r#"{"streams": [], "format": {}}"#,
            r#"{"streams": [{"r_frame_rate": "0/0"}]}"#,
            "[]",
            "",
        ] {
            assert!(read_answer(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn a_duration_that_is_not_a_number_is_ignored() {
        let json = br#"{"streams": [{"r_frame_rate": "25/1", "duration": "N/A"}], "format": {}}"#;
        assert_eq!(read_answer(json).unwrap().claimed_duration, None);
    }
}
