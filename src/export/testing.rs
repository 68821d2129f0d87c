//! An arrangement with everything in it, for tests.

use super::Arrangement;
use crate::music::chord::ChordChange;
use crate::music::controls::{ControlRequest, Controls};
use crate::music::note::Note;
use crate::music::outputs::Outputs;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::music::section::Section;
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::time::{Bars, Beats, Tempo};

/// Returns two bars of 4/4 at 60 BPM, and at 120 from beat 4, in three parts with pedal. The picture starts at beat 1.
pub(super) fn arrangement() -> Arrangement {
    let note = |start, length, pitch, velocity, part| Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity,
        part,
    };
    let tempo = |at, tempo_bpm| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(tempo_bpm).unwrap(),
    };
    let chord = |start, symbol: &str| ChordChange {
        start: Beats(start),
        symbol: symbol.to_owned(),
    };
    let section = |start, name: &str| Section {
        start: Beats(start),
        name: name.to_owned(),
    };
    let score = Score::new(RawScore {
        notes: vec![
            note(0.0, 4.0, 45, 70, Part::Bass),
            note(0.0, 2.0, 60, 64, Part::Chords),
            note(0.25, 0.75, 72, 101, Part::Lead),
            note(1.0, 1.0, 72, 99, Part::Lead),
            note(4.0, 4.0, 41, 127, Part::Bass),
        ],
        bars: Bars(2),
        tempo_map: TempoMap::new(vec![tempo(0.0, 60.0), tempo(4.0, 120.0)]).unwrap(),
        chords: vec![chord(0.0, "Am"), chord(4.0, "F")],
        cuts: vec![Beats(1.5), Beats(6.75)],
        sections: vec![section(0.0, "A"), section(4.0, "B")],
        ..RawScore::default()
    })
    .unwrap();
    let request = ControlRequest {
        pedal: true,
        ..ControlRequest::default()
    };
    Arrangement {
        controls: Controls::of(&score, &request),
        score,
        key: "Am".parse().ok(),
        hits: vec![Beats(1.5), Beats(2.25)],
        hit_names: Vec::new(),
        picture_start: Beats(1.0),
        outputs: Outputs::default(),
        description: "made by \"hand\" & <ear>\nand a second line".to_owned(),
    }
}
