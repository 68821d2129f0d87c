//! Whole pictures of a clip at a steady distance, for networks that see pictures.

use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::ffmpeg::{self, Process};
use super::source::Source;
use crate::error::{Error, Fault, Result};
use crate::time::Seconds;

/// The shortest accepted distance of pictures.
pub const MIN_INTERVAL: Seconds = Seconds(0.02);
/// The longest one.
pub const MAX_INTERVAL: Seconds = Seconds(600.0);
/// Time stamps are counted in this share of a second.
const STAMPS_PER_SECOND: f64 = 1e6;
/// What is added to a quotient before it is rounded down, so that a frame at the boundary counts as after it.
const ROUNDING: f64 = 1e-4;
/// The largest side of a picture, in pixels.
const MAX_SIDE: usize = 16_384;
/// The longest header of a picture, in bytes.
const MAX_HEADER: usize = 64;

/// A picture of a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which interval it is the first frame of, counted from 0.
    pub interval: usize,
    /// Pixels in a row. They are square.
    pub width: usize,
    /// Red, green and blue, row by row.
    pub pixels: Vec<[u8; 3]>,
}

/// What is known of a clip once it was sampled.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// When the picture ends.
    pub end: Seconds,
    /// Intervals until then, one at least.
    pub intervals: usize,
}

/// Calls `on_sample` with the first frame in each interval of `every` seconds of the clip at `path`, and with how much of the
/// clip is over, 0 to 1. Intervals without a frame are left out.
///
/// A frame is shown whole, as large as it is, upright, with square pixels and without interlacing. One picture is in memory at
/// a time.
///
/// # Errors
/// Returns the error of `on_sample`, or another if `every` is out of range, the file is not a video or cannot be read, or
/// FFmpeg is not installed.
pub fn sample(
    path: &Path,
    every: Seconds,
    on_sample: &mut dyn FnMut(Sample, f64) -> Result<()>,
) -> Result<Sampled> {
    if !(MIN_INTERVAL.0..=MAX_INTERVAL.0).contains(&every.0) {
        return Err(Error::value(
            format!("a picture every {} s", every.0),
            format!("{} to {} s", MIN_INTERVAL.0, MAX_INTERVAL.0),
        ));
    }
    let source = Source::open(path, &|_| Ok(()))?;
    let (mut process, stamps) = Process::start_timed(&arguments(&source, every))?;
    let mut pipe: Box<dyn Read> = match process.take_output() {
        Some(pipe) => Box::new(BufReader::with_capacity(1 << 20, pipe)),
        None => Box::new(io::empty()),
    };
    let mut next = 0;
    while let Some((width, pixels)) = read_picture(&mut pipe, path)? {
        // The stamp is printed before the picture is written.
        let stamp = stamps.recv().ok().flatten();
        let own = stamp.map(|stamp| interval(stamp, source.probe.zero, every));
        let interval = own.unwrap_or(next).max(next);
        next = interval + 1;
        let time = Seconds(interval as f64 * every.0);
        on_sample(
            Sample {
                interval,
                width,
                pixels,
            },
            source.share_until(time),
        )?;
    }
    let exit = process.wait()?;
    if !exit.succeeded() || next == 0 {
        let found = format!("a picture that FFmpeg cannot decode ({})", exit.reason());
        return Err(Fault::new(found, "a video file").in_file(path));
    }
    let end = source.probe.end;
    let intervals = ((end.0 / every.0 - 1e-6).ceil() as usize).max(1);
    Ok(Sampled { end, intervals })
}

/// Returns the interval of a frame, exactly as the expression in [`arguments`] has it.
fn interval(stamp: i64, zero: Seconds, every: Seconds) -> usize {
    let time = stamp as f64 / STAMPS_PER_SECOND - zero.0;
    (time / every.0 + ROUNDING).floor().max(0.0) as usize
}

/// Returns the arguments of `ffmpeg`.
fn arguments(source: &Source<'_>, every: Seconds) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-nostdin".into(), "-nostats".into()];
    arguments.extend(ffmpeg::local_files_only());
    arguments.extend([
        "-copyts".into(),
        "-i".into(),
        ffmpeg::file_address(source.path),
    ]);
    arguments.extend(["-map".into(), format!("0:{}", source.probe.stream).into()]);
    arguments.extend(["-an", "-sn", "-dn", "-vf"].map(Into::into));
    let zero = source.probe.zero.0;
    let interval = |time: &str| format!("floor(({time}-({zero}))/{}+{ROUNDING})", every.0);
    let (now, before) = (interval("t"), interval("prev_selected_t"));
    let filters = source.filters();
    arguments.push(
        format!(
            "{}settb=AVTB,select='isnan(prev_selected_t)+gt({now},{before})',scale=iw*sar:ih,setsar=1,{}format=rgb24,{}",
            filters.of_whole,
            filters.of_scaled,
            source.probe.version.stamp_filter()
        )
        .into(),
    );
    arguments.extend(source.probe.version.every_frame_once());
    arguments.extend(["-c:v", "ppm", "-f", "image2pipe", "pipe:1"].map(Into::into));
    arguments
}

/// Reads a picture in the PPM format, or `None` at the end.
fn read_picture(pipe: &mut dyn Read, path: &Path) -> Result<Option<(usize, Vec<[u8; 3]>)>> {
    let mut header = Vec::new();
    let mut lines = 0;
    while lines < 3 && header.len() < MAX_HEADER {
        let mut byte = [0];
        match pipe.read_exact(&mut byte) {
            Ok(()) => header.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(Error::io(path)(error)),
        }
        lines += usize::from(byte[0] == b'\n');
    }
    let text = String::from_utf8_lossy(&header);
    let parts: Vec<&str> = text.split_whitespace().collect();
    let size = match parts[..] {
        ["P6", width, height, "255"] => width.parse().ok().zip(height.parse().ok()),
        _ => None,
    };
    let is_possible = |side: &usize| (1..=MAX_SIDE).contains(side);
    let Some((width, height)) =
        size.filter(|(width, height)| is_possible(width) && is_possible(height))
    else {
        let found = format!("a picture with the header `{}`", text.trim());
        let expected = format!("a picture of at most {MAX_SIDE} pixels a side");
        return Err(Fault::new(found, expected).in_file(path));
    };
    let mut pixels = vec![[0; 3]; width * height];
    match pipe.read_exact(pixels.as_flattened_mut()) {
        Ok(()) => Ok(Some((width, pixels))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(Error::io(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_belong_to_the_interval_that_they_begin_in() {
        let of = |stamp| interval(stamp, Seconds(0.5), Seconds(0.1));
        assert_eq!(
            [of(500_000), of(599_999), of(600_000), of(800_000)],
            [0, 1, 1, 3]
        );
        assert_eq!(of(590_000), 0);
        assert_eq!(of(0), 0);
    }

    #[test]
    fn pictures_are_read_until_the_pipe_ends_and_impossible_ones_are_refused() {
        let path = Path::new("clip.mp4");
        let read = |bytes: &[u8]| read_picture(&mut &bytes[..], path);
        let picture = read(b"P6\n2 1\n255\nabcdef").unwrap();
        assert_eq!(picture, Some((2, vec![*b"abc", *b"def"])));
        assert_eq!(read(b"").unwrap(), None);
        assert_eq!(read(b"P6\n2 1\n255\nabc").unwrap(), None);
        for wrong in [
            "P5\n2 1\n255\n",
            "P6\n0 1\n255\n",
            "P6\n99999 1\n255\n",
            "P6\nx 1\n255\n",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
