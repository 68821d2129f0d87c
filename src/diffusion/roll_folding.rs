//! Folds the steps of a beat into channels, which shortens the plane that the network works on.

use candle_core::Tensor;

use crate::error::Result;

/// Folds `[batch, channels, steps, pitches]` to `[batch, channels·fold, steps / fold, pitches]`, with channels ordered
/// by roll channel, then by step in the fold.
pub(crate) fn fold(roll: &Tensor, fold: usize) -> Result<Tensor> {
    let (batch, channels, steps, pitches) = roll.dims4()?;
    Ok(roll
        .reshape((batch, channels, steps / fold, fold, pitches))?
        .transpose(2, 3)?
        .reshape((batch, channels * fold, steps / fold, pitches))?)
}

/// Reverses [`fold`].
pub(crate) fn unfold(folded: &Tensor, fold: usize) -> Result<Tensor> {
    let (batch, channels, rows, pitches) = folded.dims4()?;
    Ok(folded
        .reshape((batch, channels / fold, fold, rows, pitches))?
        .transpose(2, 3)?
        .reshape((batch, channels / fold, rows * fold, pitches))?)
}
