//! Which files are read, and the messages about those that are not.

use std::cell::Cell;
use std::env;
use std::fs;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

use diff_bgm::Error;
use diff_bgm::features::ClipFeatures;
use diff_bgm::time::Seconds;
use diff_bgm::video::{ShotFinder, analyse, analyse_if};

use crate::clips::*;
use crate::ffmpeg::film_folder;

#[test]
fn files_with_unusual_names_are_read() {
    let Some(folder) = film_folder() else { return };
    let clip = make_clip(
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
        assert!(analyse_file(&path).is_ok(), "{name}");
    }
    // Inside the folder, the name alone is passed.
    let written = folder.path().join("out.safetensors");
    let status = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(folder.path())
        .args(["features", "-o"])
        .arg(&written)
        .args(["--", "-i.mp4"])
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(
        ClipFeatures::read(&written).unwrap(),
        analyse_file(&clip).unwrap()
    );
}

#[test]
fn a_file_that_is_not_a_video_is_refused_with_its_name_and_a_reason() {
    let Some(folder) = film_folder() else { return };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let complete = make_clip(
        folder.path(),
        "whole.mp4",
        "-f lavfi -i testsrc=s=64x36:r=25:d=1",
    );
    let bytes = fs::read(&complete).unwrap();
    let sound = make_clip(folder.path(), "sound.wav", "-f lavfi -i sine=d=1");
    for (path, reason) in [
        (write("empty.mp4", b""), "an empty file"),
        (
            write("text.mp4", b"not a film\n"),
            "a file that FFmpeg cannot read",
        ),
        (
            write("cut-off.mp4", &bytes[..bytes.len() / 2]),
            "a file that FFmpeg cannot read",
        ),
        (sound, "no video stream"),
        (folder.path().to_owned(), "not a regular file"),
        (folder.path().join("missing.mp4"), "missing.mp4: "),
    ] {
        let message = message(analyse_file(&path));
        assert!(
            message.starts_with(&path.display().to_string()),
            "{message}"
        );
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn a_clip_too_long_for_its_tempo_is_refused_with_the_remedies_before_a_frame_is_decoded() {
    let Some(folder) = film_folder() else { return };
    // 200 frames, one in a minute and a half.
    let path = make_clip(
        folder.path(),
        "hours.mkv",
        "-f lavfi -i testsrc=s=64x36:r=1/90:d=18000",
    );
    let refuse = |duration: Seconds| Err(Error::Usage(format!("{} s", duration.0)));
    let mut frames = 0;
    let message = analyse_if(&path, ShotFinder::Quick, &refuse, &mut |_| {
        frames += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(message.unwrap_err().to_string(), "18000 s");
    assert_eq!(frames, 0);

    let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
        .current_dir(folder.path())
        .args(["generate", "hours.mkv", "-o", "draft.mid"])
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    for words in ["9000 bars", "at most 109 BPM", "shorter clip", "`--bars`"] {
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[test]
fn of_two_video_streams_the_default_one_is_read_and_named_and_a_cover_never_is() {
    let Some(folder) = film_folder() else { return };
    let streams =
        "-f lavfi -i testsrc=s=64x36:r=25:d=1 -f lavfi -i testsrc2=s=160x90:r=25:d=2 -map 0 -map 1";
    let first = make_clip(
        folder.path(),
        "first.mkv",
        &format!("{streams} -disposition:v:1 0 -disposition:v:0 default"),
    );
    let second = make_clip(
        folder.path(),
        "second.mkv",
        &format!("{streams} -disposition:v:0 0 -disposition:v:1 default"),
    );
    for (path, seconds, named) in [
        (first, 1.0, "stream 0: h264, 64 × 36"),
        (second, 2.0, "stream 1: h264, 160 × 90"),
    ] {
        let clip = analyse_with_warnings(&path).unwrap();
        assert!((clip.features.duration.0 - seconds).abs() < 1e-3, "{named}");
        assert!(
            clip.warnings.len() == 1 && clip.warnings[0].contains(named),
            "{:?}",
            clip.warnings
        );
    }
    let cover = make_clip(
        folder.path(),
        "cover.png",
        "-f lavfi -i testsrc=s=300x300 -frames:v 1",
    );
    let film = make_clip(
        folder.path(),
        "film.mp4",
        "-f lavfi -i testsrc2=s=160x90:r=25:d=2",
    );
    let covered = make_clip(
        folder.path(),
        "covered.mp4",
        &format!(
            "-i {} -i {} -map 0 -map 1 -c copy -disposition:v:0 attached_pic",
            cover.display(),
            film.display()
        ),
    );
    let clip = analyse_with_warnings(&covered).unwrap();
    assert!((clip.features.duration.0 - 2.0).abs() < 1e-3);
    assert_eq!(clip.warnings, [""; 0]);
}

#[test]
fn a_file_that_was_cut_off_is_read_as_far_as_it_goes_with_a_warning() {
    let Some(folder) = film_folder() else { return };
    for (extension, options) in [
        ("mp4", "-movflags +faststart"),
        ("mkv", ""),
        ("mov", "-movflags +faststart"),
    ] {
        let source = "-f lavfi -i testsrc2=s=320x180:r=25:d=6 -f lavfi -i sine=d=6";
        let name = format!("whole.{extension}");
        let whole = make_clip(folder.path(), name, &format!("{source} {options}"));
        assert_eq!(analyse_with_warnings(&whole).unwrap().warnings, [""; 0]);
        let bytes = fs::read(&whole).unwrap();
        let partial = folder.path().join(format!("partial.{extension}"));
        fs::write(&partial, &bytes[..bytes.len() / 2]).unwrap();
        let clip = analyse_with_warnings(&partial).unwrap();
        assert!(
            (1.0..5.0).contains(&clip.features.duration.0),
            "{extension}"
        );
        assert_eq!(clip.warnings.len(), 1, "{extension}");
        let expected = format!("s of picture only {:.2} s", clip.features.duration.0);
        assert!(clip.warnings[0].contains(&expected), "{:?}", clip.warnings);
    }
}

#[test]
fn a_movie_of_a_codec_that_its_kind_cannot_hold_is_refused_with_the_reason_and_a_remedy() {
    let Some(folder) = film_folder() else { return };
    let clip = make_clip(
        folder.path(),
        "clip.mov",
        "-f lavfi -i testsrc=s=64x36:r=25:d=1 -c:v prores",
    );
    let midi = folder.path().join("draft.mid");
    fs::write(&midi, short_midi()).unwrap();
    let render = |name: &str| {
        Command::new(env!("CARGO_BIN_EXE_bgm"))
            .arg("render")
            .arg(&midi)
            .arg("--video")
            .arg(&clip)
            .arg("-o")
            .arg(folder.path().join(name))
            .output()
            .unwrap()
    };
    let refused = render("movie.mp4");
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(message.contains("prores"), "{message}");
    assert!(message.contains("not"), "{message}");
    assert!(message.contains(".mov or .mkv"), "{message}");
    for name in ["movie.mov", "movie.mkv"] {
        assert!(render(name).status.success(), "{name}");
    }
}

#[test]
fn a_playlist_cannot_reach_the_network() {
    let Some(folder) = film_folder() else { return };
    let path = folder.path().join("list.m3u8");
    fs::write(
        &path,
        "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    )
    .unwrap();
    assert!(message(analyse_file(&path)).contains("list.m3u8"));
}

#[test]
fn progress_rises_to_one_and_a_break_cancels() {
    let Some(folder) = film_folder() else { return };
    let path = make_clip(
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
fn without_ffmpeg_the_message_says_what_to_install() {
    if cfg!(any(target_os = "macos", windows)) {
        eprintln!("skipped: on this system FFmpeg is also looked for outside PATH");
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

/// Returns a MIDI file with one note.
fn short_midi() -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c".to_vec();
    bytes.extend([0, 0x90, 60, 100, 0x60, 0x80, 60, 0, 0, 0xff, 0x2f, 0]);
    bytes
}
