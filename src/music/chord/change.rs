//! Where a piece's chords change.

use serde::{Deserialize, Serialize};

use super::Chord;
use crate::music::spelling::Spelling;
use crate::time::Beats;

/// The start of a chord.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChordChange {
    /// Its beat.
    pub start: Beats,
    /// Its symbol as on a lead sheet, `N.C.` for no chord.
    pub symbol: String,
}

impl ChordChange {
    /// Returns the changes in `chords`, which are one per beat.
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

    /// Returns the chord of each of `beats` beats, the reverse of [`ChordChange::of_beats`]. Empty if `changes` names none; a
    /// symbol that a lead sheet would not have counts as no chord.
    pub fn per_beat(changes: &[Self], beats: usize) -> Vec<Option<Chord>> {
        if changes.is_empty() {
            return Vec::new();
        }
        let chord_at = |beat: usize| {
            let started = |change: &&Self| change.start.0 <= beat as f64;
            let change = changes.iter().rev().find(started)?;
            Chord::parse_lead_sheet(&change.symbol).ok()?
        };
        (0..beats).map(chord_at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::ChordLane;

    #[test]
    fn a_chord_is_named_where_it_starts() {
        let lane: ChordLane = "C C/E | N.C. | Am".parse().unwrap();
        let chords = lane.chords(12);
        let spelling = Spelling::new(0, false);
        let changes = ChordChange::of_beats(&chords, spelling);
        let named: Vec<(f64, &str)> = (changes.iter())
            .map(|change| (change.start.0, change.symbol.as_str()))
            .collect();
        assert_eq!(
            named,
            [(0.0, "C"), (2.0, "C/E"), (4.0, "N.C."), (8.0, "Am")]
        );
        assert_eq!(ChordChange::per_beat(&changes, 12), chords);
        assert!(ChordChange::of_beats(&[], spelling).is_empty());
        assert!(ChordChange::per_beat(&[], 12).is_empty());
    }
}
