//! Interlaced video, and film that was slowed for television.

use diff_bgm::features::ClipFeatures;

use crate::clips::*;
use crate::ffmpeg::film_folder;

/// Two shots at a rate, the first of `frames` frames.
fn shots(rate: &str, frames: usize) -> String {
    format!(
        "-f lavfi -i testsrc2=s=320x180:r={rate} -f lavfi -i mandelbrot=s=320x180:r={rate} -filter_complex \
         [0]trim=end_frame={frames},setpts=PTS-STARTPTS[a];[1]trim=end_frame=60,setpts=PTS-STARTPTS[b];[a][b]concat"
    )
}

/// Asserts that there is one cut, at `expected` seconds or, as a shot may begin with the second field of a picture, a field
/// beside it.
fn assert_at(name: &str, clip: &ClipFeatures, expected: f64, field: f64) {
    assert_cuts_within(name, clip, &[expected], field + 1e-4);
}

#[test]
fn cuts_in_telecined_film_are_found_in_every_phase() {
    let Some(folder) = film_folder() else { return };
    for frames in 48..53 {
        let first_field = if frames % 2 == 0 { "top" } else { "bottom" };
        let options = format!(
            "{},telecine=pattern=23:first_field={first_field} -pix_fmt yuv420p",
            shots("24000/1001", frames)
        );
        let path = make_clip(folder.path(), format!("film-{frames}.mp4"), &options);
        let name = format!("{frames} {first_field}");
        let expected = frames as f64 * 1001.0 / 24000.0;
        let clip = analyse_file(&path).unwrap();
        assert_at(&name, &clip, expected, 1001.0 / 60000.0);
    }
}

#[test]
fn cuts_in_interlaced_video_are_found_between_and_within_pictures() {
    let Some(folder) = film_folder() else { return };
    for frames in [100, 101] {
        for scan in ["tff", "bff"] {
            let options = format!(
                "{},interlace=scan={scan}:lowpass=0 -pix_fmt yuv420p -flags +ilme+ildct",
                shots("50", frames)
            );
            let path = make_clip(folder.path(), format!("{scan}-{frames}.mp4"), &options);
            let name = format!("{frames} {scan}");
            let clip = analyse_file(&path).unwrap();
            assert_at(&name, &clip, frames as f64 / 50.0, 0.02);
        }
    }
}
