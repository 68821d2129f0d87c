//! When pictures are shown: varying frame rates, late starts and ends.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::clips::*;
use crate::ffmpeg::film_folder;

/// Two shots, joined at 2 s.
const SHOTS: &str =
    "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i testsrc=s=160x90:r=25:d=2 -filter_complex";

fn assert_near(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() < 1e-3,
        "{what}: {found}, expected {expected}"
    );
}

#[test]
fn a_cut_after_a_dropped_frame_keeps_its_time() {
    let Some(folder) = film_folder() else { return };
    for extension in ["mp4", "mkv", "mov", "ts"] {
        let clip = analyse_file(&make_clip(
            folder.path(),
            format!("dropped.{extension}"),
            &format!("{SHOTS} concat,select='not(eq(n,49))' -fps_mode passthrough"),
        ));
        let clip = clip.unwrap();
        assert_cuts_within(extension, &clip, &[2.0], 1e-3);
        assert_near(clip.duration.0, 4.0, extension);
    }
}

#[test]
fn cuts_keep_their_times_where_frames_follow_at_another_rate() {
    let Some(folder) = film_folder() else { return };
    // 30 frames per second, of which two in three are dropped during the first two seconds.
    let path = make_clip(
        folder.path(),
        "uneven.mkv",
        "-f lavfi -i testsrc2=s=160x90:r=30:d=3 -f lavfi -i testsrc=s=160x90:r=30:d=2 -filter_complex \
         concat,select='gt(t,2)+not(mod(n,3))' -fps_mode passthrough",
    );
    let clip = analyse_file(&path).unwrap();
    assert_cuts_within("uneven", &clip, &[3.0], 1e-3);
    assert_near(clip.duration.0, 5.0, "duration");
}

#[test]
fn a_clip_ends_with_its_last_frame_however_long_the_frames_before_it_were() {
    let Some(folder) = film_folder() else { return };
    for extension in ["mp4", "mkv"] {
        let path = make_clip(
            folder.path(),
            format!("sparse.{extension}"),
            "-f lavfi -i testsrc2=s=160x90:r=25:d=10 -vf select='lt(n,25)+not(mod(n,50))' -fps_mode passthrough",
        );
        assert_near(analyse_file(&path).unwrap().duration.0, 8.04, extension);
    }
}

#[test]
fn times_count_from_where_the_earliest_stream_begins() {
    let Some(folder) = film_folder() else { return };
    // The sound begins at 0, the picture at 1.4 s.
    for extension in ["mkv", "mp4", "mov", "ts"] {
        let path = make_clip(
            folder.path(),
            format!("late.{extension}"),
            &format!(
                "-f lavfi -i sine=d=6 {SHOTS} [1][2]concat,setpts=PTS+1.4/TB[v] -map 0:a -map [v] -c:a mp2 -fps_mode passthrough"
            ),
        );
        let clip = analyse_file(&path).unwrap();
        let late = picture_start(&path);
        assert!((1.35..1.45).contains(&late), "{extension}: {late}");
        assert_cuts_within(extension, &clip, &[late + 2.0], 1e-3);
        assert_near(clip.duration.0, late + 4.0, extension);
    }
    // Without sound, the picture begins at 0 itself.
    for extension in ["mkv", "mp4", "ts"] {
        let path = make_clip(
            folder.path(),
            format!("alone.{extension}"),
            &format!("{SHOTS} concat,setpts=PTS+1.4/TB -fps_mode passthrough"),
        );
        let clip = analyse_file(&path).unwrap();
        assert_cuts(extension, &clip, &[2.0]);
        assert_near(clip.duration.0, 4.0, extension);
    }
}

#[test]
fn a_movie_keeps_the_times_of_its_clip_and_its_music_lasts_to_the_end_of_the_picture() {
    let Some(folder) = film_folder() else { return };
    let midi = folder.path().join("long.mid");
    std::fs::write(&midi, long_midi()).unwrap();
    let late = format!(
        "-f lavfi -i sine=d=6 {SHOTS} [1][2]concat,setpts=PTS+1.4/TB[v] -map 0:a -map [v] -c:a mp2 -fps_mode passthrough"
    );
    for (name, options) in [
        ("late.mp4", late.clone()),
        ("late.ts", late),
        ("alone.mkv", format!("{SHOTS} concat,setpts=PTS+1.4/TB -fps_mode passthrough")),
        (
            "sparse.mp4",
            "-f lavfi -i testsrc2=s=160x90:r=25:d=10 -vf select='lt(n,25)+not(mod(n,50))' -fps_mode passthrough"
                .to_owned(),
        ),
    ] {
        let clip = make_clip(folder.path(), name, &options);
        let movie = folder.path().join(format!("movie-of-{name}.mp4"));
        let status = Command::new(env!("CARGO_BIN_EXE_bgm"))
            .arg("render")
            .arg(&midi)
            .arg("--video")
            .arg(&clip)
            .arg("-o")
            .arg(&movie)
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{name}");
        let (of_clip, of_movie) = (analyse_file(&clip).unwrap(), analyse_file(&movie).unwrap());
        println!("{name}");
        for (clip_cut, movie_cut) in of_clip.shots.iter().zip(&of_movie.shots) {
            assert_near(movie_cut.0, clip_cut.0, name);
        }
        assert_near(of_movie.duration.0, of_clip.duration.0, name);
        let sound = duration_of(&movie, "a:0");
        assert!((sound - of_clip.duration.0).abs() < 0.05, "{name}: {sound}");
    }
}

/// Returns when the picture starts after the earliest stream.
fn picture_start(path: &Path) -> f64 {
    let start = |entries: &str| probe(path, &["-select_streams", "v:0", "-show_entries", entries]);
    start("stream=start_time") - start("format=start_time").max(0.0)
}

fn duration_of(path: &Path, stream: &str) -> f64 {
    probe(
        path,
        &[
            "-select_streams",
            stream,
            "-show_entries",
            "stream=duration",
        ],
    )
}

fn probe(path: &Path, options: &[&str]) -> f64 {
    let output = Command::new("ffprobe")
        .args(["-loglevel", "error", "-of", "csv=p=0"])
        .args(options)
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let first = text.lines().next().unwrap_or_default();
    first
        .trim_end_matches(',')
        .parse()
        .unwrap_or_else(|_| panic!("{options:?}: {text}"))
}

/// Returns a MIDI file with one note that lasts 20 s.
fn long_midi() -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0d".to_vec();
    bytes.extend([0, 0x90, 60, 100, 0x9e, 0, 0x80, 60, 0, 0, 0xff, 0x2f, 0]);
    bytes
}
