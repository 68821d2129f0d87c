//! Motion between two frames.

use super::frame::Frame;
use crate::time::Seconds;

/// The frame rate to which motion is normalised: that of film.
const REFERENCE_RATE_HZ: f64 = 24.0;

/// Returns the motion at a frame, 0 to 1: the [`change`] per 24th of a second since the frame before, which was shown
/// `elapsed` earlier.
///
/// Quiet shots have about 0.003, lively ones about 0.02; fast movement that fills the picture has more than 0.1.
pub(crate) fn motion(before: &Frame, after: &Frame, elapsed: Seconds) -> f32 {
    (change(before, after) / (elapsed.0 * REFERENCE_RATE_HZ) as f32).min(1.0)
}

/// Returns the mean absolute change of luma from one frame to the next, 0 to 1, beyond a common gain and offset.
///
/// Removing gain and offset keeps flashes, fades and changes of exposure from counting as motion. Each frame is predicted
/// from the other and the better fit counts, because a frame burnt out to white shows nothing of what moved.
fn change(before: &Frame, after: &Frame) -> f32 {
    unpredicted(&before.luma, &after.luma).min(unpredicted(&after.luma, &before.luma))
}

/// Returns the mean absolute error of the least-squares fit `target ≈ gain · source + offset` with `gain ≥ 0`.
fn unpredicted(source: &[f32], target: &[f32]) -> f32 {
    let count = source.len() as f32;
    let source_mean = source.iter().sum::<f32>() / count;
    let target_mean = target.iter().sum::<f32>() / count;
    let (mut variance, mut covariance) = (0.0, 0.0);
    for (s, t) in source.iter().zip(target) {
        variance += (s - source_mean) * (s - source_mean);
        covariance += (s - source_mean) * (t - target_mean);
    }
    let gain = if variance > 0.0 {
        (covariance / variance).max(0.0)
    } else {
        0.0
    };
    let error: f32 = source
        .iter()
        .zip(target)
        .map(|(s, t)| ((t - target_mean) - gain * (s - source_mean)).abs())
        .sum();
    error / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripes(shift: usize, gain: f32, offset: f32) -> Frame {
        Frame::draw(|x, y| {
            let level = ((x + shift) / 6 % 2) as f32 * 100.0 + y as f32;
            [(level * gain + offset) as u8; 3]
        })
    }

    #[test]
    fn a_still_picture_has_no_motion() {
        assert!(change(&stripes(0, 1.0, 0.0), &stripes(0, 1.0, 0.0)) < 1e-6);
    }

    #[test]
    fn a_larger_shift_is_more_motion() {
        let still = stripes(0, 1.0, 0.0);
        let slow = change(&still, &stripes(1, 1.0, 0.0));
        let fast = change(&still, &stripes(3, 1.0, 0.0));
        assert!(0.02 < slow && slow < fast, "{slow} {fast}");
    }

    #[test]
    fn fades_and_flashes_are_not_motion() {
        let picture = stripes(0, 1.0, 0.0);
        let white = Frame::draw(|_, _| [255; 3]);
        for other in [stripes(0, 0.5, 0.0), stripes(0, 1.0, 60.0), white] {
            assert!(change(&picture, &other) < 0.005);
            assert!(change(&other, &picture) < 0.005);
        }
    }

    #[test]
    fn motion_does_not_depend_on_the_frame_rate() {
        let still = Frame::scene(1, 0.0, 1.0);
        let film = motion(&still, &Frame::scene(1, 1.0, 1.0), Seconds(1.0 / 24.0));
        let video = motion(&still, &Frame::scene(1, 0.5, 1.0), Seconds(1.0 / 48.0));
        assert!((film - video).abs() < 0.2 * film, "{film} {video}");
    }
}
