//! Averages over squares of two by two.

use super::tensor::{is_supported, with_slice};
use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

/// Averages each square of 2 × 2 numbers of `x`, `[batch, channels, height, width]`. An odd last row or column is left out.
/// The result is `[batch, channels, height / 2, width / 2]`.
///
/// # Errors
///
/// Returns an error if candle tracks `x`: this has no backward pass.
pub(crate) fn halve(x: &Tensor) -> Result<Tensor> {
    if !is_supported(x) {
        return x.avg_pool2d(2);
    }
    if x.track_op() {
        candle_core::bail!("averages over squares pass no gradients on");
    }
    let (batch, channels, height, width) = x.dims4()?;
    let (rows, columns) = (height / 2, width / 2);
    let mut y = vec![0.0; batch * channels * rows * columns];
    if !y.is_empty() {
        with_slice(&x.contiguous()?, |x| {
            let planes = x.par_chunks_exact(height * width);
            let planes = planes.zip(y.par_chunks_exact_mut(rows * columns));
            planes.for_each(|(x, y)| {
                let pairs = x.chunks_exact(2 * width).zip(y.chunks_exact_mut(columns));
                for (pair, means) in pairs {
                    let (upper, lower) = pair.split_at(width);
                    let squares = upper.chunks_exact(2).zip(lower.chunks_exact(2));
                    for (mean, (upper, lower)) in means.iter_mut().zip(squares) {
                        *mean = 0.25 * ((upper[0] + upper[1]) + (lower[0] + lower[1]));
                    }
                }
            });
            Ok(())
        })?;
    }
    Tensor::from_vec(y, (batch, channels, rows, columns), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::halve;
    use crate::kernel::testing::{assert_near, flat, tensor};

    #[test]
    fn agrees_with_candle_and_leaves_odd_rows_and_columns_out() {
        for (height, width) in [(4, 6), (5, 7), (27, 48)] {
            let x = tensor(&[2, 3, height, width], 1);
            let y = halve(&x).unwrap();
            assert_eq!(y.dims(), [2, 3, height / 2, width / 2]);
            assert_near(&flat(&y), &flat(&x.avg_pool2d(2).unwrap()), 1e-6, "means");
        }
    }

    #[test]
    fn a_picture_of_one_row_has_no_squares() {
        assert_eq!(halve(&tensor(&[1, 1, 1, 4], 1)).unwrap().elem_count(), 0);
    }
}
