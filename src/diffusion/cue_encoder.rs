//! Encodes cues and harmony for the networks of the `cues` family.
//!
//! Both enter the network twice: as channels beside the roll, so that the music can follow them beat by beat, and as
//! context tokens for cross-attention, one per beat with its position in the segment.
//!
//! A cue row holds each cue's value times its mask, then the masks. A harmony row holds 12 flags for the pitch classes
//! of the chord, from C, 12 for that of the bass, and a mask. All zeros leave the harmony free.

use std::f64::consts::LN_10;

use candle_core::{DType, Device, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use crate::diffusion::config::ModelConfig;
use crate::error::Result;
use crate::time::BEATS_PER_SEGMENT;

/// Frequencies in the position encoding; each gives a sine and a cosine.
const POSITION_FREQUENCIES: usize = 8;
/// Pitch classes.
const CLASSES: usize = 12;
/// Numbers in a harmony row.
pub const HARMONY_WIDTH: usize = 2 * CLASSES + 1;

/// Cue and harmony rows of a batch of segments.
#[derive(Clone, Copy, Debug)]
pub struct CueRows<'a> {
    /// Cue rows, `[batch, beats, 2·cues]`.
    pub cues: &'a Tensor,
    /// Harmony rows, `[batch, beats, 25]`, or `None` to leave the harmony free.
    pub harmony: Option<&'a Tensor>,
}

/// Encodes cue and harmony rows.
#[derive(Clone, Debug)]
pub(crate) struct CueEncoder {
    expand: Linear,
    project: Linear,
    reads_harmony: bool,
    pitch_min: usize,
    pitches: usize,
    /// `[1, beats, 16]`.
    positions: Tensor,
}

impl CueEncoder {
    /// Loads `0` and `2` below `vb`.
    pub(crate) fn new(config: &ModelConfig, vb: &VarBuilder) -> Result<Self> {
        let harmony_width = if config.harmony { HARMONY_WIDTH } else { 0 };
        let inputs = config.row_width() + 2 * POSITION_FREQUENCIES + harmony_width;
        Ok(Self {
            expand: linear(inputs, config.d_cond, vb.pp("0"))?,
            project: linear(config.d_cond, config.d_cond, vb.pp("2"))?,
            reads_harmony: config.harmony,
            pitch_min: config.pitch_min,
            pitches: config.img_w,
            positions: positions(vb.device())?,
        })
    }

    /// Whether the network takes harmony rows.
    pub(crate) fn reads_harmony(&self) -> bool {
        self.reads_harmony
    }

    /// Returns context tokens, `[batch, beats, d_cond]`.
    pub(crate) fn context(&self, rows: CueRows<'_>) -> Result<Tensor> {
        let (batch, beats, _) = rows.cues.dims3()?;
        let positions = self
            .positions
            .broadcast_as((batch, beats, 2 * POSITION_FREQUENCIES))?;
        let input = match self.harmony_of(rows)? {
            Some(harmony) => Tensor::cat(&[rows.cues, &positions, &harmony], 2)?,
            None => Tensor::cat(&[rows.cues, &positions], 2)?,
        };
        Ok(self
            .project
            .forward(&self.expand.forward(&input)?.silu()?)?)
    }

    /// Returns the channels beside the roll, `[batch, channels, beats, pitches]`: the cue rows, constant over pitch, then
    /// the flags of the chord and of the bass at every pitch of their classes, then the mask of the harmony.
    pub(crate) fn channels(&self, rows: CueRows<'_>) -> Result<Tensor> {
        let constant = |values: &Tensor| -> Result<Tensor> {
            let (batch, beats, width) = values.dims3()?;
            Ok(values
                .transpose(1, 2)?
                .unsqueeze(3)?
                .broadcast_as((batch, width, beats, self.pitches))?
                .contiguous()?)
        };
        let cues = constant(rows.cues)?;
        let Some(harmony) = self.harmony_of(rows)? else {
            return Ok(cues);
        };
        let classes: Vec<u32> = (0..self.pitches)
            .map(|column| ((self.pitch_min + column) % CLASSES) as u32)
            .collect();
        let classes = Tensor::new(classes, harmony.device())?;
        let at_pitches = |first: usize| -> Result<Tensor> {
            let flags = harmony.narrow(2, first, CLASSES)?.contiguous()?;
            Ok(flags.index_select(&classes, 2)?.unsqueeze(1)?)
        };
        let mask = constant(&harmony.narrow(2, 2 * CLASSES, 1)?)?;
        Ok(Tensor::cat(
            &[cues, at_pitches(0)?, at_pitches(CLASSES)?, mask],
            1,
        )?)
    }

    /// Returns the harmony rows, zeros if none are given, or `None` if the network takes none.
    fn harmony_of(&self, rows: CueRows<'_>) -> Result<Option<Tensor>> {
        if !self.reads_harmony {
            return Ok(None);
        }
        match rows.harmony {
            Some(harmony) => Ok(Some(harmony.clone())),
            None => {
                let (batch, beats, _) = rows.cues.dims3()?;
                let shape = (batch, beats, HARMONY_WIDTH);
                Ok(Some(Tensor::zeros(shape, DType::F32, rows.cues.device())?))
            }
        }
    }
}

/// Encodes each beat's position: `sin(beat·f_i)`, then `cos(beat·f_i)`, with `f_i = 100^(−i/8)`, `[1, beats, 16]`.
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
