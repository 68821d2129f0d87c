//! The small pictures of a clip.

use crate::clips::*;
use crate::ffmpeg::film_folder;
use diff_bgm::time::Seconds;

#[test]
fn each_shot_has_a_still_of_its_first_picture_in_the_shape_of_the_clip() {
    let Some(folder) = film_folder() else { return };
    let path = make_clip(
        folder.path(),
        "two.mp4",
        "-f lavfi -i testsrc2=s=320x240:r=25:d=1.72 -f lavfi -i testsrc=s=320x240:r=25:d=2 -filter_complex concat",
    );
    let analysis = analyse_with_warnings(&path).unwrap();
    assert_cuts("stills", &analysis.features, &[1.72]);
    let (stills, cut) = (analysis.stills, analysis.features.shots[0]);
    assert!(
        (stills.aspect() - 4.0 / 3.0).abs() < 0.05,
        "{}",
        stills.aspect()
    );
    let end = analysis.features.duration;
    let [first, second] = [(Seconds(0.0), cut), (cut, end)]
        .map(|(from, end)| &stills.all()[stills.nearest(from, from, end).unwrap()]);
    assert_eq!((first.at, second.at), (Seconds(0.0), cut));
    let difference: u32 = (first.rgb.as_flattened().iter())
        .zip(second.rgb.as_flattened())
        .map(|(one, other)| u32::from(one.abs_diff(*other)))
        .sum();
    assert!(difference / (96 * 54 * 3) > 20, "{difference}");
}
