//! Analyses clips made by `ffmpeg` with the real `ffmpeg`.

mod bars;
mod canvases;
mod clips;
#[path = "../films/ffmpeg.rs"]
mod ffmpeg;
mod fields;
mod flat;
mod hdr;
mod reading;
mod slow;
mod stills;
mod times;
mod transitions;

use std::env;
use std::path::{Path, PathBuf};

use diff_bgm::features::PictureMeasure;
use diff_bgm::video::MEASURE_RATE_HZ;

use crate::clips::*;
use crate::ffmpeg::film_folder;

#[test]
fn hard_cuts_are_found_to_the_frame_at_integer_and_fractional_rates() {
    let Some(folder) = film_folder() else { return };
    for (name, rate, extension) in [
        ("film", "24", "mp4"),
        ("ntsc-film", "24000/1001", "mkv"),
        ("pal", "25", "mov"),
        ("ntsc", "30000/1001", "mp4"),
        ("fast", "60", "webm"),
        ("slow", "5", "avi"),
    ] {
        let graph = format!(
            "-f lavfi -i testsrc2=s=160x90:r={rate}:d=3 -f lavfi -i testsrc=s=160x90:r={rate}:d=2 \
             -filter_complex concat"
        );
        let codec = if extension == "webm" {
            "-deadline realtime"
        } else {
            ""
        };
        let path = make_clip(
            folder.path(),
            format!("{name}.{extension}"),
            &format!("{graph} {codec}"),
        );
        let clip = analyse_file(&path).unwrap();
        let (frames, seconds) = rate.split_once('/').unwrap_or((rate, "1"));
        let rate_hz = frames.parse::<f64>().unwrap() / seconds.parse::<f64>().unwrap();
        assert!((clip.frame_rate_hz - rate_hz).abs() < 1e-9, "{name}");
        let first_frame_after = (3.0 * rate_hz).round() / rate_hz;
        assert_cuts(name, &clip, &[first_frame_after]);
        assert!(
            (clip.duration.0 - 5.0).abs() < 1.5 / rate_hz,
            "{name}: {:?}",
            clip.duration
        );
        let measures = clip.measures.unwrap();
        assert_eq!(
            measures.rows(),
            (clip.duration.0 * MEASURE_RATE_HZ - 1e-6).ceil() as usize
        );
    }
}

#[test]
fn a_cut_between_dark_shots_is_found() {
    let Some(folder) = film_folder() else { return };
    let path = make_clip(
        folder.path(),
        "dark.mp4",
        "-f lavfi -i testsrc=s=160x90:r=24:d=2 -f lavfi -i testsrc2=s=160x90:r=24:d=2 -filter_complex \
         concat,colorlevels=romax=0.15:gomax=0.15:bomax=0.15",
    );
    let clip = analyse_file(&path).unwrap();
    assert_cuts("dark", &clip, &[2.0]);
    assert!(mean(&clip, PictureMeasure::Luma) < 0.1);
}

#[test]
fn fades_dissolves_and_flashes_are_not_cuts() {
    let Some(folder) = film_folder() else { return };
    let shot = "-f lavfi -i testsrc2=s=160x90:r=24:d=3";
    let other = "-f lavfi -i testsrc=s=160x90:r=24:d=3";
    for (name, options) in [
        (
            "fades",
            format!(
                "{shot} {other} -filter_complex [0]fade=out:st=2:d=1[a];[1]fade=in:d=1[b];[a][b]concat"
            ),
        ),
        (
            "dissolve",
            format!("{shot} {other} -filter_complex xfade=duration=1:offset=2"),
        ),
        (
            "flash",
            format!("{shot} -vf drawbox=t=fill:c=white:enable=between(t\\,1\\,1.1)"),
        ),
        (
            "dimmed",
            format!("{shot} -vf eq=brightness='-0.3*gt(t,1.5)':eval=frame"),
        ),
    ] {
        let path = make_clip(folder.path(), format!("{name}.mp4"), &options);
        assert_cuts(name, &analyse_file(&path).unwrap(), &[]);
    }
}

#[test]
fn a_pan_is_motion_and_not_a_cut() {
    let Some(folder) = film_folder() else { return };
    let pan = |name: &str, pixels_a_frame: u32| {
        let graph = format!(
            "-f lavfi -i mandelbrot=s=1280x180:r=24 -frames:v 72 -vf \
             loop=loop=-1:size=1,trim=duration=3,setpts=N/24/TB,crop=320:180:{pixels_a_frame}*n:0"
        );
        analyse_file(&make_clip(folder.path(), name, &graph)).unwrap()
    };
    let (still, slow, fast) = (pan("still.mp4", 0), pan("slow.mp4", 2), pan("fast.mp4", 12));
    for (name, clip) in [("still", &still), ("slow", &slow), ("fast", &fast)] {
        assert_cuts(name, clip, &[]);
    }
    let [still, slow, fast] = [still, slow, fast].map(|clip| mean(&clip, PictureMeasure::Motion));
    assert!(
        still < 1e-3 && still < slow && slow < fast,
        "{still} {slow} {fast}"
    );
}

#[test]
fn warmth_brightness_and_complexity_are_measured() {
    let Some(folder) = film_folder() else { return };
    let source = |name: &str, source: &str| {
        let options = format!("-f lavfi -i {source}s=160x90:r=25:d=1");
        analyse_file(&make_clip(folder.path(), name, &options)).unwrap()
    };
    let orange = source("orange.mp4", "color=0xff8000:");
    let blue = source("blue.mp4", "color=0x0060ff:");
    let white = source("white.mp4", "color=white:");
    let pattern = source("pattern.mp4", "testsrc2=");
    assert!(mean(&orange, PictureMeasure::Warmth) > 0.8);
    assert!(mean(&blue, PictureMeasure::Warmth) < -0.3);
    assert!(mean(&white, PictureMeasure::Warmth).abs() < 0.05);
    assert!(mean(&white, PictureMeasure::Luma) > 0.97);
    assert!(mean(&white, PictureMeasure::Complexity) < 0.01);
    assert!(mean(&pattern, PictureMeasure::Complexity) > 0.4);
}

#[test]
fn clips_of_any_size_and_of_a_single_frame_are_analysed() {
    let Some(folder) = film_folder() else { return };
    let tiny = make_clip(
        folder.path(),
        "tiny.mkv",
        "-f lavfi -i testsrc=s=6x4:r=25:d=1 -c:v ffv1",
    );
    let odd = make_clip(
        folder.path(),
        "odd.mkv",
        "-f lavfi -i testsrc=s=33x777:r=25:d=1 -c:v ffv1",
    );
    for path in [&tiny, &odd] {
        assert_eq!(analyse_file(path).unwrap().measures.unwrap().rows(), 8);
    }
    let single = make_clip(
        folder.path(),
        "single.mp4",
        "-f lavfi -i testsrc=r=25 -frames:v 1",
    );
    let clip = analyse_file(&single).unwrap();
    assert_eq!(clip.measures.as_ref().unwrap().rows(), 1);
    assert_cuts("single", &clip, &[]);
}

#[test]
fn the_three_cuts_of_big_buck_bunny_are_found() {
    let shared = env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/video/big-buck-bunny-30s.mp4");
    if film_folder().is_none() || !path.exists() {
        eprintln!("skipped: {} does not exist", path.display());
        return;
    }
    let clip = analyse_file(&path).unwrap();
    assert_cuts("film", &clip, &[285.0 / 24.0, 378.0 / 24.0, 553.0 / 24.0]);
    assert_eq!((clip.duration.0, clip.frame_rate_hz), (30.0, 24.0));
    assert_eq!(clip.measures.unwrap().rows(), 240);
}
