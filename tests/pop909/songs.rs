//! Writes songs in the layout of POP909.

use std::fs;
use std::path::{Path, PathBuf};

use midly::num::{u4, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use tempfile::TempDir;

const TICKS_PER_BEAT: u16 = 480;
/// The first beat is a quarter of a second after the start of the file.
const FIRST_BEAT_TICKS: u32 = 240;
const BARS: u32 = 12;
/// Pitches of the melody, repeated.
const MELODY: [u8; 5] = [72, 74, 76, 77, 79];

/// Start and end in beats of the song, and pitch.
type BeatNote = (f64, f64, u8);

fn track(name: &'static str, notes: &[BeatNote]) -> Vec<TrackEvent<'static>> {
    let tick = |beat: f64| FIRST_BEAT_TICKS + (beat * f64::from(TICKS_PER_BEAT)).round() as u32;
    let mut events: Vec<(u32, u8, u8)> = (notes.iter())
        .flat_map(|&(start, end, pitch)| [(tick(start), pitch, 80), (tick(end), pitch, 0)])
        .collect();
    events.sort_by_key(|&(at, pitch, velocity)| (at, velocity, pitch));
    let meta = |message| TrackEvent {
        delta: u28::new(0),
        kind: TrackEventKind::Meta(message),
    };
    let mut track = vec![meta(MetaMessage::TrackName(name.as_bytes()))];
    if name.is_empty() {
        track.push(meta(MetaMessage::Tempo(u24::new(500_000))));
    }
    let mut now = 0;
    for (at, pitch, velocity) in events {
        track.push(TrackEvent {
            delta: u28::new(at - now),
            kind: TrackEventKind::Midi {
                channel: u4::new(0),
                message: MidiMessage::NoteOn {
                    key: pitch.into(),
                    vel: velocity.into(),
                },
            },
        });
        now = at;
    }
    track.push(meta(MetaMessage::EndOfTrack));
    track
}

/// Writes the folder of a song of 12 bars that alternate between C major and A minor. It has a chord on every bar, a melody
/// note slightly late on every beat, a note across the first bar line, and one on a track that is not read.
pub(crate) fn write_song(data: &Path, name: &str) -> PathBuf {
    let folder = data.join(name);
    fs::create_dir(&folder).unwrap();
    let mut piano = vec![(3.0, 5.0, 40)];
    let mut chords = String::new();
    for bar in 0..BARS {
        let start = f64::from(4 * bar);
        let (triad, symbol) = match bar % 2 {
            0 => ([48, 52, 55], "C:maj"),
            _ => ([45, 48, 52], "A:min"),
        };
        piano.extend(triad.map(|pitch| (start, start + 4.0, pitch)));
        let second = |beat: f64| 0.25 + beat / 2.0;
        let (from, to) = (second(start), second(start + 4.0));
        chords += &format!("{from}\t{to}\t{symbol}\n");
    }
    let melody: Vec<BeatNote> = (0..4 * BARS)
        .map(|beat| {
            let start = f64::from(beat) + 0.1;
            (start, start + 0.5, MELODY[beat as usize % MELODY.len()])
        })
        .collect();
    let smf = Smf {
        header: Header::new(Format::Parallel, Timing::Metrical(u15::new(TICKS_PER_BEAT))),
        tracks: vec![
            track("", &[]),
            track("MELODY", &melody),
            track("PIANO", &piano),
            track("DRUMS", &[(0.0, 1.0, 36)]),
        ],
    };
    smf.save(folder.join(format!("{name}.mid"))).unwrap();
    let lines: Vec<String> = (0..=4 * BARS)
        .map(|beat| {
            let downbeat = u8::from(beat % 4 == 0);
            format!("{} {downbeat}.0 {downbeat}.0", 0.25 + f64::from(beat) / 2.0)
        })
        .collect();
    fs::write(folder.join("beat_midi.txt"), lines.join("\n")).unwrap();
    fs::write(folder.join("chord_midi.txt"), chords).unwrap();
    folder
}

/// Writes songs 001, which is held out, and 002, which is not.
pub(crate) fn data_set() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    for name in ["001", "002"] {
        write_song(data.path(), name);
    }
    fs::write(data.path().join("README.md"), "no song").unwrap();
    data
}
