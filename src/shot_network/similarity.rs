//! How similar each frame is to those around it.

use super::FRAME_BYTES;

/// Each frame is compared with this many before it and after it.
pub(super) const REACH: usize = 50;
/// Colours are counted in this many bins: eight levels of red, green and blue.
const COLOURS: usize = 512;

/// Returns the cosine of the angle between each row and those around it, `[rows, 2 · REACH + 1]`; 0 where there is none.
pub(super) fn cosine_band(rows: &[Vec<f32>]) -> Vec<f32> {
    let unit = |row: &Vec<f32>| {
        let length = dot(row, row).sqrt().max(1e-12);
        row.iter().map(|x| x / length).collect::<Vec<f32>>()
    };
    let units: Vec<Vec<f32>> = rows.iter().map(unit).collect();
    let width = 2 * REACH + 1;
    let mut band = vec![0.0; rows.len() * width];
    for (at, one) in units.iter().enumerate() {
        for (beyond, other) in units[at..].iter().take(REACH + 1).enumerate() {
            let cosine = dot(one, other);
            band[at * width + REACH + beyond] = cosine;
            band[(at + beyond) * width + REACH - beyond] = cosine;
        }
    }
    band
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
        let rows = [vec![1.0, 0.0], vec![0.0, 2.0], vec![3.0, 3.0]];
        let band = cosine_band(&rows);
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
