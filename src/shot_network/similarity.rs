//! How similar each frame is to those around it.

use std::collections::VecDeque;
use std::ops::Range;

use super::FRAME_BYTES;

/// Each frame is compared with this many before it and after it.
pub(super) const REACH: usize = 50;
/// Colours are counted in this many bins: eight levels of red, green and blue.
const COLOURS: usize = 512;

/// Rows of numbers, one for each frame, of which the earlier ones are forgotten while later ones come.
#[derive(Debug, Default)]
pub(super) struct Similarity {
    /// The rows, each of length 1.
    units: VecDeque<Vec<f32>>,
    /// The frame of the first of them.
    first: usize,
}

impl Similarity {
    /// Adds the row of the next frame.
    pub(super) fn push(&mut self, mut row: Vec<f32>) {
        let length = dot(&row, &row).sqrt().max(1e-12);
        row.iter_mut().for_each(|x| *x /= length);
        self.units.push_back(row);
    }

    /// Returns how many rows have come.
    pub(super) fn end(&self) -> usize {
        self.first + self.units.len()
    }

    /// Forgets the rows before a frame.
    pub(super) fn forget(&mut self, before: usize) {
        let count = before.saturating_sub(self.first).min(self.units.len());
        self.units.drain(..count);
        self.first += count;
    }

    /// Returns the cosine of the angle between the row of each of some frames and those around it, `[frames, 2 · REACH + 1]`; 0
    /// where there is none.
    pub(super) fn band(&self, frames: Range<usize>) -> Vec<f32> {
        let unit = |frame: usize| self.units.get(frame.checked_sub(self.first)?);
        let mut band = Vec::with_capacity(frames.len() * (2 * REACH + 1));
        for frame in frames {
            for beside in 0..=2 * REACH {
                let other = (frame + beside).checked_sub(REACH).and_then(unit);
                band.push(match (unit(frame), other) {
                    (Some(one), Some(other)) => dot(one, other),
                    _ => 0.0,
                });
            }
        }
        band
    }
}

/// Returns how many pixels of a picture have each colour.
pub(super) fn colour_counts(picture: &[u8; FRAME_BYTES]) -> Vec<f32> {
    let mut counts = vec![0.0; COLOURS];
    let (pixels, _) = picture.as_chunks::<3>();
    for &[red, green, blue] in pixels {
        let [red, green, blue] = [red, green, blue].map(|level| usize::from(level >> 5));
        counts[red << 6 | green << 3 | blue] += 1.0;
    }
    counts
}

/// Sums in eight strands, which compilers turn into vectors, in one order on every machine.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const STRANDS: usize = 8;
    let mut sums = [0.0; STRANDS];
    let (a, a_rest) = a.as_chunks::<STRANDS>();
    let (b, b_rest) = b.as_chunks::<STRANDS>();
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_wholly_similar_to_itself_and_not_at_all_to_what_is_not_there() {
        let mut similarity = Similarity::default();
        for row in [
            vec![5.0, 5.0],
            vec![1.0, 0.0],
            vec![0.0, 2.0],
            vec![3.0, 3.0],
        ] {
            similarity.push(row);
        }
        similarity.forget(1);
        assert_eq!(similarity.end(), 4);
        let band = similarity.band(1..4);
        let at = |row: usize, beside: isize| {
            band[row * (2 * REACH + 1) + REACH.checked_add_signed(beside).unwrap()]
        };
        assert_eq!([at(0, 0), at(1, 0)], [1.0, 1.0]);
        assert_eq!([at(0, 1), at(1, -1), at(0, -1), at(2, 1)], [0.0; 4]);
        assert!((at(0, 2) - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!(at(0, 2), at(2, -2));
    }

    #[test]
    fn colours_are_counted_in_eight_levels_each() {
        let mut picture = [0; FRAME_BYTES];
        picture[..3].copy_from_slice(&[255, 31, 32]);
        let counts = colour_counts(&picture);
        assert_eq!(counts[7 << 6 | 1], 1.0);
        assert_eq!(counts[0], (FRAME_BYTES / 3 - 1) as f32);
    }
}
