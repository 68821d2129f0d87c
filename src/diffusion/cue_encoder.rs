//! How cue rows enter the network of the `cues` family.
//!
//! Twice: as channels beside the roll, constant over pitch, so that the music can follow to the beat; and as context
//! tokens for cross-attention, one a beat, which also know their place in the segment.

use std::f64::consts::LN_10;

use candle_core::{Device, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use crate::diffusion::config::ModelConfig;
use crate::error::Result;
use crate::time::BEATS_PER_SEGMENT;

/// Frequencies of the position numbers; each gives a sine and a cosine.
const POSITION_FREQUENCIES: usize = 8;

/// Encodes cue rows.
#[derive(Clone, Debug)]
pub struct CueEncoder {
    expand: Linear,
    project: Linear,
    /// `[1, beats, 16]`.
    positions: Tensor,
}

impl CueEncoder {
    /// Loads `0` and `2` below `vb`.
    pub fn new(config: &ModelConfig, vb: &VarBuilder) -> Result<Self> {
        let inputs = config.cue_row_width() + 2 * POSITION_FREQUENCIES;
        Ok(Self {
            expand: linear(inputs, config.d_cond, vb.pp("0"))?,
            project: linear(config.d_cond, config.d_cond, vb.pp("2"))?,
            positions: positions(vb.device())?,
        })
    }

    /// Rows `[batch, beats, width]` as context tokens `[batch, beats, d_cond]`.
    pub fn context(&self, rows: &Tensor) -> Result<Tensor> {
        let (batch, beats, _) = rows.dims3()?;
        let positions = self
            .positions
            .broadcast_as((batch, beats, 2 * POSITION_FREQUENCIES))?;
        let hidden = self.expand.forward(&Tensor::cat(&[rows, &positions], 2)?)?;
        Ok(self.project.forward(&hidden.silu()?)?)
    }

    /// Rows `[batch, beats, width]` as channels `[batch, width, beats, pitches]`.
    pub fn channels(&self, rows: &Tensor, pitches: usize) -> Result<Tensor> {
        let (batch, beats, width) = rows.dims3()?;
        Ok(rows
            .transpose(1, 2)?
            .unsqueeze(3)?
            .broadcast_as((batch, width, beats, pitches))?
            .contiguous()?)
    }
}

/// `sin(beat·f_i)` then `cos(beat·f_i)` with `f_i = 100^(−i/8)`, `[1, beats, 16]`.
fn positions(device: &Device) -> Result<Tensor> {
    let angle = |beat: u32, i: usize| {
        f64::from(beat) * libm::exp(-(i as f64) * 2.0 * LN_10 / POSITION_FREQUENCIES as f64)
    };
    let values: Vec<f32> = (0..BEATS_PER_SEGMENT)
        .flat_map(|beat| {
            let sines = (0..POSITION_FREQUENCIES).map(move |i| libm::sin(angle(beat, i)) as f32);
            let cosines = (0..POSITION_FREQUENCIES).map(move |i| libm::cos(angle(beat, i)) as f32);
            sines.chain(cosines)
        })
        .collect();
    let shape = (1, BEATS_PER_SEGMENT as usize, 2 * POSITION_FREQUENCIES);
    Ok(Tensor::from_vec(values, shape, device)?)
}
