//! Arrangements of MIDI files that Diff-BGM wrote.

use super::Arrangement;
use crate::error::{Error, Result};
use crate::generator::Draft;
use crate::music::chord::ChordChange;
use crate::music::key::Key;
use crate::music::midi_file::MidiFile;

/// What every description of a draft begins with.
const MAKER: &str = "Diff-BGM ";

impl Arrangement {
    /// Returns the arrangement of a draft's MIDI file. Notes are those of the file, so that edits made elsewhere are kept. Of
    /// a draft in one stream, which says nothing else of itself, everything is what the file's tracks and markers say.
    ///
    /// # Errors
    /// Returns an error if Diff-BGM did not write the file, or if its tempo or metre have since become such as no draft has.
    pub fn of_midi(file: &MidiFile) -> Result<Self> {
        if let Ok(draft) = Draft::of_midi(file) {
            return Ok(Self::of_draft(&draft));
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::steering::Steering;
    use crate::export::testing::arrangement;
    use crate::generator::Asked;
    use crate::music::midi_file::MidiContents;
    use crate::time::Beats;

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
