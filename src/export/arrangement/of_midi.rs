//! Arrangements of MIDI files that Diff-BGM wrote.

use super::Arrangement;
use crate::error::{Error, Result};
use crate::generator::Draft;
use crate::music::chord::ChordChange;
use crate::music::key::Key;
use crate::music::midi_file::MidiFile;
use crate::music::score::{RawScore, Score};

/// What every description of a draft begins with.
const MAKER: &str = "Diff-BGM ";

impl Arrangement {
    /// Returns the arrangement of a draft's MIDI file. Notes, tempo and metre are those of the file, so that edits made elsewhere
    /// are kept. Of a draft in one stream, which says nothing else of itself, and of one whose tempo, metre or length was
    /// changed, everything is what the file's tracks and markers say.
    ///
    /// # Errors
    /// Returns an error if Diff-BGM did not write the file, or if its tempo or metre have since become such as no draft has.
    pub fn of_midi(file: &MidiFile) -> Result<Self> {
        if let Ok(draft) = Draft::of_midi(file) {
            let end = draft.score.length();
            let is_longer = file.notes().iter().any(|note| note.start >= end);
            return if draft.is_timed_as(file) && !is_longer {
                Ok(Self::of_draft(&draft))
            } else {
                Self::retimed(&draft, file)
            };
        }
        let mut texts = file.texts.iter().map(|text| &text.text);
        let description = texts.find(|text| text.starts_with(MAKER)).ok_or_else(|| {
            Error::Usage(
                "The MIDI file is not a draft. Use a file that `bgm generate` or the plugin wrote."
                    .to_owned(),
            )
        })?;
        let score = file.score()?;
        let beats = score.length().0.ceil() as usize;
        let chords = ChordChange::per_beat(score.chords(), beats);
        let is_known = chords.iter().any(Option::is_some);
        Ok(Self {
            controls: file.controls(),
            key: is_known.then(|| Key::of_chords(&chords)),
            hits: file.hits(),
            description: description.clone(),
            score,
            ..Self::default()
        })
    }

    /// Returns the arrangement of `draft` with the tempo and the metre of `file`. Markers that the file no longer has stay on their
    /// beats.
    fn retimed(draft: &Draft, file: &MidiFile) -> Result<Self> {
        let drafted = Self::of_draft(draft);
        let (mut raw, mut hits) = (RawScore::from(file.score()?), file.hits());
        if file.markers.is_empty() {
            raw.cuts = drafted.score.cuts().to_vec();
            raw.sections = drafted.score.sections().to_vec();
            hits = drafted.hits;
        }
        if raw.chords.is_empty() {
            raw.chords = drafted.score.chords().to_vec();
        }
        Ok(Self {
            score: Score::repaired(raw),
            controls: file.controls(),
            hits,
            ..drafted
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::steering::Steering;
    use crate::export::testing::arrangement;
    use crate::generator::Asked;
    use crate::music::midi_file::{MidiContents, TimeSignature};
    use crate::time::{Bars, Beats};

    #[test]
    fn a_draft_in_parts_is_exported_as_it_was_drafted() {
        let mut draft = Draft {
            score: arrangement().score,
            ..Draft::default()
        };
        draft.recipe.settings.clip_start = Beats(1.5);
        draft.recipe.settings.pedal = true;
        draft.recipe.asked = Some(Asked {
            steering: Steering::default(),
            energy: vec![0.5; 8],
            picture_end: Beats(8.0),
        });
        let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
        let read = Arrangement::of_midi(&file).unwrap();
        assert_eq!(read, Arrangement::of_draft(&draft));
        assert_eq!(read.picture_start, Beats(1.5));
    }

    /// A file of a draft of two bars in parts, with `edit` done to it.
    fn edited(edit: impl FnOnce(&mut MidiFile)) -> (Draft, Result<Arrangement>) {
        let mut draft = Draft {
            score: arrangement().score,
            ..Draft::default()
        };
        draft.recipe.asked = Some(Asked {
            steering: Steering::default(),
            energy: vec![0.5; 8],
            picture_end: Beats(8.0),
        });
        let mut file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
        edit(&mut file);
        let read = Arrangement::of_midi(&file);
        (draft, read)
    }

    #[test]
    fn a_tempo_that_was_changed_since_is_that_of_the_file() {
        let faster = |file: &mut MidiFile| {
            for change in &mut file.tempo_changes {
                change.micros_per_beat /= 2;
            }
        };
        let (draft, read) = edited(faster);
        let read = read.unwrap();
        let bpm = |score: &Score| score.tempo_map().tempo_at(Beats(0.0)).bpm();
        assert!((bpm(&read.score) - 2.0 * bpm(&draft.score)).abs() < 1e-3);
        assert_eq!(read.score.notes(), draft.score.notes());
        assert_eq!(read.score.cuts(), draft.score.cuts());
        // Many programs leave the markers out.
        let (draft, read) = edited(|file| {
            faster(file);
            file.markers.clear();
        });
        let read = read.unwrap();
        assert_eq!(read.score.cuts(), draft.score.cuts());
        assert_eq!(read.score.sections(), draft.score.sections());
    }

    #[test]
    fn notes_that_were_added_after_the_end_are_kept() {
        let (draft, read) = edited(|file| {
            let mut note = file.tracks.last().unwrap().notes[0];
            note.start = Beats(13.0);
            file.tracks.last_mut().unwrap().notes.push(note);
            file.length = Beats(14.0);
        });
        let read = read.unwrap();
        assert_eq!(read.score.bars(), Bars(4));
        assert_eq!(read.score.notes().len(), draft.score.notes().len() + 1);
    }

    #[test]
    fn a_metre_that_no_draft_has_is_refused_rather_than_left_out() {
        let (_, read) = edited(|file| {
            file.time_signatures.push(TimeSignature {
                at: Beats(4.0),
                numerator: 3,
                denominator: 4,
            });
        });
        let error = read.unwrap_err().to_string();
        assert!(error.contains("from 4/4 to 3/4"), "{error}");
    }

    #[test]
    fn other_drafts_are_exported_as_their_files_say() {
        let arrangement = Arrangement {
            description: "Diff-BGM 0.1.0: by another model".to_owned(),
            picture_start: Beats(0.0),
            ..arrangement()
        };
        let bytes = (arrangement.score)
            .to_midi_with(&MidiContents {
                description: &arrangement.description,
                controls: Some(&arrangement.controls),
                key: arrangement.key,
                hits: &arrangement.hits,
                ..MidiContents::default()
            })
            .unwrap();
        let file = MidiFile::parse(&bytes).unwrap();
        assert_eq!(Arrangement::of_midi(&file).unwrap(), arrangement);
    }

    #[test]
    fn files_of_other_programs_are_refused() {
        let bytes = arrangement().score.to_midi("by hand").unwrap();
        let error = Arrangement::of_midi(&MidiFile::parse(&bytes).unwrap()).unwrap_err();
        assert!(error.to_string().contains("not a draft"), "{error}");
    }
}
