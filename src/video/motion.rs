//! Motion between two frames.

use super::frame::Frame;
use super::sums::sums;
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
/// from the other by the least-squares fit `target ≈ gain · source + offset` with `gain ≥ 0`, and the better fit counts,
/// because a frame burnt out to white shows nothing of what moved.
fn change(before: &Frame, after: &Frame) -> f32 {
    let (before, before_mean) = (&before.luma, before.brightness());
    let (after, after_mean) = (&after.luma, after.brightness());
    let [covariance, before_variance, after_variance] = sums([before, after], |[before, after]| {
        let (before, after) = (before - before_mean, after - after_mean);
        [before * after, before * before, after * after]
    });
    let gain = |variance: f32| {
        if variance > 0.0 {
            (covariance / variance).max(0.0)
        } else {
            0.0
        }
    };
    let (to_after, to_before) = (gain(before_variance), gain(after_variance));
    let [of_after, of_before] = sums([before, after], |[before, after]| {
        let (before, after) = (before - before_mean, after - after_mean);
        [
            (after - to_after * before).abs(),
            (before - to_before * after).abs(),
        ]
    });
    of_after.min(of_before) / before.len() as f32
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
