//! Black and white bars around the picture.

use diff_bgm::features::PictureMeasure;

use crate::clips::*;
use crate::ffmpeg::film_folder;

/// Two shots, joined at 2 s, before bars are added.
fn shots(size: &str) -> String {
    format!(
        "-f lavfi -i testsrc2=s={size}:r=25:d=2 -f lavfi -i mandelbrot=s={size}:r=25 -filter_complex \
         [1]trim=duration=2,setpts=PTS-STARTPTS[m];[0][m]concat"
    )
}

#[test]
fn a_cut_is_found_inside_the_bars_of_any_canvas() {
    let Some(folder) = film_folder() else { return };
    for (name, size, pad) in [
        ("2.39 in 16:9", "640x268", "640:360:0:46"),
        ("2.39 in 16:9, white", "640x268", "640:360:0:46:white"),
        ("16:9 in 1:1", "360x202", "360:360:0:78"),
        ("16:9 in 9:16", "270x152", "270:480:0:164"),
        ("9:16 in 16:9", "152x270", "480:270:164:0"),
        ("4:3 in 16:9", "360x270", "480:270:60:0"),
        ("a window of half the size", "320x180", "640:360:160:90"),
    ] {
        let file = format!("{}.mp4", name.replace([' ', ':', ','], "-"));
        let options = format!("{},pad={pad}", shots(size));
        let clip = analyse_file(&make_clip(folder.path(), file, &options)).unwrap();
        assert_cuts(name, &clip, &[2.0]);
    }
}

#[test]
fn measures_are_those_of_the_picture_inside_the_bars() {
    let Some(folder) = film_folder() else { return };
    let measured = |name: &str, pad: &str| {
        let options = format!("{}{pad}", shots("640x268"));
        analyse_file(&make_clip(folder.path(), name, &options)).unwrap()
    };
    let full = measured("full.mp4", "");
    for (name, pad) in [
        ("letterbox.mp4", ",pad=640:360:0:46"),
        ("window.mp4", ",pad=1280:536:320:134"),
    ] {
        let barred = measured(name, pad);
        for measure in PictureMeasure::MEASURED {
            let (full, barred) = (mean(&full, measure), mean(&barred, measure));
            let label = measure.label();
            assert!(
                (full - barred).abs() < 0.03,
                "{name} {label}: {full} {barred}"
            );
        }
    }
}

#[test]
fn a_dark_scene_and_a_fade_are_no_bars() {
    let Some(folder) = film_folder() else { return };
    // Half of the first shot is black; the second fades out.
    let path = make_clip(
        folder.path(),
        "dark.mp4",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i testsrc2=s=320x180:r=25:d=4 -filter_complex \
         [0]drawbox=h=90:c=black:t=fill[a];[1]negate,fade=out:st=2:d=1[b];[a][b]concat",
    );
    let clip = analyse_file(&path).unwrap();
    assert_cuts("dark", &clip, &[2.0]);
    // The black half counts as picture.
    let measures = clip.measures.as_ref().unwrap();
    let luma: Vec<f32> = measures.column(PictureMeasure::Luma).unwrap().collect();
    assert!(luma[8] < 0.35, "{}", luma[8]);
}
