//! A clip's frames, one at a time, through the `ffmpeg` program.

use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::ffmpeg::{self, Running};
use super::frame::{FRAME_BYTES, Frame, HEIGHT, WIDTH};
use super::probe::FrameRate;
use crate::error::{Error, Fault, Result};

/// The frames of a clip on a steady grid: frame `i` is what is seen at `i / rate` seconds. Where the clip's own rate
/// varies, frames are repeated or left out to fit. Memory holds one frame; `ffmpeg` is killed when this is dropped.
pub(crate) struct Decoder<'a> {
    path: &'a Path,
    running: Option<Running>,
    pipe: Box<dyn Read>,
    bytes: Box<[u8; FRAME_BYTES]>,
}

impl<'a> Decoder<'a> {
    /// Starts decoding the first video stream of the file at `path`.
    ///
    /// # Errors
    /// [`Error::Program`] where `ffmpeg` is missing.
    pub(crate) fn start(path: &'a Path, rate: FrameRate) -> Result<Self> {
        let mut running = Running::start("ffmpeg", &arguments(path, rate))?;
        let pipe: Box<dyn Read> = match running.take_output() {
            Some(pipe) => Box::new(BufReader::with_capacity(4 * FRAME_BYTES, pipe)),
            None => Box::new(io::empty()),
        };
        Ok(Self {
            path,
            running: Some(running),
            pipe,
            bytes: Box::new([0; FRAME_BYTES]),
        })
    }

    /// The next frame, or `None` after the last.
    ///
    /// # Errors
    /// Where `ffmpeg` gives up on the file; the message holds the last line it said.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame>> {
        match self.pipe.read_exact(self.bytes.as_mut_slice()) {
            Ok(()) => return Ok(Some(Frame::from_bytes(&self.bytes))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(Error::io(self.path)(error)),
        }
        if let Some(running) = self.running.take() {
            let ended = running.wait()?;
            if !ended.succeeded() {
                let found = format!("a picture that FFmpeg cannot decode ({})", ended.reason());
                return Err(Fault::new(found, "a video file").in_file(self.path));
            }
        }
        Ok(None)
    }
}

/// The picture is scaled by averaging areas. Raw video is written at a constant rate, which is what makes `ffmpeg`
/// repeat or leave out frames of a clip whose rate varies, and fill the time before a late first frame.
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
