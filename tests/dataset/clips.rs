//! Clips and music for the tests.

use std::fs;
use std::path::Path;

use diff_bgm::features::{CAPTION_WIDTH, ClipFeatures, Track, VISUAL_WIDTH};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::music::tempo_map::TempoMap;
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};

use crate::ffmpeg::make_film;

/// Makes a video of two shots of `seconds` each.
pub(crate) fn make_video(path: &Path, seconds: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let source = |name| format!("{name}=s=160x90:r=12:d={seconds}");
    let (first, second) = (source("testsrc2"), source("testsrc"));
    let options = [
        "-f",
        "lavfi",
        "-i",
        &first,
        "-f",
        "lavfi",
        "-i",
        &second,
        "-filter_complex",
        "concat",
    ];
    make_film(path, options);
}

/// Writes a clip file of `seconds` with embeddings that move with time and with `place`, and two cuts.
pub(crate) fn write_clip(path: &Path, seconds: f64, place: f32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let track = |rate_hz: f64, width: usize| {
        let rows = (seconds * rate_hz) as usize;
        let value = |row: usize, column: usize| ((row as f32 / 7.0 + place) + column as f32).sin();
        let values = (0..rows).flat_map(|row| (0..width).map(move |column| value(row, column)));
        Some(Track::new(rate_hz, width, values.collect()).unwrap())
    };
    let clip = ClipFeatures {
        duration: Seconds(seconds),
        frame_rate_hz: 24.0,
        visual: track(2.0, VISUAL_WIDTH),
        caption: track(0.5, CAPTION_WIDTH),
        shots: [seconds / 4.0, seconds / 2.0].map(Seconds).to_vec(),
        ..ClipFeatures::default()
    };
    clip.write(path).unwrap();
}

/// Writes a MIDI file of `bars` bars of 4/4 with a tune over chords, in a key that depends on `place`.
pub(crate) fn write_midi(path: &Path, bars: u32, tempo_bpm: f64, place: u8) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let note = |start: f64, length: f64, pitch: u8, part| Note {
        start: Beats(start),
        length: Beats(length),
        pitch: pitch + place % 5,
        velocity: 80,
        part,
    };
    let mut notes = Vec::new();
    for beat in 0..4 * bars {
        let at = f64::from(beat);
        let root = [24, 21, 29, 31][(beat / 4 % 4) as usize];
        notes.push(note(
            at,
            0.5,
            root + 24 + [0, 4, 7, 12][(beat % 4) as usize],
            Part::Lead,
        ));
        if beat % 2 == 0 {
            for third in [0, 4, 7] {
                notes.push(note(at, 2.0, root + third, Part::Chords));
            }
        }
    }
    notes.sort_by(Note::position);
    let score = Score::new(RawScore {
        notes,
        bars: Bars(bars),
        tempo_map: TempoMap::constant(Tempo::new(tempo_bpm).unwrap()),
        ..RawScore::default()
    });
    score.unwrap().write_midi(path, "a piece").unwrap();
}
