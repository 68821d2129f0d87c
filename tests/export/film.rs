//! A minute of music for a film whose tempo rises from 60 to 180 BPM.

use diff_bgm::export::Arrangement;
use diff_bgm::music::chord::{ChordChange, ChordLane};
use diff_bgm::music::controls::{ControlRequest, Controls};
use diff_bgm::music::key::Key;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::music::section::Section;
use diff_bgm::music::tempo_map::{TempoChange, TempoMap};
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};

/// When the film cuts, in seconds of the film, which starts with the music.
pub(crate) const CUTS: [f64; 11] = [
    3.0416667, 8.125, 14.5833333, 19.0, 24.3333333, 30.2916667, 35.5, 41.75, 47.0833333,
    52.6666667, 56.9583333,
];
/// When the music meets the film: on the third cut, and a moment after the sixth.
pub(crate) const HITS: [f64; 2] = [CUTS[2], 31.4375];
/// The length of the music in bars of 3/4.
const BARS: u32 = 43;

/// Returns the music.
pub(crate) fn film() -> Arrangement {
    let change = |(at, tempo_bpm): (f64, f64)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(tempo_bpm).unwrap(),
    };
    let ramp = (0..13).map(|step| (f64::from(step) * 6.0, 60.0 + f64::from(step) * 10.0));
    let tempo_map = TempoMap::new(ramp.map(change).collect()).unwrap();
    let beat_at = |seconds: &f64| tempo_map.beat_at(Seconds(*seconds));
    let chords = "Fm | Db | Ab | Eb".parse::<ChordLane>().unwrap();
    let chords = chords.chords(BARS as usize * 3);
    let key = Key::of_chords(&chords);
    let section = |start, name: &str| Section {
        start: Beats(start),
        name: name.to_owned(),
    };
    let hits = HITS.iter().map(beat_at).collect();
    let score = Score::new(RawScore {
        notes: notes(),
        bars: Bars(BARS),
        metre: "3/4".parse().unwrap(),
        chords: ChordChange::of_beats(&chords, key.spelling()),
        cuts: CUTS.iter().map(beat_at).collect(),
        sections: vec![section(0.0, "A"), section(48.0, "B"), section(96.0, "A'")],
        tempo_map,
    })
    .unwrap();
    let request = ControlRequest {
        pedal: true,
        expression: true,
        energy: &[0.5; 30],
    };
    Arrangement {
        controls: Controls::of(&score, &request),
        key: Some(key),
        hits,
        description: "Diff-BGM: a film".to_owned(),
        score,
        ..Arrangement::default()
    }
}

/// Notes of every part on and off the grid; the last lasts beyond the last bar.
fn notes() -> Vec<Note> {
    let note = |start, length, pitch, velocity, part| Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity,
        part,
    };
    let mut notes = Vec::new();
    for bar in 0..BARS as u8 {
        let start = f64::from(bar) * 3.0;
        notes.extend([
            note(start, 3.0, 29 + bar % 12, 70 + bar, Part::Bass),
            note(start + 0.5, 0.5, 60, 64, Part::Chords),
            note(start + 0.5, 2.5, 65 + bar % 3, 50, Part::Chords),
            note(start + 0.25, 0.125, 72, 127, Part::Lead),
            note(start + 4.0 / 3.0, 1.0, 84 - bar, 1 + bar, Part::Lead),
        ]);
    }
    notes.push(note(f64::from(BARS) * 3.0 - 1.0, 2.0, 90, 99, Part::Lead));
    notes.sort_by(Note::position);
    notes
}
