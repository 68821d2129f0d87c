//! `bgm render`: from a MIDI file to sound and to a movie.

#[path = "films/ffmpeg.rs"]
mod ffmpeg;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use ffmpeg::{film_folder, make_film};
use tempfile::TempDir;

/// Returns a folder with a draft of two bars (4 s) whose only note is in the middle.
fn folder_with_draft() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.mid");
    let note = Note {
        start: Beats(4.0),
        length: Beats(2.0),
        pitch: 60,
        velocity: 100,
        part: Part::All,
    };
    let score = Score::new(RawScore {
        notes: vec![note],
        bars: Bars(2),
        ..RawScore::default()
    });
    score.unwrap().write_midi(&path, "").unwrap();
    (folder, path)
}

/// Renders with a home folder that has no soundfonts.
fn render(midi: &Path, output: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .arg("render")
        .arg(midi)
        .arg("--output")
        .arg(output)
        .args(arguments)
        .env("HOME", output.parent().unwrap())
        .output()
        .unwrap()
}

fn expect_success(output: &Output) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

/// The left channel of a WAV file.
fn left_channel(path: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    samples.iter().step_by(2).copied().collect()
}

fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)
}

#[test]
fn a_draft_sounds_from_its_first_note_even_without_a_soundfont() {
    let (folder, midi) = folder_with_draft();
    let wav = folder.path().join("draft.wav");
    expect_success(&render(&midi, &wav, &[]));
    let sound = left_channel(&wav);
    assert!(sound.len() >= 4 * 44_100, "{} frames", sound.len());
    assert!(peak(&sound[..87_000]) < 20);
    let loudest = peak(&sound);
    assert!((16_000..=29_300).contains(&loudest), "{loudest}");
}

#[test]
fn music_that_the_instrument_has_no_sound_for_is_reported_as_silent() {
    let (folder, draft) = folder_with_draft();
    // One drum, which the electric piano does not play.
    let drums = folder.path().join("drums.mid");
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c".to_vec();
    bytes.extend([0, 0x99, 36, 100, 0x60, 0x89, 36, 0, 0, 0xff, 0x2f, 0]);
    fs::write(&drums, bytes).unwrap();
    for midi in [drums, draft] {
        let wav = folder.path().join("sound.wav");
        let output = render(&midi, &wav, &[]);
        expect_success(&output);
        let is_silent = peak(&left_channel(&wav)) == 0;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors.contains("silent"), is_silent, "{errors}");
    }
}

#[test]
fn the_same_draft_gives_the_same_sound() {
    let (folder, midi) = folder_with_draft();
    let rendered = |name: &str| {
        let wav = folder.path().join(name);
        expect_success(&render(&midi, &wav, &[]));
        fs::read(wav).unwrap()
    };
    assert!(rendered("a.wav") == rendered("b.wav"));
}

#[test]
fn wrong_files_and_names_are_reported_and_leave_no_file_behind() {
    let (folder, midi) = folder_with_draft();
    let place = |name: &str| folder.path().join(name);
    let wav = place("sound.wav");
    let truncated = place("truncated.mid");
    let whole = fs::read(&midi).unwrap();
    fs::write(&truncated, &whole[..whole.len() - 3]).unwrap();
    let text = place("text.txt");
    fs::write(&text, "no music").unwrap();
    let midi_name = midi.to_str().unwrap();

    for (input, output, arguments, named) in [
        (&place("missing.mid"), &wav, &[][..], "missing.mid"),
        (&truncated, &wav, &[], "truncated.mid"),
        (&text, &wav, &[], "text.txt"),
        (&midi, &place("sound.mp3"), &[], "sound.mp3"),
        (&midi, &place("nowhere/sound.wav"), &[], "nowhere"),
        (&midi, &wav, &["--soundfont", "missing.sf2"], "missing.sf2"),
        (&midi, &wav, &["--soundfont", midi_name], "draft.mid"),
        (&midi, &wav, &["--video", "clip.mp4"], "sound.wav"),
        (
            &midi,
            &place("movie.mp4"),
            &["--video", "clip.mp4"],
            "clip.mp4",
        ),
    ] {
        let output = render(input, output, arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{named}: {errors}");
        assert!(errors.contains(named), "{named}: {errors}");
    }
    let unknown = render(&midi, &wav, &["--start", "2"]);
    assert_eq!(unknown.status.code(), Some(2));

    let mut left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["draft.mid", "text.txt", "truncated.mid"]);
}

#[test]
fn a_movie_has_the_clips_picture_and_length_and_its_music_in_time() {
    let Some(films) = film_folder() else { return };
    let (_folder, midi) = folder_with_draft();
    let place = |name: &str| films.path().join(name);
    let (clip, movie) = (place("clip.mp4"), place("movie.mp4"));
    let picture = "testsrc=size=64x64:rate=24:duration=3";
    make_film(&clip, ["-f", "lavfi", "-i", picture, "-c:v", "mpeg4"]);

    // The picture starts at the second beat, half a second into the music, so the note is 1.5 s into the picture.
    let video = ["--video", clip.to_str().unwrap(), "--start", "1"];
    expect_success(&render(&midi, &movie, &video));
    let movie = movie.to_str().unwrap();
    make_film(&place("movie.wav"), ["-i", movie, "-vn", "-ar", "44100"]);
    let sound = left_channel(&place("movie.wav"));
    let seconds = sound.len() as f64 / 44_100.0;
    assert!((2.9..3.1).contains(&seconds), "{seconds} s");
    assert!(peak(&sound[..60_000]) < 200);
    assert!(peak(&sound[67_000..80_000]) > 5_000);
    for (film, digest) in [(movie, "movie.md5"), (clip.to_str().unwrap(), "clip.md5")] {
        make_film(
            &place(digest),
            ["-i", film, "-an", "-c", "copy", "-f", "md5"],
        );
    }
    let digest = |name: &str| fs::read_to_string(place(name)).unwrap();
    assert_eq!(digest("movie.md5"), digest("clip.md5"));
}
