//! A draft while it is being painted, for the window to show.

use std::ops::Range;
use std::sync::Arc;

use crate::generator::{Draft, PaintedSegment};
use crate::music::note::Note;

/// The segments of a draft that are painted so far.
#[derive(Clone, Debug, Default)]
pub struct Painting {
    /// The draft that is painted over, if it is not a new one.
    over: Option<Arc<Draft>>,
    beats: Vec<Range<usize>>,
    notes: Vec<Note>,
}

impl Painting {
    /// Creates a painting of which nothing is there yet but `over`.
    pub(super) fn over(over: Option<Arc<Draft>>) -> Self {
        Self {
            over,
            ..Self::default()
        }
    }

    /// Adds a segment. It replaces what there is in its beats.
    pub(super) fn add(&mut self, segment: PaintedSegment) {
        let PaintedSegment { beats, notes } = segment;
        self.notes.retain(|note| !starts_in(note, &beats));
        self.notes.extend(notes);
        self.beats.push(beats);
    }

    /// Returns whether no segment is painted yet.
    pub fn is_empty(&self) -> bool {
        self.beats.is_empty()
    }

    /// Returns the notes that are there: those that are painted, and those of the old draft elsewhere.
    pub fn notes(&self) -> Vec<Note> {
        let old = self.over.iter().flat_map(|draft| draft.score.notes());
        let stays = |note: &&Note| !self.beats.iter().any(|beats| starts_in(note, beats));
        let mut notes: Vec<Note> = old.filter(stays).copied().collect();
        notes.extend(&self.notes);
        notes.sort_by(Note::position);
        notes
    }
}

fn starts_in(note: &Note, beats: &Range<usize>) -> bool {
    (beats.start as f64..beats.end as f64).contains(&note.start.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::time::{Bars, Beats};

    fn note(beat: usize, pitch: u8) -> Note {
        Note {
            start: Beats(beat as f64),
            length: Beats(1.0),
            pitch,
            velocity: 80,
            part: Part::Lead,
        }
    }

    #[test]
    fn painted_segments_replace_the_old_notes_of_their_beats() {
        let old = Draft {
            score: Score::repaired(RawScore {
                notes: (0..12).map(|beat| note(beat, 60)).collect(),
                bars: Bars(3),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        let mut painting = Painting::over(Some(Arc::new(old)));
        assert!(painting.is_empty());
        let segment = |beats: Range<usize>, pitch| PaintedSegment {
            notes: vec![note(beats.start, pitch)],
            beats,
        };
        painting.add(segment(4..8, 70));
        painting.add(segment(4..8, 71));
        let notes: Vec<_> = (painting.notes().iter())
            .map(|note| (note.start.0 as usize, note.pitch))
            .collect();
        let kept = |beat| (beat, 60);
        let mut expected: Vec<_> = (0..4).map(kept).collect();
        expected.push((4, 71));
        expected.extend((8..12).map(kept));
        assert_eq!(notes, expected);
    }
}
