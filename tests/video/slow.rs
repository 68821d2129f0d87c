//! Low frame rates: a picture or less each second.

use crate::clips::*;
use crate::ffmpeg::film_folder;

#[test]
fn photos_in_turn_are_cuts_whatever_their_rate() {
    let Some(folder) = film_folder() else { return };
    for (rate, hz) in [("1/2", 0.5), ("1", 1.0), ("2", 2.0), ("3", 3.0)] {
        // Each frame shows the other one of two pictures.
        let options = format!(
            "-f lavfi -i testsrc2=s=320x180:r={rate} -f lavfi -i mandelbrot=s=320x180:r={rate} -filter_complex \
             [0][1]overlay=enable=mod(n\\,2) -frames:v 7"
        );
        let path = make_clip(folder.path(), format!("slides-{hz}.mp4"), &options);
        let expected: Vec<f64> = (1..7).map(|frame| f64::from(frame) / hz).collect();
        let clip = analyse_file(&path).unwrap();
        assert_cuts(rate, &clip, &expected);
        assert!(
            (clip.duration.0 - 7.0 / hz).abs() < 1e-3,
            "{:?}",
            clip.duration
        );
    }
}

#[test]
fn a_video_of_slides_has_no_motion() {
    let Some(folder) = film_folder() else { return };
    let path = make_clip(
        folder.path(),
        "slides.mp4",
        "-f lavfi -i mandelbrot=s=320x180:r=1:start_scale=1.5:end_scale=0.01:end_pts=5 -frames:v 5",
    );
    let clip = analyse_file(&path).unwrap();
    assert!(mean(&clip, diff_bgm::features::PictureMeasure::Motion) < 0.01);
}
