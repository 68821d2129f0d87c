//! The network while the frames of a clip pass it.
//!
//! Each part holds the frames that later ones are seen among, so that nothing is computed twice, however long the clip is:
//! what is said is the same to the bit as if the network saw all frames at once.

use std::collections::VecDeque;

use candle_core::{Device, Tensor};

use super::block::BlockStream;
use super::similarity::{REACH, Similarity, colour_counts};
use super::{FRAME_BYTES, Likelihood, ShotNetwork, planes, sigmoid};
use crate::error::Result;
use crate::kernel::linear::Linear;

/// Takes frames in parts of any length, and says what the network says of each.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    network: &'a ShotNetwork,
    blocks: Vec<BlockStream<'a>>,
    /// The mean of each channel of each block, frame by frame, of frames that not all blocks have seen.
    means: Vec<VecDeque<Vec<f32>>>,
    /// What the last block sees, of frames of which nothing was said yet.
    seen: VecDeque<Vec<f32>>,
    by_sight: Similarity,
    by_colour: Similarity,
    /// Of how many frames something was said.
    done: usize,
}

impl<'a> Stream<'a> {
    /// Starts a clip.
    pub(super) fn new(network: &'a ShotNetwork) -> Self {
        Self {
            network,
            blocks: network.blocks.iter().map(BlockStream::new).collect(),
            means: vec![VecDeque::new(); network.blocks.len()],
            seen: VecDeque::new(),
            by_sight: Similarity::default(),
            by_colour: Similarity::default(),
            done: 0,
        }
    }

    /// Takes the next frames, and returns what is said of frames of which enough others were seen.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub(super) fn push(&mut self, frames: &[u8]) -> Result<Vec<Likelihood>> {
        let (pictures, _) = frames.as_chunks::<FRAME_BYTES>();
        if pictures.is_empty() {
            return Ok(Vec::new());
        }
        for picture in pictures {
            self.by_colour.push(colour_counts(picture));
        }
        self.pass(Some(planes(pictures)?), false)
    }

    /// Returns what is said of the remaining frames.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub(super) fn finish(&mut self) -> Result<Vec<Likelihood>> {
        self.pass(None, true)
    }

    fn pass(&mut self, frames: Option<Tensor>, is_last: bool) -> Result<Vec<Likelihood>> {
        let mut x = frames;
        for (block, means) in self.blocks.iter_mut().zip(&mut self.means) {
            x = block.push(x.as_ref(), is_last)?;
            if let Some(x) = &x {
                means.extend(x.mean((2, 3))?.to_vec2()?);
            }
        }
        if let Some(x) = x {
            self.seen.extend(x.flatten_from(1)?.to_vec2()?);
            self.compare(x.dim(0)?)?;
        }
        let seen = self.by_sight.end();
        let end = if is_last {
            seen
        } else {
            seen.saturating_sub(REACH)
        };
        if end <= self.done {
            return Ok(Vec::new());
        }
        let said = self.say(end - self.done)?;
        self.done = end;
        self.by_sight.forget(end.saturating_sub(REACH));
        self.by_colour.forget(end.saturating_sub(REACH));
        Ok(said)
    }

    /// Takes the next frames, which all blocks have seen, for comparison.
    fn compare(&mut self, count: usize) -> Result<()> {
        let mut rows = Vec::new();
        for _ in 0..count {
            for means in &mut self.means {
                rows.extend(means.pop_front().unwrap_or_default());
            }
        }
        let width = rows.len() / count.max(1);
        let rows = Tensor::from_vec(rows, (count, width), &Device::Cpu)?;
        let projected: Vec<Vec<f32>> = self.network.projection.forward(&rows)?.to_vec2()?;
        for row in projected {
            self.by_sight.push(row);
        }
        Ok(())
    }

    /// Says something of the next frames.
    fn say(&mut self, count: usize) -> Result<Vec<Likelihood>> {
        let network = self.network;
        let frames = self.done..self.done + count;
        let of_similarity = |layer: &Linear, similarity: &Similarity| -> Result<Tensor> {
            let band = similarity.band(frames.clone());
            let band = Tensor::from_vec(band, (count, 2 * REACH + 1), &Device::Cpu)?;
            Ok(layer.forward(&band)?.relu()?)
        };
        let seen: Vec<f32> = self.seen.drain(..count).flatten().collect();
        let width = seen.len() / count.max(1);
        let parts = [
            of_similarity(&network.colours, &self.by_colour)?,
            of_similarity(&network.similarity, &self.by_sight)?,
            Tensor::from_vec(seen, (count, width), &Device::Cpu)?,
        ];
        let hidden = (network.hidden).forward(&Tensor::cat(&parts, 1)?)?.relu()?;
        let logits: Vec<Vec<f32>> = network.heads.forward(&hidden)?.to_vec2()?;
        let likelihood = |logits: Vec<f32>| Likelihood {
            is_last: sigmoid(logits[0]),
            is_change: sigmoid(logits[1]),
        };
        Ok(logits.into_iter().map(likelihood).collect())
    }
}
