//! Decodes a clip's pictures one at a time with the `ffmpeg` program.

use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::ffmpeg::{self, Process};
use super::picture::{HEIGHT, PICTURE_BYTES, Picture, WIDTH};
use super::probe::Probe;
use crate::error::{Error, Fault, Result};
use crate::time::Seconds;

/// Time stamps are counted in this share of a second.
const STAMPS_PER_SECOND: f64 = 1e6;
/// How long a time stamp may come after its picture; in fact it comes before.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Filters that pictures pass, each followed by a comma.
pub(crate) struct Filters {
    /// Those that need every line.
    pub(crate) of_whole: String,
    /// Those for which the scaled picture is enough.
    pub(crate) of_scaled: String,
}

/// How pictures of another shape become [`WIDTH`] × [`HEIGHT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Stretched, to be measured.
    Stretched,
    /// In their own shape on black, to be looked at.
    Within,
}

impl Fit {
    /// Returns the filters, followed by a comma.
    fn filters(self) -> String {
        match self {
            Self::Stretched => format!("scale={WIDTH}:{HEIGHT}:flags=area,"),
            Self::Within => format!(
                "scale=iw*sar:ih,setsar=1,scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=decrease:flags=area,\
                 pad={WIDTH}:{HEIGHT}:-1:-1,"
            ),
        }
    }
}

/// The pictures of a clip, each with the time at which it is first shown.
///
/// Only one picture is in memory at a time; `ffmpeg` is killed when this is dropped.
pub(crate) struct Decoder<'a> {
    path: &'a Path,
    probe: &'a Probe,
    process: Option<Process>,
    pipe: Box<dyn Read>,
    stamps: Receiver<Option<i64>>,
    last_time: Option<Seconds>,
    first_error: Option<String>,
    bytes: Box<[u8; PICTURE_BYTES]>,
}

impl<'a> Decoder<'a> {
    /// Starts decoding the stream that `probe` chose of the file at `path`, through `filters`.
    ///
    /// # Errors
    /// Returns [`Error::Program`] if `ffmpeg` is not installed.
    pub(crate) fn start(
        path: &'a Path,
        probe: &'a Probe,
        filters: &Filters,
        fit: Fit,
    ) -> Result<Self> {
        let arguments = arguments(path, probe, filters, fit);
        let (mut process, stamps) = Process::start_timed(&arguments)?;
        let pipe: Box<dyn Read> = match process.take_output() {
            Some(pipe) => Box::new(BufReader::with_capacity(2 * PICTURE_BYTES, pipe)),
            None => Box::new(io::empty()),
        };
        Ok(Self {
            path,
            probe,
            process: Some(process),
            pipe,
            stamps,
            last_time: None,
            first_error: None,
            bytes: Box::new([0; PICTURE_BYTES]),
        })
    }

    /// Returns the next picture and its time, or `None` after the last. Times ascend.
    ///
    /// # Errors
    /// Returns an error with the first error that `ffmpeg` printed if it cannot decode the file.
    pub(crate) fn next_picture(&mut self) -> Result<Option<(Seconds, Picture)>> {
        match self.pipe.read_exact(self.bytes.as_mut_slice()) {
            Ok(()) => return Ok(Some((self.next_time(), Picture::from_bytes(&self.bytes)))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(Error::io(self.path)(error)),
        }
        if let Some(process) = self.process.take() {
            let exit = process.wait()?;
            if !exit.succeeded() {
                let found = format!("a picture that FFmpeg cannot decode ({})", exit.reason());
                return Err(Fault::new(found, "a video file").in_file(self.path));
            }
            self.first_error = exit.first_error().map(str::to_owned);
        }
        Ok(None)
    }

    /// Returns the first error that did not keep `ffmpeg` from going on, once the last picture was read.
    pub(crate) fn first_error(&self) -> Option<&str> {
        self.first_error.as_deref()
    }

    /// Returns the time of the picture that was just read: a frame after the one before if it has none of its own, or one
    /// that is not later.
    fn next_time(&mut self) -> Seconds {
        let stamp = self.stamps.recv_timeout(LONGEST_WAIT).ok().flatten();
        let own = stamp.map(|stamp| self.probe.time_of(stamp as f64 / STAMPS_PER_SECOND));
        let usual = match self.last_time {
            Some(Seconds(last)) => Seconds(last + 1.0 / self.probe.frame_rate.hz()),
            None => self.probe.start,
        };
        let later = own.filter(|own| self.last_time.is_none_or(|last| own.0 > last.0));
        let time = Seconds(later.unwrap_or(usual).0.max(0.0));
        self.last_time = Some(time);
        time
    }
}

/// Returns the arguments of `ffmpeg`.
///
/// The picture is scaled by averaging areas, as most clips encode it, with half the colours in each direction: FFmpeg does
/// that faster than it makes RGB at once, and what is measured has half the size. Time stamps stay as they are in the file, and every frame is written once.
fn arguments(path: &Path, probe: &Probe, filters: &Filters, fit: Fit) -> Vec<OsString> {
    let version = probe.version;
    let mut arguments: Vec<OsString> = vec!["-nostdin".into(), "-nostats".into()];
    arguments.extend(ffmpeg::local_files_only());
    // Pictures that no others are made from keep the edges of their blocks, which are not seen at this size.
    arguments.extend(["-skip_loop_filter", "noref", "-copyts", "-i"].map(Into::into));
    arguments.push(ffmpeg::file_address(path));
    arguments.extend(["-map".into(), format!("0:{}", probe.stream).into()]);
    arguments.extend(["-an", "-sn", "-dn", "-vf"].map(Into::into));
    arguments.push(
        format!(
            "{}settb=AVTB,{}{}format=yuv420p,format=rgb24,{}",
            filters.of_whole,
            fit.filters(),
            filters.of_scaled,
            version.stamp_filter()
        )
        .into(),
    );
    arguments.extend(version.every_frame_once());
    arguments.extend(["-f", "rawvideo", "pipe:1"].map(Into::into));
    arguments
}
