//! One clip of three cuts on every canvas that editors send: cropped or scaled, and padded with bars.

use std::env;
use std::path::{Path, PathBuf};

use crate::clips::*;
use crate::ffmpeg::film_folder;

/// Each canvas with the filters that put a picture of 640 × 360 on it.
const CANVASES: [(&str, &str); 8] = [
    ("full frame", "null"),
    ("2.39 in 16:9", "crop=640:268,pad=640:360:0:46"),
    ("2.39 in 16:9, white", "crop=640:268,pad=640:360:0:46:white"),
    ("16:9 in 1:1", "scale=360:202,pad=360:360:0:78"),
    ("16:9 in 9:16", "scale=270:152,pad=270:480:0:164"),
    ("9:16 in 16:9", "crop=202:360,pad=640:360:218:0"),
    ("4:3 in 16:9", "crop=480:360,pad=640:360:80:0"),
    (
        "window of half the size",
        "scale=320:180,pad=640:360:160:90",
    ),
];

/// Makes the clip on each canvas and asserts where its cuts are; `graph` ends with the picture of 640 × 360.
fn assert_cuts_on_every_canvas(folder: &Path, graph: &str, expected: &[f64]) {
    for (name, filters) in CANVASES {
        let file = format!("{}.mp4", name.replace([' ', ':', ','], "-"));
        let options = format!("{graph},{filters} -preset ultrafast -pix_fmt yuv420p");
        let clip = analyse_file(&make_clip(folder, file, &options)).unwrap();
        assert_cuts(name, &clip, expected);
    }
}

#[test]
fn the_three_cuts_of_a_clip_are_found_to_the_frame_on_every_canvas() {
    let Some(folder) = film_folder() else { return };
    // Shots of 38, 27, 41 and 30 frames; the third is dark.
    let graph = "-f lavfi -i testsrc2=s=640x360:r=25 -f lavfi -i mandelbrot=s=640x360:r=25 -filter_complex \
                 [0]split=2[a][c];[1]split=2[b][d];\
                 [a]trim=end_frame=38,setpts=PTS-STARTPTS[a];\
                 [b]trim=end_frame=27,setpts=PTS-STARTPTS[b];\
                 [c]trim=end_frame=41,setpts=PTS-STARTPTS,hflip,colorlevels=romax=0.3:gomax=0.3:bomax=0.3[c];\
                 [d]trim=end_frame=30,setpts=PTS-STARTPTS,negate,vflip[d];\
                 [a][b][c][d]concat=n=4";
    let expected = [38.0, 65.0, 106.0].map(|frame| frame / 25.0);
    assert_cuts_on_every_canvas(folder.path(), graph, &expected);
}

#[test]
fn the_three_cuts_of_big_buck_bunny_are_found_on_every_canvas() {
    let shared = env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let film = shared.join("data/video/big-buck-bunny-30s.mp4");
    let Some(folder) = film_folder().filter(|_| film.exists()) else {
        eprintln!("skipped: {} does not exist", film.display());
        return;
    };
    let graph = format!("-i {} -an -vf scale=640:360", film.display());
    let expected = [285.0, 378.0, 553.0].map(|frame| frame / 24.0);
    assert_cuts_on_every_canvas(folder.path(), &graph, &expected);
}
