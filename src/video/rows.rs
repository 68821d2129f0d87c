//! Resamples from one value per frame to one value per row.

use crate::time::Seconds;

/// Resamples values of frames to `row_rate_hz`: each row is the mean over its duration.
///
/// Frame `i` is shown from `times[i]` to the time of the next, the last to `end`. Before the first, its value holds too.
/// The end may cut the last row short.
pub(crate) fn resample(
    values: &[f32],
    times: &[Seconds],
    end: Seconds,
    row_rate_hz: f64,
) -> Vec<f32> {
    // Rounding must not add a row to a clip that ends exactly with one.
    let rows = (end.0 * row_rate_hz - 1e-6).ceil().max(0.0) as usize;
    let mut at = 0;
    (0..rows)
        .map(|row| {
            let start = row as f64 / row_rate_hz;
            let row_end = ((row + 1) as f64 / row_rate_hz).min(end.0);
            while times.get(at + 1).is_some_and(|next| next.0 <= start) {
                at += 1;
            }
            mean_between(&values[at..], &times[at..], start, row_end)
        })
        .collect()
}

/// Returns the mean from `start` to `end` of values of which each holds until the time of the next.
fn mean_between(values: &[f32], times: &[Seconds], start: f64, end: f64) -> f32 {
    let (mut sum, mut from) = (0.0, start);
    for (at, &value) in values.iter().enumerate() {
        let until = times.get(at + 1).map_or(end, |next| next.0.min(end));
        sum += (until - from).max(0.0) * f64::from(value);
        from = from.max(until);
        if from >= end {
            break;
        }
    }
    (sum / (end - start)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(values: &[f32], rate_hz: f64, row_rate_hz: f64) -> Vec<f32> {
        let time = |frame: usize| Seconds(frame as f64 / rate_hz);
        let times: Vec<Seconds> = (0..values.len()).map(time).collect();
        resample(values, &times, time(values.len()), row_rate_hz)
    }

    #[test]
    fn whole_frames_are_averaged() {
        assert_eq!(
            steady(&[1.0, 2.0, 3.0, 7.0, 7.0, 7.0], 24.0, 8.0),
            [2.0, 7.0]
        );
    }

    #[test]
    fn a_frame_across_a_boundary_counts_in_both_rows() {
        assert_eq!(steady(&[0.0, 3.0, 0.0], 3.0, 2.0), [1.0, 1.0]);
    }

    #[test]
    fn frames_longer_than_rows_are_repeated() {
        assert_eq!(
            steady(&[5.0, 6.0], 1.0, 3.0),
            [5.0, 5.0, 5.0, 6.0, 6.0, 6.0]
        );
    }

    #[test]
    fn a_single_frame_makes_one_row() {
        assert_eq!(steady(&[4.0], 25.0, 8.0), [4.0]);
    }

    #[test]
    fn frames_count_for_as_long_as_they_are_shown() {
        let times = [0.5, 0.75, 2.0].map(Seconds);
        let rows = resample(&[1.0, 3.0, 9.0], &times, Seconds(3.0), 1.0);
        assert_eq!(rows, [1.5, 3.0, 9.0]);
    }

    #[test]
    fn rounding_does_not_add_a_row() {
        let frames = vec![0.5; 719];
        let rows = steady(&frames, 24000.0 / 1001.0, 8.0);
        assert_eq!(rows.len(), 240);
        assert!(rows.iter().all(|&row| (row - 0.5).abs() < 1e-6));
    }
}
