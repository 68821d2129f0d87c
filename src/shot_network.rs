//! A network that finds where shots change: TransNet V2 (Souček and Lokoč, 2020), with the authors' weights.
//!
//! The network sees frames of 48 × 27 pixels, and says of each how likely a shot ends with it and how likely it belongs to
//! a change from one shot to the next, be it a cut, a dissolve or a fade. The authors show it a hundred frames at a time, of
//! which fifty count; here it sees a clip as a whole, while its frames come, so that none is looked at twice.
//!
//! | File | Job |
//! |---|---|
//! | `block` | convolutions over space, then over time at four dilations |
//! | `similarity` | how similar each frame is to those around it, by what the blocks see and by its colours |
//! | `weights` | the tensors of the model file, by their names in the authors' PyTorch code |
//! | `stream` | the network while frames pass it |
//! | `screening` | shows it a clip of any length, frame by frame |
//!
//! [`ShotNetwork::built_in`] is the way in. Its file is described in `models/SHOTS.md`.

mod block;
mod screening;
mod similarity;
mod stream;
mod weights;

use candle_core::{Device, Tensor};

use crate::error::{Fault, Result};
use crate::formats::safetensors_file::Container;
use crate::kernel::linear::Linear;
use block::Block;
use similarity::REACH;
use stream::Stream;
use weights::Weights;

pub use screening::Screening;

/// Width of a frame in pixels.
pub const WIDTH: usize = 48;
/// Height of a frame in pixels.
pub const HEIGHT: usize = 27;
/// Size of a frame in bytes: red, green and blue of every pixel, row by row.
pub const FRAME_BYTES: usize = WIDTH * HEIGHT * 3;

/// The `format` entry of the model file's metadata.
const FORMAT: &str = "diff-bgm-shots/1";
/// Channels of each branch of the first block; every block has twice those of the one before.
const CHANNELS: usize = 16;
/// Channels, rows and columns of what the last block sees.
const SEEN: [usize; 3] = [256, 3, 6];
/// Numbers that describe a frame's similarity to its neighbours, by one measure.
const SIMILARITY_WIDTH: usize = 128;
/// Numbers in the hidden layer.
const HIDDEN_WIDTH: usize = 1024;

/// What the network says of a frame, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likelihood {
    /// How likely a shot ends with this frame: the next one is the first of another.
    pub is_last: f32,
    /// How likely the frame belongs to a change from one shot to the next.
    pub is_change: f32,
}

/// The network.
#[derive(Debug)]
pub struct ShotNetwork {
    blocks: Vec<Block>,
    projection: Linear,
    similarity: Linear,
    colours: Linear,
    hidden: Linear,
    heads: Linear,
}

impl ShotNetwork {
    /// Loads the built-in weights.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn built_in() -> Result<Self> {
        Self::from_bytes(include_bytes!("../models/shots.safetensors"))
    }

    /// Loads the network from the bytes of its file.
    ///
    /// # Errors
    /// Returns an error if they are not such a file, or lack a tensor.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let container = Container::parse(bytes)?;
        container.expect_format(FORMAT)?;
        let weights = Weights::of(&container);
        let seen_channels = |level: usize| (4 * CHANNELS) << level;
        let blocks = (0..3).map(|level| {
            let inputs = match level {
                0 => 3,
                _ => seen_channels(level - 1),
            };
            Block::new(
                &weights,
                &format!("SDDCNN.{level}"),
                inputs,
                CHANNELS << level,
            )
        });
        let blocks = blocks.collect::<Result<Vec<_>>>()?;
        let all_channels = (0..3).map(seen_channels).sum();
        let window = 2 * REACH + 1;
        Ok(Self {
            blocks,
            projection: weights.linear(
                "frame_sim_layer.projection",
                SIMILARITY_WIDTH,
                all_channels,
            )?,
            similarity: weights.linear("frame_sim_layer.fc", SIMILARITY_WIDTH, window)?,
            colours: weights.linear("color_hist_layer.fc", SIMILARITY_WIDTH, window)?,
            hidden: hidden(&weights)?,
            heads: heads(&weights)?,
        })
    }

    /// Returns what the network says of each of consecutive frames, `[frames, HEIGHT, WIDTH, 3]`. It sees nothing before and
    /// after them, so that it is surest of those in their middle; [`Screening`] shows it a clip.
    ///
    /// # Errors
    /// Returns an error unless `frames` is one or more whole frames, or if a tensor operation fails.
    pub fn predict(&self, frames: &[u8]) -> Result<Vec<Likelihood>> {
        if frames.is_empty() || !frames.len().is_multiple_of(FRAME_BYTES) {
            let found = format!("{} bytes", frames.len());
            return Err(Fault::new(found, format!("frames of {FRAME_BYTES}")).into());
        }
        let mut stream = Stream::new(self);
        let mut said = stream.push(frames)?;
        said.extend(stream.finish()?);
        Ok(said)
    }
}

/// Returns frames as planes of red, green and blue from 0 to 1, `[frames, 3, HEIGHT, WIDTH]`.
fn planes(pictures: &[[u8; FRAME_BYTES]]) -> Result<Tensor> {
    let mut planes = Vec::with_capacity(pictures.len() * FRAME_BYTES);
    for picture in pictures {
        let (pixels, _) = picture.as_chunks::<3>();
        for channel in 0..3 {
            planes.extend(pixels.iter().map(|pixel| f32::from(pixel[channel]) / 255.0));
        }
    }
    let shape = (pictures.len(), 3, HEIGHT, WIDTH);
    Ok(Tensor::from_vec(planes, shape, &Device::Cpu)?)
}

/// Returns the hidden layer. Its file has what the blocks see by row, column, channel; here it is by channel, row, column.
fn hidden(weights: &Weights<'_>) -> Result<Linear> {
    let [channels, rows, columns] = SEEN;
    let similarities = 2 * SIMILARITY_WIDTH;
    let inputs = similarities + channels * rows * columns;
    let weight = weights.tensor("fc1.weight", &[HIDDEN_WIDTH, inputs])?;
    let seen = weight
        .narrow(1, similarities, inputs - similarities)?
        .reshape((HIDDEN_WIDTH, rows * columns, channels))?
        .transpose(1, 2)?
        .reshape((HIDDEN_WIDTH, ()))?;
    let weight = Tensor::cat(&[&weight.narrow(1, 0, similarities)?, &seen], 1)?;
    let bias = weights.tensor("fc1.bias", &[HIDDEN_WIDTH])?;
    Ok(Linear::new(weight, Some(bias))?)
}

/// Returns both heads as one layer.
fn heads(weights: &Weights<'_>) -> Result<Linear> {
    let of_both = |name: &str, shape: &[usize]| -> Result<Tensor> {
        let head = |head: &str| weights.tensor(&format!("{head}.{name}"), shape);
        Ok(Tensor::cat(&[head("cls_layer1")?, head("cls_layer2")?], 0)?)
    };
    let weight = of_both("weight", &[1, HIDDEN_WIDTH])?;
    Ok(Linear::new(weight, Some(of_both("bias", &[1])?))?)
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

#[cfg(test)]
mod tests;
