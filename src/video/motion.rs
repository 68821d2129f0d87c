//! How much moves between two frames.

use super::frame::Frame;

/// Motion is told for frames this far apart, whatever the clip's own rate.
const REFERENCE_RATE_HZ: f64 = 24.0;

/// Motion at a frame: [`change`] as it would be from one frame of film (a 24th of a second) to the next. Quiet shots
/// lie about 0.003, lively ones about 0.02, and what fills the picture and rushes above 0.1.
pub(crate) fn motion(before: &Frame, after: &Frame, frame_rate_hz: f64) -> f32 {
    (change(before, after) * (frame_rate_hz / REFERENCE_RATE_HZ) as f32).min(1.0)
}

/// The mean absolute change of luma from one frame to the next, 0 to 1, after the best common gain and offset of
/// brightness is taken out, so that flashes, fades and the clip's exposure do not pass for motion.
///
/// The darker or flatter of the two is predicted from the other or the other way round, whichever fits better: a
/// frame burnt out to white says nothing about what moved.
fn change(before: &Frame, after: &Frame) -> f32 {
    unpredicted(&before.luma, &after.luma).min(unpredicted(&after.luma, &before.luma))
}

/// Mean absolute error of the least-squares line `target ≈ gain · source + offset`, gain 0 or above.
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
    fn a_still_picture_does_not_move() {
        assert!(change(&stripes(0, 1.0, 0.0), &stripes(0, 1.0, 0.0)) < 1e-6);
    }

    #[test]
    fn what_travels_further_moves_more() {
        let still = stripes(0, 1.0, 0.0);
        let slow = change(&still, &stripes(1, 1.0, 0.0));
        let fast = change(&still, &stripes(3, 1.0, 0.0));
        assert!(0.02 < slow && slow < fast, "{slow} {fast}");
    }

    #[test]
    fn fades_and_flashes_are_no_motion() {
        let picture = stripes(0, 1.0, 0.0);
        let white = Frame::draw(|_, _| [255; 3]);
        for other in [stripes(0, 0.5, 0.0), stripes(0, 1.0, 60.0), white] {
            assert!(change(&picture, &other) < 0.005);
            assert!(change(&other, &picture) < 0.005);
        }
    }

    #[test]
    fn the_frame_rate_does_not_matter() {
        let still = Frame::scene(1, 0.0, 1.0);
        let film = motion(&still, &Frame::scene(1, 1.0, 1.0), 24.0);
        let video = motion(&still, &Frame::scene(1, 0.5, 1.0), 48.0);
        assert!((film - video).abs() < 0.2 * film, "{film} {video}");
    }
}
