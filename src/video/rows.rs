//! Resamples from one value per frame to one value per row.

/// Resamples values of frames to `row_rate_hz`: each row is the mean over its duration.
///
/// Frame `i` lasts from `i / frame_rate_hz` to `(i + 1) / frame_rate_hz`. The clip's end may cut the last row short.
pub(crate) fn resample(frames: &[f32], frame_rate_hz: f64, row_rate_hz: f64) -> Vec<f32> {
    let frames_per_row = frame_rate_hz / row_rate_hz;
    // Rounding must not add a row to a clip that ends exactly with one.
    let rows = (frames.len() as f64 / frames_per_row - 1e-6).ceil() as usize;
    (0..rows)
        .map(|row| {
            let start = row as f64 * frames_per_row;
            let end = ((row + 1) as f64 * frames_per_row).min(frames.len() as f64);
            mean_between(frames, start, end)
        })
        .collect()
}

/// Returns the mean of a step function, one step per unit, from `start` to `end`.
fn mean_between(steps: &[f32], start: f64, end: f64) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut step = start as usize;
    while (step as f64) < end && step < steps.len() {
        let overlap = end.min((step + 1) as f64) - start.max(step as f64);
        sum += overlap * f64::from(steps[step]);
        weight += overlap;
        step += 1;
    }
    (sum / weight) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_frames_are_averaged() {
        assert_eq!(
            resample(&[1.0, 2.0, 3.0, 7.0, 7.0, 7.0], 24.0, 8.0),
            [2.0, 7.0]
        );
    }

    #[test]
    fn a_frame_across_a_boundary_counts_in_both_rows() {
        assert_eq!(resample(&[0.0, 3.0, 0.0], 3.0, 2.0), [1.0, 1.0]);
    }

    #[test]
    fn frames_longer_than_rows_are_repeated() {
        assert_eq!(
            resample(&[5.0, 6.0], 1.0, 3.0),
            [5.0, 5.0, 5.0, 6.0, 6.0, 6.0]
        );
    }

    #[test]
    fn a_single_frame_makes_one_row() {
        assert_eq!(resample(&[4.0], 25.0, 8.0), [4.0]);
    }

    #[test]
    fn rounding_does_not_add_a_row() {
        let frames = vec![0.5; 719];
        let rows = resample(&frames, 24000.0 / 1001.0, 8.0);
        assert_eq!(rows.len(), 240);
        assert!(rows.iter().all(|&row| (row - 0.5).abs() < 1e-6));
    }
}
