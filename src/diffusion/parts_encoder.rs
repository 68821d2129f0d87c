//! Encodes the condition of the `parts` family: rows, harmony, and the music to keep.
//!
//! Everything enters as channels beside the folded roll; rows and harmony enter as context tokens, too. A row holds each
//! cue's value times its mask, the masks, opening, ending and their mask, downbeat, compound and their mask, and one flag
//! per style; zero if nothing is requested.

use candle_core::Tensor;

use crate::diffusion::condition::Condition;
use crate::diffusion::cue_encoder::{CueEncoder, CueRows};
use crate::diffusion::roll_folding::fold;
use crate::error::Result;

/// Numbers in a row besides cues, their masks and styles: opening, ending, mask, downbeat, compound, mask.
pub(crate) const FORM_AND_METRE_WIDTH: usize = 6;

/// The condition of a batch of segments.
#[derive(Clone, Copy, Debug)]
pub struct PartsRows<'a> {
    /// Rows, `[batch, beats, 23]`.
    pub rows: &'a Tensor,
    /// Harmony rows, `[batch, beats, 25]`, or `None` to leave the harmony free.
    pub harmony: Option<&'a Tensor>,
    /// The roll times the mask, `[batch, 4, steps, pitches]`.
    pub known: &'a Tensor,
    /// 1 where a beat of a part is kept, else 0, `[batch, parts, beats]`.
    pub mask: &'a Tensor,
}

/// Returns the condition of `rows` for a roll folded by `time_fold`.
pub(super) fn encode(
    encoder: &CueEncoder,
    time_fold: usize,
    rows: PartsRows<'_>,
) -> Result<Condition> {
    let cue_rows = CueRows {
        cues: rows.rows,
        harmony: rows.harmony,
    };
    let (batch, _, _, pitches) = rows.known.dims4()?;
    let (_, parts, beats) = rows.mask.dims3()?;
    let mask = rows.mask.unsqueeze(3)?;
    let mask = mask.broadcast_as((batch, parts, beats, pitches))?;
    let known = fold(rows.known, time_fold)?;
    let channels = Tensor::cat(&[known, mask.contiguous()?, encoder.channels(cue_rows)?], 1)?;
    Ok(Condition {
        early: encoder.context(cue_rows)?,
        late: None,
        channels: Some(channels),
    })
}

/// Spreads a mask `[batch, parts, beats]` over the planes and steps of a roll: `[batch, 2·parts, steps, 1]`.
///
/// # Errors
/// Returns an error if the tensor has another rank.
pub fn spread_mask(mask: &Tensor, steps_per_beat: usize) -> Result<Tensor> {
    let (batch, parts, beats) = mask.dims3()?;
    let spread = mask.reshape((batch, parts, 1, beats, 1))?;
    let spread = spread.broadcast_as((batch, parts, 2, beats, steps_per_beat))?;
    Ok(spread
        .contiguous()?
        .reshape((batch, 2 * parts, beats * steps_per_beat, 1))?)
}
