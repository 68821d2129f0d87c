//! Music that is dragged, and what a file of it contains.

use std::path::Path;

use diff_bgm::generator::Draft;
use diff_bgm::instance::State;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};

/// Eight bars with a note of lead in each and one of bass in the first, whose name needs encoding.
pub(crate) fn take() -> State {
    let note = |start: u8, pitch, part| Note {
        start: Beats(start.into()),
        length: Beats(1.0),
        pitch,
        velocity: 90,
        part,
    };
    let lead = (0..8).map(|bar| note(4 * bar, 60 + bar, Part::Lead));
    let mut state = State::default();
    let score = Score::repaired(RawScore {
        notes: lead.chain([note(1, 40, Part::Bass)]).collect(),
        bars: Bars(8),
        ..RawScore::default()
    });
    let draft = Draft {
        score,
        ..Draft::default()
    };
    state.add_take(draft, 0);
    state.takes[0].name = "Café 100% 2".to_owned();
    state
}

/// Returns the names of the tracks with notes, and the beats and pitches of the notes.
pub(crate) fn contents(file: &Path) -> (Vec<String>, Vec<(f64, u8)>) {
    let tracks = MidiFile::open(file).unwrap().tracks;
    let tracks: Vec<_> = tracks
        .into_iter()
        .filter(|track| !track.notes.is_empty())
        .collect();
    let notes = tracks.iter().flat_map(|track| &track.notes);
    let notes = notes.map(|note| (note.start.0, note.pitch)).collect();
    (tracks.into_iter().map(|track| track.name).collect(), notes)
}

pub(crate) fn lead() -> Vec<(f64, u8)> {
    (0..8).map(|bar| (4.0 * f64::from(bar), 60 + bar)).collect()
}
