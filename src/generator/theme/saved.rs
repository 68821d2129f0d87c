//! The form of a theme in saved projects.

use serde::{Deserialize, Serialize};

use super::Theme;
use crate::music::chord::ChordChange;
use crate::music::key::Key;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Tempo};

#[derive(Serialize, Deserialize)]
pub(super) struct SavedTheme {
    name: String,
    notes: Vec<Note>,
    bars: Bars,
    #[serde(default, skip_serializing_if = "Metre::is_common")]
    metre: Metre,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
    #[serde(default)]
    chords: Vec<ChordChange>,
    tempo: Tempo,
}

impl From<Theme> for SavedTheme {
    fn from(Theme { name, key, score }: Theme) -> Self {
        let score = RawScore::from(score);
        Self {
            name,
            notes: score.notes,
            bars: score.bars,
            metre: score.metre,
            key,
            chords: score.chords,
            tempo: score.tempo_map.initial_tempo(),
        }
    }
}

impl From<SavedTheme> for Theme {
    fn from(saved: SavedTheme) -> Self {
        let notes = saved.notes.into_iter();
        let as_lead = notes.map(|note| Note {
            part: Part::Lead,
            ..note
        });
        Self {
            name: saved.name,
            key: saved.key,
            score: Score::repaired(RawScore {
                notes: as_lead.collect(),
                bars: saved.bars,
                metre: saved.metre,
                tempo_map: saved.tempo.into(),
                chords: saved.chords,
                ..RawScore::default()
            }),
        }
    }
}
