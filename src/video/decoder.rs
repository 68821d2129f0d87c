//! Decodes a clip's pictures one at a time with the `ffmpeg` program.

use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::ffmpeg::{self, Process};
use super::picture::{HEIGHT, PICTURE_BYTES, Picture, WIDTH};
use super::probe::FrameRate;
use crate::error::{Error, Fault, Result};

/// The frames of a clip at a constant rate: frame `i` shows the picture at `i / rate` seconds.
///
/// If the clip's own rate varies, frames are repeated or skipped to fit. Only one picture is in memory at a time; `ffmpeg`
/// is killed when this is dropped.
pub(crate) struct Decoder<'a> {
    path: &'a Path,
    process: Option<Process>,
    pipe: Box<dyn Read>,
    bytes: Box<[u8; PICTURE_BYTES]>,
}

impl<'a> Decoder<'a> {
    /// Starts decoding the first video stream of the file at `path`.
    ///
    /// # Errors
    /// Returns [`Error::Program`] if `ffmpeg` is not installed.
    pub(crate) fn start(path: &'a Path, rate: FrameRate) -> Result<Self> {
        let mut process = Process::start("ffmpeg", &arguments(path, rate))?;
        let pipe: Box<dyn Read> = match process.take_output() {
            Some(pipe) => Box::new(BufReader::with_capacity(2 * PICTURE_BYTES, pipe)),
            None => Box::new(io::empty()),
        };
        Ok(Self {
            path,
            process: Some(process),
            pipe,
            bytes: Box::new([0; PICTURE_BYTES]),
        })
    }

    /// Returns the next picture, or `None` after the last.
    ///
    /// # Errors
    /// Returns an error with the last line that `ffmpeg` printed if it cannot decode the file.
    pub(crate) fn next_picture(&mut self) -> Result<Option<Picture>> {
        match self.pipe.read_exact(self.bytes.as_mut_slice()) {
            Ok(()) => return Ok(Some(Picture::from_bytes(&self.bytes))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(Error::io(self.path)(error)),
        }
        if let Some(process) = self.process.take() {
            let exit = process.wait()?;
            if !exit.succeeded() {
                let found = format!("a picture that FFmpeg cannot decode ({})", exit.reason());
                return Err(Fault::new(found, "a video file").in_file(self.path));
            }
        }
        Ok(None)
    }
}

/// Returns the arguments of `ffmpeg`.
///
/// The picture is scaled by averaging areas. Raw video has a constant rate, which makes `ffmpeg` repeat or skip frames of
/// a clip whose rate varies, and fill the time before a late first frame.
fn arguments(path: &Path, rate: FrameRate) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-nostdin".into()];
    arguments.extend(ffmpeg::local_files_only());
    arguments.extend(["-i".into(), ffmpeg::file_address(path)]);
    arguments.extend(["-map", "0:V:0", "-an", "-sn", "-dn", "-r"].map(Into::into));
    arguments.push(format!("{}/{}", rate.frames, rate.seconds).into());
    arguments.push("-vf".into());
    arguments.push(format!("scale={WIDTH}:{HEIGHT}:flags=area,format=rgb24").into());
    arguments.extend(["-f", "rawvideo", "pipe:1"].map(Into::into));
    arguments
}
