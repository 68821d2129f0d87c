//! Shows a clip of any length to the network, frame by frame.

use super::stream::Stream;
use super::{FRAME_BYTES, Likelihood, ShotNetwork};
use crate::error::Result;

/// Frames that the network sees at once. More are no faster, and take more memory.
const FRAMES_AT_ONCE: usize = 16;
/// The first and the last frame are shown this many times more, so that the others are seen among frames.
const CONTEXT: usize = 25;

/// A clip that is shown to the network.
#[derive(Debug)]
pub struct Screening<'a> {
    stream: Stream<'a>,
    /// Frames that the network has not seen yet.
    frames: Vec<u8>,
    last: Option<[u8; FRAME_BYTES]>,
    likelihoods: Vec<Likelihood>,
}

impl<'a> Screening<'a> {
    /// Starts a clip.
    pub fn new(network: &'a ShotNetwork) -> Self {
        Self {
            stream: Stream::new(network),
            frames: Vec::new(),
            last: None,
            likelihoods: Vec::new(),
        }
    }

    /// Takes the next frame.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn push(&mut self, frame: &[u8; FRAME_BYTES]) -> Result<()> {
        if self.last.is_none() {
            self.frames = frame.repeat(CONTEXT);
        }
        self.last = Some(*frame);
        self.frames.extend(frame);
        if self.frames.len() >= FRAMES_AT_ONCE * FRAME_BYTES {
            self.likelihoods.extend(self.stream.push(&self.frames)?);
            self.frames.clear();
        }
        Ok(())
    }

    /// Returns what the network says of each frame of the clip.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn finish(mut self) -> Result<Vec<Likelihood>> {
        let Some(last) = self.last else {
            return Ok(Vec::new());
        };
        self.frames.extend(last.repeat(CONTEXT));
        self.likelihoods.extend(self.stream.push(&self.frames)?);
        self.likelihoods.extend(self.stream.finish()?);
        let end = self.likelihoods.len() - CONTEXT;
        self.likelihoods.truncate(end);
        self.likelihoods.drain(..CONTEXT);
        Ok(self.likelihoods)
    }
}
