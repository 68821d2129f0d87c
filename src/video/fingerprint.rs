//! What frames are recognised by in another cut of the clip; see [`Fingerprint`].

use super::frame::{Frame, HEIGHT, WIDTH};
use crate::error::{Fault, Result};
use crate::features::{
    FINGERPRINT_COLUMNS, FINGERPRINT_ROWS, FINGERPRINT_WIDTH, Fingerprint, MAX_FINGERPRINTS,
};
use crate::time::Seconds;

/// The most rows per second.
const MOST_HZ: f64 = 30.0;
const CELLS: usize = FINGERPRINT_COLUMNS * FINGERPRINT_ROWS;
const CELL_WIDTH: usize = WIDTH / FINGERPRINT_COLUMNS;
const CELL_HEIGHT: usize = HEIGHT / FINGERPRINT_ROWS;
/// Levels for each standard deviation of the cells' luma.
const LEVELS_PER_DEVIATION: f32 = 32.0;
/// The least standard deviation, of luma from 0 to 1, that counts: the noise of a plain picture is not made larger than that.
const LEAST_DEVIATION: f32 = 0.02;
/// Colour is the mean of every so many-th pixel.
const COLOUR_STRIDE: usize = 7;

/// Returns the row of a frame.
pub(super) fn fingerprint(frame: &Frame) -> [u8; FINGERPRINT_WIDTH] {
    let mut cells = [0.0_f32; CELLS];
    for (y, line) in frame.luma.chunks_exact(WIDTH).enumerate() {
        let row = y / CELL_HEIGHT * FINGERPRINT_COLUMNS;
        let cells = &mut cells[row..row + FINGERPRINT_COLUMNS];
        for (cell, luma) in cells.iter_mut().zip(line.chunks_exact(CELL_WIDTH)) {
            *cell += luma.iter().sum::<f32>();
        }
    }
    cells
        .iter_mut()
        .for_each(|cell| *cell /= (CELL_WIDTH * CELL_HEIGHT) as f32);
    let mean = cells.iter().sum::<f32>() / CELLS as f32;
    let squares = cells.iter().map(|cell| (cell - mean) * (cell - mean));
    let deviation = (squares.sum::<f32>() / CELLS as f32).sqrt();
    let scale = LEVELS_PER_DEVIATION / deviation.max(LEAST_DEVIATION);
    let mut row = [0; FINGERPRINT_WIDTH];
    for (level, cell) in row.iter_mut().zip(cells) {
        *level = (128.0 + scale * (cell - mean)).round() as u8;
    }
    let [blue, red] = differences(frame);
    let whole = [128.0 * mean, 512.0 * deviation, blue, red];
    for (level, value) in row[CELLS..].iter_mut().zip(whole) {
        *level = value.round() as u8;
    }
    row
}

/// Returns the mean blue and red difference, at half their contrast around 128.
fn differences(frame: &Frame) -> [f32; 2] {
    let mut sums = [0.0_f32; 2];
    let pixels = frame.rgb.iter().zip(&frame.luma).step_by(COLOUR_STRIDE);
    let count = pixels.len() as f32;
    for (&[red, _, blue], luma) in pixels {
        sums[0] += f32::from(blue) - 255.0 * luma;
        sums[1] += f32::from(red) - 255.0 * luma;
    }
    sums.map(|sum| 128.0 + 0.5 * sum / count)
}

/// Returns the fingerprint of a clip at about `frame_rate_hz` whose frames, shown from `times` on, have `rows`, and the last of
/// which is shown until `end`.
///
/// # Errors
/// Returns an error if there are no rows.
pub(super) fn of_clip(
    rows: &[[u8; FINGERPRINT_WIDTH]],
    times: &[Seconds],
    end: Seconds,
    frame_rate_hz: f64,
) -> Result<Fingerprint, Fault> {
    let rate_hz = frame_rate_hz / (frame_rate_hz / MOST_HZ - 1e-3).ceil().max(1.0);
    let count = ((end.0 * rate_hz - 1e-6).ceil().max(1.0) as usize).min(MAX_FINGERPRINTS);
    let mut at = 0;
    let values = (0..count).flat_map(|row| {
        let middle = (row as f64 + 0.5) / rate_hz;
        while times.get(at + 1).is_some_and(|next| next.0 <= middle) {
            at += 1;
        }
        rows.get(at).copied().unwrap_or([0; FINGERPRINT_WIDTH])
    });
    Fingerprint::new(rate_hz, values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(one: &Frame, other: &Frame) -> f32 {
        let (one, other) = (fingerprint(one), fingerprint(other));
        let levels = one.iter().zip(other);
        let sum: u32 = levels
            .map(|(one, other)| u32::from(one.abs_diff(other)))
            .sum();
        sum as f32 / FINGERPRINT_WIDTH as f32
    }

    #[test]
    fn a_grade_hardly_changes_it_and_another_picture_does() {
        let scene = Frame::scene(1, 0.0, 1.0);
        assert!(distance(&scene, &Frame::scene(1, 0.0, 0.8)) < 4.0);
        assert!(distance(&scene, &Frame::scene(2, 0.0, 1.0)) > 15.0);
    }

    #[test]
    fn a_pan_changes_it_little_by_little() {
        let scene = Frame::scene(1, 0.0, 1.0);
        let panned = [1.0, 3.0, 8.0].map(|shift| distance(&scene, &Frame::scene(1, shift, 1.0)));
        assert!(
            panned.is_sorted() && panned[0] > 0.5 && panned[0] < 8.0,
            "{panned:?}"
        );
    }

    #[test]
    fn rows_are_of_the_frames_that_show_at_their_middle() {
        let rows = [0, 1, 2].map(|level| [level; FINGERPRINT_WIDTH]);
        let times = [0.0, 0.04, 0.2].map(Seconds);
        let of = |rate_hz| of_clip(&rows, &times, Seconds(0.24), rate_hz).unwrap();
        let levels = |fingerprint: &Fingerprint| -> Vec<u8> {
            let levels = fingerprint.values().iter().step_by(FINGERPRINT_WIDTH);
            levels.copied().collect()
        };
        assert_eq!(levels(&of(25.0)), [0, 1, 1, 1, 1, 2]);
        let half = of(50.0);
        assert_eq!((half.rate_hz(), levels(&half)), (25.0, levels(&of(25.0))));
        assert_eq!(of(30000.0 / 1001.0).rate_hz(), 30000.0 / 1001.0);
    }
}
