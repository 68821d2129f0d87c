//! A piece as it lies on a DAW's timeline.

mod excerpt;
mod of_midi;

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::generator::Draft;
use crate::music::controls::Controls;
use crate::music::key::Key;
use crate::music::marker::{ScoreMarker, name_hits};
use crate::music::midi_file::part_messages::parts_of;
use crate::music::outputs::Outputs;
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::Beats;

/// A piece, and everything else that a file of it can hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    /// The notes, the tempo, the metre, the chords, the cuts and the sections.
    pub score: Score,
    /// The control changes.
    pub controls: Controls,
    /// The key, if it is known.
    pub key: Option<Key>,
    /// The beats at which the music meets the picture, ascending.
    pub hits: Vec<Beats>,
    /// Names that the user gave to some of them, with their beats.
    pub hit_names: Vec<(Beats, String)>,
    /// The beat at which the picture starts; negative if it starts before the music.
    pub picture_start: Beats,
    /// How the piece was made. The first line is for people.
    pub description: String,
    /// The channels and octaves of the parts.
    pub outputs: Outputs,
}

impl Arrangement {
    /// Returns the arrangement of a draft, with every part on its own channel.
    pub fn of_draft(draft: &Draft) -> Self {
        Self {
            score: draft.score.clone(),
            controls: draft.controls(),
            key: draft.key(),
            hits: draft.hits(),
            hit_names: Vec::new(),
            picture_start: draft.picture_start(),
            description: draft.description(),
            outputs: Outputs::default(),
        }
    }

    /// Returns the score in the octaves of its parts.
    pub(crate) fn leaving(&self) -> Cow<'_, Score> {
        self.outputs.leaving(&self.score)
    }

    /// Returns the parts with notes, in the order of their tracks, or `only` that one. A silent piece has the one part
    /// [`Part::All`].
    ///
    /// # Errors
    /// Returns an error if the only part has no notes.
    pub fn parts(&self, only: Option<Part>) -> Result<Vec<Part>> {
        let parts = parts_of(&self.score);
        let Some(only) = only else {
            return Ok(parts);
        };
        if parts.contains(&only) {
            return Ok(vec![only]);
        }
        if parts == [Part::All] {
            let why = if self.score.notes().is_empty() {
                "has no notes"
            } else {
                "is not divided into parts"
            };
            return Err(Error::Usage(format!(
                "The draft {why}, so there is no part {}. Leave the part out.",
                only.label()
            )));
        }
        let labels: Vec<&str> = parts.iter().map(|part| part.label()).collect();
        Err(Error::Usage(format!(
            "The draft has no part {}. Choose one of: {}.",
            only.label(),
            labels.join(", ")
        )))
    }

    /// Returns the markers of sections, cuts and hits, and with `chords` those of chords, sorted by beat.
    pub fn markers(&self, chords: bool) -> Vec<ScoreMarker> {
        let mut markers = self.score.markers(&self.hits);
        name_hits(&mut markers, &self.hit_names);
        if chords {
            markers.extend(self.score.chord_markers());
            markers.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        }
        markers
    }

    /// Returns the end of the last bar, or of a note or control change that lasts longer.
    pub fn end(&self) -> Beats {
        let notes = self.score.notes().iter().map(|note| note.end().0);
        let changes = self.controls.changes().iter().map(|change| change.at.0);
        Beats(notes.chain(changes).fold(self.score.length().0, f64::max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::testing::arrangement;
    use crate::music::score::RawScore;

    #[test]
    fn only_a_part_with_notes_can_be_chosen() {
        let arrangement = arrangement();
        let all = [Part::Lead, Part::Chords, Part::Bass];
        assert_eq!(arrangement.parts(None).unwrap(), all);
        assert_eq!(arrangement.parts(Some(Part::Bass)).unwrap(), [Part::Bass]);
        let error = arrangement.parts(Some(Part::All)).unwrap_err().to_string();
        assert!(error.contains("no part All"), "{error}");
        assert!(error.contains("Lead, Chords, Bass"), "{error}");
    }

    #[test]
    fn a_draft_without_parts_has_none_to_choose() {
        let silent = Arrangement::default().parts(Some(Part::Bass));
        let silent = silent.unwrap_err().to_string();
        assert!(silent.contains("has no notes"), "{silent}");
        let mut raw = RawScore::from(arrangement().score);
        raw.notes.truncate(1);
        raw.notes[0].part = Part::All;
        let score = Score::new(raw).unwrap();
        let undivided = Arrangement {
            score,
            ..arrangement()
        };
        let refused = undivided.parts(Some(Part::Bass)).unwrap_err().to_string();
        assert!(refused.contains("not divided into parts"), "{refused}");
    }

    #[test]
    fn markers_are_in_order_with_and_without_chords() {
        let arrangement = arrangement();
        let names = |chords| {
            let markers = arrangement.markers(chords).into_iter();
            markers.map(|marker| marker.name).collect::<Vec<_>>()
        };
        let marks = ["A", "cut 1, hit", "hit 1", "B", "cut 2"];
        assert_eq!(names(false), marks);
        assert_eq!(
            names(true),
            ["A", "Am", "cut 1, hit", "hit 1", "B", "F", "cut 2"]
        );
    }

    #[test]
    fn the_end_is_that_of_the_last_note_if_it_lasts_beyond_the_last_bar() {
        let mut arrangement = arrangement();
        assert_eq!(arrangement.end(), Beats(8.0));
        let mut raw = RawScore::from(arrangement.score);
        raw.notes[4].length = Beats(5.5);
        arrangement.score = Score::new(raw).unwrap();
        assert_eq!(arrangement.end(), Beats(9.5));
    }
}
