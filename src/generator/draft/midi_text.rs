//! How a draft describes itself in the text of a MIDI file.
//!
//! The first line is for people. Drafts of the `parts` family add a second line for programs: [`MARK`] and the draft as JSON
//! as projects save it, without its notes, which the tracks hold.

use super::Draft;
use crate::error::{Error, Result};
use crate::music::midi_file::MidiFile;
use crate::music::score::{RawScore, Score};
use crate::time::Seconds;

/// The start of the line for programs.
const MARK: &str = "diff-bgm-draft/1 ";

pub(super) fn write(draft: &Draft) -> String {
    let for_people = draft.recipe.to_string();
    if draft.recipe.asked.is_none() {
        return for_people;
    }
    let without_notes = Draft {
        score: Score::repaired(RawScore {
            notes: Vec::new(),
            ..draft.score.clone().into()
        }),
        recipe: draft.recipe.clone(),
    };
    match serde_json::to_string(&without_notes) {
        Ok(json) => format!("{for_people}\n{MARK}{json}"),
        Err(_) => for_people,
    }
}

pub(super) fn read(file: &MidiFile) -> Result<Draft> {
    let lines = file.texts.iter().flat_map(|text| text.text.lines());
    let json = lines.filter_map(|line| line.strip_prefix(MARK)).next();
    let draft = json.and_then(|json| serde_json::from_str::<Draft>(json).ok());
    let draft = draft.filter(|draft| draft.recipe.asked.is_some());
    let draft = draft.ok_or_else(|| {
        Error::Usage(
            "The MIDI file does not say how it was drafted. Use a file that `bgm generate` wrote with a model of the family \
             `parts`; a published model paints over any file with `bgm repaint --mask`."
                .to_owned(),
        )
    })?;
    Ok(Draft {
        score: Score::repaired(RawScore {
            notes: file.notes_in_parts(),
            ..draft.score.into()
        }),
        recipe: draft.recipe,
    })
}

/// How far a place may lie from where a tempo map has it: a rounding of ticks, and for each second that of a tempo in a file.
const ROUNDING: Seconds = Seconds(5e-3);
const ROUNDING_PER_SECOND: f64 = 2e-6;

/// Returns whether a file has the tempo and the metre of a score.
pub(super) fn is_timed_as(score: &Score, file: &MidiFile) -> bool {
    let (Ok(metre), Ok(map)) = (file.metre(), file.tempo_map()) else {
        return false;
    };
    let own = score.tempo_map();
    let changes = own.changes().iter().chain(map.changes());
    let mut places = changes.map(|change| change.at).chain([score.length()]);
    metre == score.metre()
        && places.all(|at| {
            let (here, there) = (own.seconds_at(at).0, map.seconds_at(at).0);
            (here - there).abs() <= ROUNDING.0 + ROUNDING_PER_SECOND * here
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::steering::Steering;
    use crate::generator::Asked;
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::time::Beats;

    #[test]
    fn pedal_and_expression_come_back_with_a_draft() {
        let mut draft = Draft::default();
        draft.recipe.settings.pedal = true;
        draft.recipe.settings.expression = true;
        draft.recipe.asked = Some(Asked {
            steering: Steering::default(),
            energy: vec![0.5; 4],
            picture_end: Beats(4.0),
        });
        let note = |start: f64, part| Note {
            start: Beats(start),
            length: Beats(2.0),
            pitch: 60,
            velocity: 80,
            part,
        };
        draft.score = Score::repaired(RawScore {
            notes: vec![note(0.0, Part::Lead), note(0.0, Part::Chords)],
            ..RawScore::default()
        });
        let back = read(&MidiFile::parse(&draft.to_midi().unwrap()).unwrap()).unwrap();
        assert_eq!(back.recipe, draft.recipe);
        assert!(!draft.controls().changes().is_empty());
        assert_eq!(back.controls(), draft.controls());
    }
}
