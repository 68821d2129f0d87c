//! A draft that is about to be painted over.

use super::expect_parts;
use crate::conditioning::hits::Hit;
use crate::conditioning::placement::Alignment;
use crate::conditioning::quiet::Quiet;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::generator::form::Layout;
use crate::generator::{Asked, Draft, Settings};
use crate::music::chord::{Chord, ChordChange};
use crate::music::score::{RawScore, Score};
use crate::music::section::Section;
use crate::music::tempo_map::TempoMap;
use crate::time::{Bars, Beats, Seconds};

/// A draft about to be painted over.
pub(in crate::generator) struct Again {
    pub(in crate::generator) recipe: Settings,
    pub(in crate::generator) asked: Asked,
    pub(in crate::generator) cuts: Vec<Beats>,
    pub(in crate::generator) sections: Vec<Section>,
    pub(in crate::generator) tempo_map: TempoMap,
    pub(in crate::generator) chords: Vec<Option<Chord>>,
    pub(in crate::generator) clip: ClipFeatures,
}

impl Again {
    pub(in crate::generator) fn of(model: &Model, draft: &Draft) -> Result<Self> {
        expect_parts(model)?;
        let asked = draft.recipe.asked.clone().ok_or_else(|| {
            Error::Usage(
                "The draft does not say what was asked of it. Use one made by a model of the family `parts`."
                    .to_owned(),
            )
        })?;
        let mut again = Self {
            recipe: draft.recipe.settings.clone(),
            asked,
            cuts: draft.score.cuts().to_vec(),
            sections: draft.score.sections().to_vec(),
            tempo_map: draft.score.tempo_map().clone(),
            chords: ChordChange::per_beat(draft.score.chords(), draft.score.length().0 as usize),
            clip: ClipFeatures::default(),
        };
        again.clip = again.clip();
        Ok(again)
    }

    fn seconds_from_start(&self, beats: Beats) -> Seconds {
        self.recipe.tempo_map.seconds_between(Beats(0.0), beats)
    }

    /// Returns a clip with only the picture's end and its cuts; everything else is in the draft's requests.
    pub(in crate::generator) fn clip(&self) -> ClipFeatures {
        let seconds = |beats: Beats| self.seconds_from_start(beats);
        let shots: Vec<Seconds> = self.cuts.iter().map(|&cut| seconds(cut)).collect();
        ClipFeatures {
            duration: seconds(self.asked.picture_end),
            shots,
            ..ClipFeatures::default()
        }
    }

    /// Returns the sections of the draft in a piece of `bars` bars.
    pub(in crate::generator) fn layout(&self, bars: Bars) -> Layout {
        Layout::of_sections(&self.sections, &self.recipe, bars)
    }

    pub(in crate::generator) fn settings(&self, bars: Bars) -> Settings {
        let clip_start = self.seconds_from_start(self.recipe.clip_start);
        let hits = self.recipe.hits.iter().map(|hit| Hit {
            at: hit.at + clip_start,
            ..*hit
        });
        let quiet = self.recipe.quiet.iter().map(|quiet| Quiet {
            from: quiet.from + clip_start,
            to: quiet.to + clip_start,
            ..*quiet
        });
        Settings {
            bars: Some(bars),
            hits: hits.collect(),
            quiet: quiet.collect(),
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
            steering: self.asked.steering.clone(),
            harmony_seed: Some(self.recipe.harmony_seed.unwrap_or(self.recipe.seed)),
            ..self.recipe.clone()
        }
    }

    /// Returns the new draft, with the settings of the old one except the seed and the length.
    pub(in crate::generator) fn draft(&self, new: Draft, seed: u64) -> Draft {
        let bars = new.score.bars();
        let raw = RawScore {
            cuts: self.cuts.clone(),
            sections: self.sections.clone(),
            tempo_map: self.tempo_map.clone(),
            ..new.score.into()
        };
        let mut recipe = new.recipe;
        recipe.settings = Settings {
            seed,
            bars: Some(bars),
            harmony_seed: Some(self.recipe.harmony_seed.unwrap_or(self.recipe.seed)),
            ..self.recipe.clone()
        };
        recipe.asked = Some(self.asked.clone());
        Draft {
            score: Score::repaired(raw),
            recipe,
        }
    }
}
