//! Video analysis with the real `ffmpeg`, on clips that `ffmpeg` draws.

use std::cell::Cell;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diff_bgm::features::{ClipFeatures, PictureCue};
use diff_bgm::video::{CUE_RATE_HZ, analyse};
use diff_bgm::{Error, Result};
use tempfile::TempDir;

/// A folder of clips; `None`, with a message, where `ffmpeg` is not installed.
fn studio() -> Option<TempDir> {
    let version = Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status();
    if version.is_ok_and(|status| status.success()) {
        Some(tempfile::tempdir().unwrap())
    } else {
        eprintln!("skipped: ffmpeg is not installed");
        None
    }
}

/// Makes a clip with `ffmpeg` options, split at spaces.
fn shoot(folder: &Path, name: impl AsRef<OsStr>, options: &str) -> PathBuf {
    let path = folder.join(name.as_ref());
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(options.split_whitespace())
        .arg(&path)
        .status();
    assert!(made.unwrap().success(), "{options}");
    path
}

fn watch(path: &Path) -> Result<ClipFeatures> {
    analyse(path, &mut |_| ControlFlow::Continue(()))
}

/// Asserts that the cuts are at `expected` seconds, to half a frame.
fn assert_cuts(clip: &ClipFeatures, expected: &[f64]) {
    let found: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
    let half_a_frame = 0.5 / clip.frame_rate_hz;
    let fits = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found - expected).abs() < half_a_frame);
    assert!(fits, "{found:?} instead of {expected:?}");
}

fn mean(clip: &ClipFeatures, cue: PictureCue) -> f32 {
    let track = clip.cues.as_ref().unwrap();
    let column = PictureCue::ALL.iter().position(|&each| each == cue);
    let values = track.values.iter().skip(column.unwrap());
    values.step_by(track.width).sum::<f32>() / track.rows() as f32
}

fn message(result: Result<ClipFeatures>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn hard_cuts_are_found_to_the_frame_at_rates_whole_and_broken() {
    let Some(folder) = studio() else { return };
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
        let path = shoot(
            folder.path(),
            format!("{name}.{extension}"),
            &format!("{graph} {codec}"),
        );
        let clip = watch(&path).unwrap();
        let (frames, seconds) = rate.split_once('/').unwrap_or((rate, "1"));
        let rate_hz = frames.parse::<f64>().unwrap() / seconds.parse::<f64>().unwrap();
        assert!((clip.frame_rate_hz - rate_hz).abs() < 1e-9, "{name}");
        let first_frame_after = (3.0 * rate_hz).round() / rate_hz;
        assert_cuts(&clip, &[first_frame_after]);
        assert!(
            (clip.duration.0 - 5.0).abs() < 1.5 / rate_hz,
            "{name}: {:?}",
            clip.duration
        );
        let cues = clip.cues.unwrap();
        assert_eq!(
            cues.rows(),
            (clip.duration.0 * CUE_RATE_HZ - 1e-6).ceil() as usize
        );
    }
}

#[test]
fn dark_shots_cut_to_dark_shots() {
    let Some(folder) = studio() else { return };
    let path = shoot(
        folder.path(),
        "dark.mp4",
        "-f lavfi -i testsrc=s=160x90:r=24:d=2 -f lavfi -i testsrc2=s=160x90:r=24:d=2 -filter_complex \
         concat,colorlevels=romax=0.15:gomax=0.15:bomax=0.15",
    );
    let clip = watch(&path).unwrap();
    assert_cuts(&clip, &[2.0]);
    assert!(mean(&clip, PictureCue::Luma) < 0.1);
}

#[test]
fn fades_dissolves_and_flashes_are_no_cuts() {
    let Some(folder) = studio() else { return };
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
        let path = shoot(folder.path(), format!("{name}.mp4"), &options);
        println!("{name}");
        assert_cuts(&watch(&path).unwrap(), &[]);
    }
}

#[test]
fn a_pan_moves_and_does_not_cut() {
    let Some(folder) = studio() else { return };
    let pan = |name: &str, pixels_a_frame: u32| {
        let graph = format!(
            "-f lavfi -i mandelbrot=s=1280x180:r=24 -frames:v 72 -vf \
             loop=loop=-1:size=1,trim=duration=3,setpts=N/24/TB,crop=320:180:{pixels_a_frame}*n:0"
        );
        watch(&shoot(folder.path(), name, &graph)).unwrap()
    };
    let (still, slow, fast) = (pan("still.mp4", 0), pan("slow.mp4", 2), pan("fast.mp4", 12));
    for clip in [&still, &slow, &fast] {
        assert_cuts(clip, &[]);
    }
    let [still, slow, fast] = [still, slow, fast].map(|clip| mean(&clip, PictureCue::Motion));
    assert!(
        still < 1e-3 && still < slow && slow < fast,
        "{still} {slow} {fast}"
    );
}

#[test]
fn colours_brightness_and_clutter_are_told() {
    let Some(folder) = studio() else { return };
    let source = |name: &str, source: &str| {
        let options = format!("-f lavfi -i {source}s=160x90:r=25:d=1");
        watch(&shoot(folder.path(), name, &options)).unwrap()
    };
    let orange = source("orange.mp4", "color=0xff8000:");
    let blue = source("blue.mp4", "color=0x0060ff:");
    let white = source("white.mp4", "color=white:");
    let pattern = source("pattern.mp4", "testsrc2=");
    assert!(mean(&orange, PictureCue::Warmth) > 0.8);
    assert!(mean(&blue, PictureCue::Warmth) < -0.3);
    assert!(mean(&white, PictureCue::Warmth).abs() < 0.05);
    assert!(mean(&white, PictureCue::Luma) > 0.97);
    assert!(mean(&white, PictureCue::Complexity) < 0.01);
    assert!(mean(&pattern, PictureCue::Complexity) > 0.4);
}

#[test]
fn any_size_and_a_single_frame_will_do() {
    let Some(folder) = studio() else { return };
    let tiny = shoot(
        folder.path(),
        "tiny.mkv",
        "-f lavfi -i testsrc=s=6x4:r=25:d=1 -c:v ffv1",
    );
    let odd = shoot(
        folder.path(),
        "odd.mkv",
        "-f lavfi -i testsrc=s=33x777:r=25:d=1 -c:v ffv1",
    );
    for path in [&tiny, &odd] {
        assert_eq!(watch(path).unwrap().cues.unwrap().rows(), 8);
    }
    let single = shoot(
        folder.path(),
        "single.mp4",
        "-f lavfi -i testsrc=r=25 -frames:v 1",
    );
    let clip = watch(&single).unwrap();
    assert_eq!(clip.cues.as_ref().unwrap().rows(), 1);
    assert_cuts(&clip, &[]);
}

#[test]
fn frames_of_uneven_length_keep_their_times() {
    let Some(folder) = studio() else { return };
    // Frames of a thirtieth of a second, of which two in three are missing in the first two seconds.
    let path = shoot(
        folder.path(),
        "uneven.mkv",
        "-f lavfi -i testsrc2=s=160x90:r=30:d=3 -f lavfi -i testsrc=s=160x90:r=30:d=2 -filter_complex \
         concat,select='gt(t,2)+not(mod(n,3))'",
    );
    let clip = watch(&path).unwrap();
    let found: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
    assert!(
        found.len() == 1 && (found[0] - 3.0).abs() < 0.04,
        "{found:?}"
    );
    assert!((clip.duration.0 - 5.0).abs() < 0.1, "{:?}", clip.duration);
}

#[test]
fn a_picture_that_starts_after_the_sound_keeps_its_times() {
    let Some(folder) = studio() else { return };
    let path = shoot(
        folder.path(),
        "late.mkv",
        "-f lavfi -i sine=d=5 -f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i testsrc=s=160x90:r=25:d=2 \
         -filter_complex [1][2]concat,setpts=PTS+1.4/TB[v] -map 0:a -map [v]",
    );
    let clip = watch(&path).unwrap();
    let found: Vec<f64> = clip.shots.iter().map(|cut| cut.0).collect();
    assert!(
        found.len() == 1 && (found[0] - 3.4).abs() < 0.05,
        "{found:?}"
    );
}

#[test]
fn strange_names_are_only_names() {
    let Some(folder) = studio() else { return };
    let clip = shoot(
        folder.path(),
        "clip.mp4",
        "-f lavfi -i testsrc=s=64x36:r=25:d=1",
    );
    let mut names = vec!["-i.mp4", "a b 'c'.mp4", "ünï📽.mp4", "50%.mp4"];
    if cfg!(unix) {
        names.extend(["\"d\".mp4", "http:x.mp4", "pipe:1"]);
    }
    for name in names {
        let path = folder.path().join(name);
        fs::copy(&clip, &path).unwrap();
        assert!(watch(&path).is_ok(), "{name}");
    }
    // From inside the folder, the name is all that is given.
    let written = folder.path().join("out.safetensors");
    let status = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(folder.path())
        .args(["features", "-o"])
        .arg(&written)
        .args(["--", "-i.mp4"])
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(ClipFeatures::read(&written).unwrap(), watch(&clip).unwrap());
}

#[test]
fn what_is_no_video_is_refused_by_name_and_reason() {
    let Some(folder) = studio() else { return };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let whole = shoot(
        folder.path(),
        "whole.mp4",
        "-f lavfi -i testsrc=s=64x36:r=25:d=1",
    );
    let bytes = fs::read(&whole).unwrap();
    let sound = shoot(folder.path(), "sound.wav", "-f lavfi -i sine=d=1");
    for (path, reason) in [
        (write("empty.mp4", b""), "an empty file"),
        (
            write("text.mp4", b"not a film\n"),
            "nothing that FFmpeg can read",
        ),
        (
            write("cut-off.mp4", &bytes[..bytes.len() / 2]),
            "nothing that FFmpeg can read",
        ),
        (sound, "no video stream"),
        (folder.path().to_owned(), "not a regular file"),
        (folder.path().join("missing.mp4"), "missing.mp4: "),
    ] {
        let message = message(watch(&path));
        assert!(
            message.starts_with(&path.display().to_string()),
            "{message}"
        );
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn a_playlist_cannot_reach_the_network() {
    let Some(folder) = studio() else { return };
    let path = folder.path().join("list.m3u8");
    fs::write(
        &path,
        "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    )
    .unwrap();
    assert!(message(watch(&path)).contains("list.m3u8"));
}

#[test]
fn progress_rises_to_one_and_breaking_cancels() {
    let Some(folder) = studio() else { return };
    let path = shoot(
        folder.path(),
        "clip.mp4",
        "-f lavfi -i testsrc=s=64x36:r=25:d=4",
    );
    let (calls, last) = (Cell::new(0), Cell::new(0.0));
    analyse(&path, &mut |fraction| {
        assert!(fraction >= last.get() && fraction <= 1.0);
        calls.set(calls.get() + 1);
        last.set(fraction);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((calls.get(), last.get()), (100, 1.0));

    let frames = Cell::new(0);
    let cancelled = analyse(&path, &mut |_| {
        frames.set(frames.get() + 1);
        if frames.get() == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(cancelled, Err(Error::Cancelled)));
    assert_eq!(frames.get(), 3);
}

#[test]
fn where_ffmpeg_is_missing_the_message_says_what_to_install() {
    if cfg!(any(target_os = "macos", windows)) {
        eprintln!("skipped: FFmpeg is also looked for outside PATH here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clip = folder.path().join("clip.mp4");
    fs::write(&clip, b"anything").unwrap();
    let written = folder.path().join("clip.safetensors");
    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .env("PATH", folder.path())
        .arg("features")
        .arg(&clip)
        .arg("-o")
        .arg(&written)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("not found; install FFmpeg"), "{message}");
    assert!(!written.exists());
}

#[test]
fn big_buck_bunny_cuts_three_times() {
    let shared = env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/video/big-buck-bunny-30s.mp4");
    if studio().is_none() || !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let clip = watch(&path).unwrap();
    assert_cuts(&clip, &[285.0 / 24.0, 378.0 / 24.0, 553.0 / 24.0]);
    assert_eq!((clip.duration.0, clip.frame_rate_hz), (30.0, 24.0));
    assert_eq!(clip.cues.unwrap().rows(), 240);
}
