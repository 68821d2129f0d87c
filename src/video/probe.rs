//! Asks `ffprobe` where a clip's picture starts and ends and how fast its frames follow, before it is decoded.
//!
//! # The file's own time
//! Second 0 of a clip is where the earliest of its streams begins, picture or sound, which is where DAWs and players begin
//! to play it. Sound before time stamp 0, which codecs need to warm up and nobody hears, does not count. The picture
//! starts at the time of its first frame and ends when its last frame does.

use std::ffi::OsString;
use std::fs;
use std::io::BufReader;
use std::ops::RangeInclusive;
use std::path::Path;

use super::ffmpeg::{self, Process, Version};
use super::frame_rate::FrameRate;
use super::hdr::Hdr;
use crate::error::{Error, Fault, Result};
use crate::time::Seconds;

mod answer;

use answer::{Answer, Stream};

/// Time stamps that lie this close to a multiple of the frame's duration are taken for rounded: some files count in
/// milliseconds.
const ROUNDING_SECONDS: f64 = 1.1e-3;

/// Rates of frames at which video is interlaced: 25, 29.97 and 30, with some tolerance.
const INTERLACED_RATES_HZ: RangeInclusive<f64> = 24.5..=30.5;
/// A picture that ends this much earlier than stated is incomplete.
const MISSING_SECONDS: f64 = 0.5;

/// What `ffprobe` reports about a clip.
#[derive(Debug, PartialEq)]
pub(crate) struct Probe {
    /// The index of the picture's stream.
    pub(crate) stream: usize,
    /// The rate that fits the time stamps of the frames.
    pub(crate) frame_rate: FrameRate,
    /// Second 0 of the clip, on the clock of the file's time stamps.
    pub(crate) zero: Seconds,
    /// When the picture's first frame is shown, in the file's own time.
    pub(crate) start: Seconds,
    /// When the picture's last frame is shown, in the file's own time.
    pub(crate) last: Seconds,
    /// When the picture's last frame is over, in the file's own time.
    pub(crate) end: Seconds,
    /// How many frames the picture has, or 0 if that is not known yet.
    pub(crate) frames: usize,
    /// Whether the frames follow at a rate at which video is interlaced.
    pub(crate) may_be_interlaced: bool,
    /// How much wider than high the picture is shown, if the file says so. Pictures that are to be turned are not.
    pub(crate) aspect: Option<f64>,
    /// How light is encoded, if the picture has a high dynamic range.
    pub(crate) hdr: Option<Hdr>,
    /// When the picture ends according to its stream.
    stated_end: Option<Seconds>,
    /// When the longest stream ends according to the file.
    stated_end_of_file: Option<Seconds>,
    /// The version of `ffprobe`, which comes with `ffmpeg`.
    pub(crate) version: Version,
    /// What the user should know, in sentences.
    pub(crate) warnings: Vec<String>,
}

impl Probe {
    /// Returns the file's own time of a frame with this time stamp in seconds.
    pub(crate) fn time_of(&self, stamp: f64) -> Seconds {
        let since_first = stamp - self.zero.0 - self.start.0;
        Seconds(self.start.0 + unrounded(since_first, self.frame_rate))
    }

    /// Says what is missing of a picture whose last frame that can be read is shown at `last`, if anything is. `error` is
    /// FFmpeg's first error.
    pub(crate) fn missing(&self, last: Seconds, error: Option<&str>) -> Option<String> {
        let frame = 1.0 / self.frame_rate.hz();
        let end = if last.0 + MISSING_SECONDS.max(2.0 * frame) < self.last.0 {
            Seconds(last.0 + frame)
        } else {
            self.end
        };
        // The stated end of a file may be that of its sound, which tells nothing unless something went wrong.
        let stated = self
            .stated_end
            .or(self.stated_end_of_file.filter(|_| error.is_some()));
        let tolerance = MISSING_SECONDS.max(2.0 * frame);
        let reason = error.map_or_else(String::new, |error| format!(" (FFmpeg: {error})"));
        match stated {
            Some(stated) if stated.0 - end.0 > tolerance => Some(format!(
                "The file is incomplete: of {:.2} s of picture only {:.2} s can be read{reason}.",
                stated.0, end.0
            )),
            _ => error.map(|_| format!("Part of the file is damaged and was passed over{reason}.")),
        }
    }

    fn of_answer(answer: &Answer) -> Result<Self, Fault> {
        let expected = "a video file";
        let Some(stream) = answer.choice() else {
            return Err(Fault::new("no video stream", expected));
        };
        let frame_rate = FrameRate::of_analysis(stream.base_rate, stream.average_rate)
            .ok_or_else(|| Fault::new("a video stream without a frame rate", expected))?;
        let packets = answer.packets_of(stream.index);
        let first = packets.and_then(|packets| packets.first).unwrap_or(0.0);
        let zero = match answer.start {
            Some(start) if start >= 0.0 => start.min(first),
            _ => first.min(0.0),
        };
        let lasting = match packets {
            Some(packets) => packets.end(1.0 / frame_rate.hz()) - first,
            None => stream.duration.or(answer.duration).unwrap_or(0.0),
        };
        let start = first - zero;
        Ok(Self {
            stream: stream.index,
            frame_rate,
            zero: Seconds(zero),
            start: Seconds(start),
            last: Seconds(packets.map_or(start, |packets| packets.last - zero)),
            end: Seconds(start + unrounded(lasting, frame_rate)),
            frames: packets.map_or(0, |packets| packets.count),
            may_be_interlaced: stream
                .average_rate
                .is_some_and(|rate| INTERLACED_RATES_HZ.contains(&rate.hz())),
            aspect: stream.aspect,
            hdr: stream.hdr,
            stated_end: stream.duration.map(|duration| Seconds(start + duration)),
            stated_end_of_file: answer.duration.map(Seconds),
            version: answer.version,
            warnings: choice_of(stream, answer.streams.len())
                .into_iter()
                .collect(),
        })
    }
}

/// Names the stream that was chosen of several.
fn choice_of(stream: &Stream, streams: usize) -> Option<String> {
    let reason = if stream.is_default {
        "the default one"
    } else {
        "the first"
    };
    (streams > 1).then(|| {
        format!(
            "The file has {streams} video streams; {reason} is read (stream {}: {}).",
            stream.index, stream.label
        )
    })
}

/// Returns the multiple of a frame's duration that was rounded to `seconds`, or `seconds` if none was.
fn unrounded(seconds: f64, rate: FrameRate) -> f64 {
    let (frames, per) = (f64::from(rate.frames), f64::from(rate.seconds));
    let nearest = (seconds * frames / per).round() * per / frames;
    if (nearest - seconds).abs() <= ROUNDING_SECONDS {
        nearest
    } else {
        seconds
    }
}

/// Asks `ffprobe` about the video stream of the file at `path`: of several, the one that the file marks as the default,
/// or else the first. Cover pictures of music files do not count.
///
/// The packets of the whole file are read but not decoded.
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
    let mut process = Process::start("ffprobe", &arguments(path))?;
    let answer = match process.take_output() {
        Some(output) => Answer::read(BufReader::new(output)).map_err(Error::io(path))?,
        None => Answer::default(),
    };
    let exit = process.wait()?;
    if !exit.succeeded() {
        let found = format!("a file that FFmpeg cannot read ({})", exit.reason());
        return Err(Fault::new(found, expected).in_file(path));
    }
    Probe::of_answer(&answer).map_err(|fault| fault.in_file(path))
}

fn arguments(path: &Path) -> Vec<OsString> {
    let mut arguments = ffmpeg::local_files_only().to_vec();
    arguments.extend(["-select_streams", "V", "-show_entries"].map(Into::into));
    arguments.push(answer::ENTRIES.into());
    arguments.extend(["-of", "compact"].map(Into::into));
    arguments.push(ffmpeg::file_address(path));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probed(text: &str) -> Result<Probe, Fault> {
        Probe::of_answer(&Answer::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn the_picture_lasts_from_its_first_frame_to_the_end_of_its_last_in_the_files_own_time() {
        let probe = probed(
            "packet|stream_index=0|pts_time=2.900000|dts_time=2.860000|duration_time=0.040000|flags=K_\n\
             packet|stream_index=0|pts_time=4.900000|dts_time=2.900000|duration_time=0.040000|flags=__\n\
             packet|stream_index=0|pts_time=2.940000|dts_time=2.940000|duration_time=0.040000|flags=__\n\
             stream|index=0|r_frame_rate=25/1|avg_frame_rate=25/1|duration=0.12\n\
             format|start_time=1.400000|duration=9.0\n",
        )
        .unwrap();
        assert_eq!(probe.zero, Seconds(1.4));
        assert_eq!(probe.frames, 3);
        assert!((probe.start.0 - 1.5).abs() < 1e-9);
        assert!((probe.end.0 - 3.54).abs() < 1e-9, "{:?}", probe.end);
    }

    #[test]
    fn sound_that_warms_up_before_0_does_not_move_the_picture() {
        let text = "packet|stream_index=0|pts_time=0.000000|duration_time=0.040000|flags=K_\n\
             stream|index=0|r_frame_rate=25/1|avg_frame_rate=25/1\nformat|start_time=-0.007000\n";
        let probe = probed(text).unwrap();
        assert_eq!((probe.zero, probe.start), (Seconds(0.0), Seconds(0.0)));
    }

    #[test]
    fn times_that_were_rounded_to_milliseconds_are_exact_again() {
        let text = "packet|stream_index=0|pts_time=0.000000|duration_time=0.041000|flags=K_\n\
             packet|stream_index=0|pts_time=0.042000|duration_time=0.041000|flags=__\n\
             stream|index=0|r_frame_rate=24000/1001|avg_frame_rate=24000/1001\nformat|start_time=0.0\n";
        let probe = probed(text).unwrap();
        assert_eq!(probe.time_of(0.083), Seconds(2.0 * 1001.0 / 24000.0));
        assert_eq!(probe.time_of(0.060), Seconds(0.060));
        assert_eq!(probe.end, Seconds(2.0 * 1001.0 / 24000.0));
    }

    #[test]
    fn of_two_streams_the_default_one_is_taken_and_named() {
        let text = "stream|index=0|codec_name=h264|width=64|height=36|r_frame_rate=25/1|disposition:default=0\n\
             stream|index=2|codec_name=vp9|width=320|height=180|sample_aspect_ratio=4:3|r_frame_rate=30/1|disposition:default=1\n";
        let probe = probed(text).unwrap();
        assert_eq!((probe.stream, probe.frame_rate.hz()), (2, 30.0));
        assert_eq!(probe.aspect, Some(4.0 * 320.0 / (3.0 * 180.0)));
        assert!(
            probe.warnings[0].contains("stream 2: vp9, 320 × 180"),
            "{:?}",
            probe.warnings
        );
    }

    #[test]
    fn a_picture_that_ends_before_its_stated_end_is_incomplete() {
        let text = "packet|stream_index=0|pts_time=0.000000|duration_time=0.040000|flags=K_\n\
             packet|stream_index=0|pts_time=5.640000|duration_time=0.040000|flags=__\n\
             stream|index=0|r_frame_rate=25/1|duration=10.0\nformat|duration=12.0\n";
        let probe = probed(text).unwrap();
        let missing = probe.missing(probe.last, Some("partial file")).unwrap();
        assert!(
            missing.contains("of 10.00 s of picture only 5.68 s"),
            "{missing}"
        );
        assert!(missing.contains("partial file"), "{missing}");
        assert!(probe.missing(probe.last, None).is_some());
        // Sound that is longer than the picture is no sign of damage.
        let text = text.replace("|duration=10.0", "");
        assert!(probed(&text).unwrap().missing(probe.last, None).is_none());
    }

    #[test]
    fn sound_without_picture_and_streams_without_a_rate_are_refused() {
        for text in [
            "",
            "format|duration=3.0\n",
            "stream|index=0|r_frame_rate=0/0\n",
        ] {
            assert!(probed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_without_time_stamps_lasts_as_long_as_it_says() {
        let text = "stream|index=0|r_frame_rate=25/1|duration=N/A\nformat|duration=3.0\n";
        assert_eq!(probed(text).unwrap().end, Seconds(3.0));
    }
}
