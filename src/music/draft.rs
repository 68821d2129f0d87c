//! A finished piece of music and how it was made.

use serde::{Deserialize, Serialize};

use crate::generator::Settings;
use crate::music::chord::{Chord, Spelling};
use crate::music::note::Note;
use crate::time::{Bars, Beats, Tempo};

/// A piece of music for a clip.
///
/// Notes are sorted by start, then pitch, and no two notes of one pitch overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The notes.
    pub notes: Vec<Note>,
    /// How many bars of 4/4 the piece has.
    pub bars: Bars,
    /// The tempo it was made for.
    pub tempo: Tempo,
    /// Where the picture cuts, on the draft's time line.
    pub cuts: Vec<Beats>,
    /// How it was made.
    pub recipe: Recipe,
}

/// What is needed to make a draft again, apart from the clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The model's name: its file's stem, or `default` for the model in the box.
    pub model: String,
    /// The guidance scale that was used, whether set or the model's own.
    pub guidance_scale: f64,
    /// The chords that the model was told, whether planned or given; none where it was left free.
    #[serde(default)]
    pub chords: Vec<ChordChange>,
    /// All other settings.
    pub settings: Settings,
}

/// A chord that begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChordChange {
    /// When.
    pub start: Beats,
    /// Its symbol as on a lead sheet, `N.C.` for none.
    pub symbol: String,
}

impl ChordChange {
    /// The changes in chords given for each beat.
    pub fn of_beats(chords: &[Option<Chord>], spelling: Spelling) -> Vec<Self> {
        let begins = |beat: &usize| *beat == 0 || chords[*beat] != chords[*beat - 1];
        (0..chords.len())
            .filter(begins)
            .map(|beat| Self {
                start: Beats(beat as f64),
                symbol: chords[beat]
                    .map_or_else(|| "N.C.".to_owned(), |chord| chord.symbol(spelling)),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chord_is_named_where_it_begins() {
        let lane: crate::music::chord::ChordLane = "C C/E | N.C. | Am".parse().unwrap();
        let chords = lane.chords(12);
        let changes = ChordChange::of_beats(&chords, Spelling::of_chords(&chords));
        let named: Vec<(f64, &str)> = (changes.iter())
            .map(|change| (change.start.0, change.symbol.as_str()))
            .collect();
        assert_eq!(
            named,
            [(0.0, "C"), (2.0, "C/E"), (4.0, "N.C."), (8.0, "Am")]
        );
        assert!(ChordChange::of_beats(&[], Spelling::of_chords(&[])).is_empty());
    }
}
