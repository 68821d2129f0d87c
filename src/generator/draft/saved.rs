//! The form of a draft in saved projects.
//!
//! It is older than scores: chords are in the recipe, and later additions (a metre other than 4/4, a changing tempo, sections)
//! are written only if they are used, so that older programs read everything else.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Asked, Draft, Recipe};
use crate::generator::Settings;
use crate::music::chord::ChordChange;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::score::{RawScore, Score};
use crate::music::section::Section;
use crate::music::tempo_map::TempoMap;
use crate::time::{Bars, Beats};

#[derive(Serialize, Deserialize)]
struct SavedDraft<'a> {
    notes: Cow<'a, [Note]>,
    bars: Bars,
    #[serde(default, skip_serializing_if = "Metre::is_common")]
    metre: Metre,
    tempo: Cow<'a, TempoMap>,
    cuts: Cow<'a, [Beats]>,
    #[serde(default, skip_serializing_if = "<[Section]>::is_empty")]
    sections: Cow<'a, [Section]>,
    recipe: SavedRecipe<'a>,
}

#[derive(Serialize, Deserialize)]
struct SavedRecipe<'a> {
    model: Cow<'a, str>,
    guidance_scale: f64,
    #[serde(default)]
    chords: Cow<'a, [ChordChange]>,
    settings: Cow<'a, Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Cow<'a, Asked>>,
}

impl<'a> From<&'a Draft> for SavedDraft<'a> {
    fn from(Draft { score, recipe }: &'a Draft) -> Self {
        Self {
            notes: score.notes().into(),
            bars: score.bars(),
            metre: score.metre(),
            tempo: Cow::Borrowed(score.tempo_map()),
            cuts: score.cuts().into(),
            sections: score.sections().into(),
            recipe: SavedRecipe {
                model: recipe.model.as_str().into(),
                guidance_scale: recipe.guidance_scale,
                chords: score.chords().into(),
                settings: Cow::Borrowed(&recipe.settings),
                asked: recipe.asked.as_ref().map(Cow::Borrowed),
            },
        }
    }
}

impl From<SavedDraft<'_>> for Draft {
    fn from(saved: SavedDraft<'_>) -> Self {
        Self {
            score: Score::repaired(RawScore {
                notes: saved.notes.into_owned(),
                bars: saved.bars,
                metre: saved.metre,
                tempo_map: saved.tempo.into_owned(),
                chords: saved.recipe.chords.into_owned(),
                cuts: saved.cuts.into_owned(),
                sections: saved.sections.into_owned(),
            }),
            recipe: Recipe {
                model: saved.recipe.model.into_owned(),
                guidance_scale: saved.recipe.guidance_scale,
                settings: saved.recipe.settings.into_owned(),
                asked: saved.recipe.asked.map(Cow::into_owned),
            },
        }
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedDraft::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SavedDraft::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conditioning::harmony::Harmony;
    use crate::time::Tempo;

    /// A draft as projects saved it before there were scores.
    const OLD: &str = r#"{
        "notes": [
            {"start": 0.0, "length": 2.0, "pitch": 57, "velocity": 87},
            {"start": 0.25, "length": 1.5, "pitch": 64, "velocity": 90}
        ],
        "bars": 4,
        "tempo": 96.5,
        "cuts": [4.5, 11.25],
        "recipe": {
            "model": "default",
            "guidance_scale": 2.0,
            "chords": [{"start": 0.0, "symbol": "Am"}, {"start": 6.0, "symbol": "G"}],
            "settings": {
                "tempo": 96.5, "clip_start": 0.0, "bars": null, "alignment": "time", "seed": 7,
                "sampler": {"kind": "dpm++2m", "steps": 10, "eta": 0.0, "temperature": 1.0},
                "guidance_scale": null,
                "steering": {
                    "density": {"clip": {"strength": 1.0, "offset": 0.0}},
                    "polyphony": "free",
                    "register": {"clip": {"strength": 0.5, "offset": 0.0}},
                    "mode": {"clip": {"strength": 1.0, "offset": 0.0}},
                    "accent": {"clip": {"strength": 1.0, "offset": 0.0}},
                    "energy": 0.0
                },
                "harmony": {"planned": "Am"},
                "coherence": {"repetition": 0.75, "key": 0.0, "chord": 0.0, "groove": 1.0, "consonance": 0.6}
            }
        }
    }"#;

    #[test]
    fn a_draft_of_an_old_project_is_read_whole() {
        let Draft { score, recipe } = serde_json::from_str(OLD).unwrap();
        let notes = score.notes().iter();
        let notes: Vec<_> = notes
            .map(|n| (n.start.0, n.length.0, n.pitch, n.velocity))
            .collect();
        assert_eq!(notes, [(0.0, 2.0, 57, 87), (0.25, 1.5, 64, 90)]);
        let tempo = Tempo::new(96.5).unwrap();
        assert_eq!(score.tempo_map(), &TempoMap::constant(tempo));
        assert_eq!((score.bars(), score.metre()), (Bars(4), Metre::COMMON));
        assert_eq!(score.cuts(), [Beats(4.5), Beats(11.25)]);
        let symbols: Vec<_> = score
            .chords()
            .iter()
            .map(|c| (c.start.0, &*c.symbol))
            .collect();
        assert_eq!(symbols, [(0.0, "Am"), (6.0, "G")]);
        assert_eq!((&*recipe.model, recipe.guidance_scale), ("default", 2.0));
        assert_eq!(recipe.settings.seed, 7);
        assert_eq!(recipe.settings.tempo_map, TempoMap::constant(tempo));
        let key = "Am".parse().unwrap();
        assert_eq!(recipe.settings.harmony, Harmony::Planned(Some(key)));
    }

    #[test]
    fn a_draft_in_4_4_at_one_tempo_is_saved_as_old_programs_read_it() {
        let draft: Draft = serde_json::from_str(OLD).unwrap();
        let without_settings = |mut json: Value| {
            json["recipe"]["settings"] = Value::Null;
            json
        };
        let saved = without_settings(serde_json::to_value(&draft).unwrap());
        assert_eq!(saved, without_settings(serde_json::from_str(OLD).unwrap()));
    }

    #[test]
    fn a_draft_from_before_there_were_chords_has_none() {
        let mut json: Value = serde_json::from_str(OLD).unwrap();
        json["recipe"].as_object_mut().unwrap().remove("chords");
        let draft: Draft = serde_json::from_value(json).unwrap();
        assert_eq!(draft.score.chords(), []);
    }

    #[test]
    fn metre_changing_tempo_and_sections_come_back() {
        let mut json: Value = serde_json::from_str(OLD).unwrap();
        json["metre"] = json!("6/8");
        json["tempo"] = json!([{"at": 0.0, "tempo": 90.0}, {"at": 6.0, "tempo": 92.0}]);
        json["sections"] = json!([{"start": 0.0, "name": "A"}, {"start": 6.0, "name": "A'"}]);
        let draft: Draft = serde_json::from_value(json).unwrap();
        assert_eq!(draft.score.sections()[1].name, "A'");
        assert_eq!(draft.score.length(), Beats(12.0));
        assert_eq!(draft.score.tempo_map().tempo_at(Beats(7.0)).bpm(), 92.0);
        let text = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
    }
}
