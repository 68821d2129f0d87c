//! Predicts a clip of any length in windows that overlap.

use super::{FRAME_BYTES, Likelihood, ShotNetwork};
use crate::error::Result;

/// Frames in a window.
const WINDOW: usize = 100;
/// Frames at both ends of a window that are only there for the others to be seen among them.
const CONTEXT: usize = 25;

/// Takes frames one by one; holds about a hundred of them.
#[derive(Debug)]
pub struct Windows<'a> {
    network: &'a ShotNetwork,
    /// The frames of the next window so far. The first and the last of a clip are repeated as context.
    frames: Vec<u8>,
    likelihoods: Vec<Likelihood>,
}

impl<'a> Windows<'a> {
    /// Starts a clip.
    pub fn new(network: &'a ShotNetwork) -> Self {
        Self {
            network,
            frames: Vec::new(),
            likelihoods: Vec::new(),
        }
    }

    /// Takes the next frame.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn push(&mut self, frame: &[u8; FRAME_BYTES]) -> Result<()> {
        if self.frames.is_empty() {
            self.frames = frame.repeat(CONTEXT);
        }
        self.frames.extend(frame);
        if self.frames.len() == WINDOW * FRAME_BYTES {
            self.predict()?;
            self.frames.drain(..(WINDOW - 2 * CONTEXT) * FRAME_BYTES);
        }
        Ok(())
    }

    /// Returns what the network says of each frame of the clip.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn finish(mut self) -> Result<Vec<Likelihood>> {
        if let Some(last) = self.frames.last_chunk::<FRAME_BYTES>().copied() {
            self.frames.extend(last.repeat(CONTEXT));
            if self.frames.len() > 2 * CONTEXT * FRAME_BYTES {
                self.predict()?;
            }
        }
        Ok(self.likelihoods)
    }

    /// Predicts the window, and keeps what is said of the frames that are not context.
    fn predict(&mut self) -> Result<()> {
        let said = self.network.predict(&self.frames)?;
        let end = said.len().saturating_sub(CONTEXT);
        self.likelihoods
            .extend(said.get(CONTEXT..end).unwrap_or_default());
        Ok(())
    }
}
