//! What a clip's frames are recognised by in another cut, another size or another encoding of the same picture.

use super::check_rate;
use crate::error::Fault;

/// Bytes of a row of a [`Fingerprint`]: the cells, then mean luma, contrast, and mean blue and red difference.
pub const FINGERPRINT_WIDTH: usize = FINGERPRINT_COLUMNS * FINGERPRINT_ROWS + 4;
/// Columns of cells that the picture is divided into.
pub const FINGERPRINT_COLUMNS: usize = 6;
/// Rows of cells that the picture is divided into.
pub const FINGERPRINT_ROWS: usize = 3;
/// The most rows of a clip: more than a day at 30 rows a second.
pub const MAX_FINGERPRINTS: usize = 1 << 22;

/// A small picture of every frame: the luma of 6 × 3 cells against that of the whole frame, 32 levels for each standard
/// deviation around 128, row by row from the upper left; then four bytes on the whole frame.
///
/// Row `i` is of the frame shown in the middle of the time from `i / rate_hz` to `(i + 1) / rate_hz`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    /// Rows per second.
    rate_hz: f64,
    /// The values, `[rows, FINGERPRINT_WIDTH]`.
    values: Vec<u8>,
}

impl Fingerprint {
    /// Makes the fingerprint of a clip from its rows, one after another.
    ///
    /// # Errors
    /// Returns an error if `values` is not 1 to [`MAX_FINGERPRINTS`] whole rows, or if `rate_hz` is not above 0 and at most
    /// [`MAX_RATE_HZ`](super::MAX_RATE_HZ).
    pub fn new(rate_hz: f64, values: Vec<u8>) -> Result<Self, Fault> {
        let rows = values.len() / FINGERPRINT_WIDTH;
        if !values.len().is_multiple_of(FINGERPRINT_WIDTH)
            || !(1..=MAX_FINGERPRINTS).contains(&rows)
        {
            return Err(Fault::new(
                format!("fingerprints of {} bytes", values.len()),
                format!("1 to {MAX_FINGERPRINTS} rows of {FINGERPRINT_WIDTH}"),
            ));
        }
        check_rate("fingerprints", rate_hz)?;
        Ok(Self { rate_hz, values })
    }

    /// Returns the rows per second.
    pub fn rate_hz(&self) -> f64 {
        self.rate_hz
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / FINGERPRINT_WIDTH
    }

    /// Returns the values, `[rows, FINGERPRINT_WIDTH]`.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// Returns every so many-th row of them, so that no more than `most` are left.
    #[must_use]
    pub fn thinned(&self, most: usize) -> Self {
        let step = self.rows().div_ceil(most.max(1)).max(1);
        let (rows, _) = self.values.as_chunks::<FINGERPRINT_WIDTH>();
        let kept = rows.chunks(step).map(|rows| rows[rows.len() / 2]);
        Self {
            rate_hz: self.rate_hz / step as f64,
            values: kept.flatten().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(rows: usize) -> Fingerprint {
        let values = (0..rows).flat_map(|row| [row as u8; FINGERPRINT_WIDTH]);
        Fingerprint::new(24.0, values.collect()).unwrap()
    }

    #[test]
    fn fingerprints_need_whole_rows_and_a_valid_rate() {
        assert_eq!(counting(5).rows(), 5);
        assert!(Fingerprint::new(24.0, vec![0; FINGERPRINT_WIDTH + 1]).is_err());
        assert!(Fingerprint::new(24.0, Vec::new()).is_err());
        for rate_hz in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e6] {
            assert!(
                Fingerprint::new(rate_hz, vec![0; FINGERPRINT_WIDTH]).is_err(),
                "{rate_hz}"
            );
        }
    }

    #[test]
    fn thinned_fingerprints_are_of_the_same_times() {
        let thinned = counting(48).thinned(16);
        assert_eq!((thinned.rows(), thinned.rate_hz()), (16, 8.0));
        let of_rows: Vec<u8> = (thinned.values().iter().step_by(FINGERPRINT_WIDTH))
            .copied()
            .collect();
        assert_eq!(of_rows[..3], [1, 4, 7]);
        assert_eq!(counting(48).thinned(48), counting(48));
    }
}
