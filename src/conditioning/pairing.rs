//! What each cue follows in the picture, one table row each.
//!
//! The pairings follow known cross-modal correspondences. That rhythm can follow motion without paired training data is
//! from CMT (Di et al., 2021).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::conditioning::steering::Lane;
use crate::error::{Fault, find_named};
use crate::features::{ClipFeatures, PictureMeasure};
use crate::music::cues::Cue;

/// What the cues follow where they follow the clip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Follow {
    /// What the picture shows: motion, colour and so on.
    #[default]
    Picture,
    /// Its mood, for the cues that have one: density follows arousal, mode follows valence.
    Mood,
}

impl Follow {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Picture, Self::Mood];

    /// Returns the name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Mood => "mood",
        }
    }

    /// Returns whether a clip has what is followed.
    pub fn is_in(self, clip: &ClipFeatures) -> bool {
        let measures = [PictureMeasure::Valence, PictureMeasure::Arousal];
        let has = |measure| {
            (clip.measures.as_ref()).is_some_and(|track| track.index_of(measure).is_some())
        };
        self == Self::Picture || measures.into_iter().all(has)
    }
}

impl FromStr for Follow {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("something to follow", name, &Self::ALL, Self::name)
    }
}

/// What one cue follows in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pairing {
    /// The measure that it follows; `None` for accents, which follow the cuts.
    pub measure: Option<PictureMeasure>,
    /// The measure that it follows instead where moods are followed, if there is one.
    pub mood: Option<PictureMeasure>,
    /// How strongly it follows by default, as in [`Lane::Clip`]; `None` if it is free by default.
    pub default_strength: Option<f32>,
}

impl Pairing {
    /// Returns a cue's row of the table.
    pub const fn of(cue: Cue) -> Self {
        let (measure, default_strength) = match cue {
            Cue::Density => (Some(PictureMeasure::Motion), Some(1.0)),
            Cue::Polyphony => (Some(PictureMeasure::Complexity), None),
            Cue::Register => (Some(PictureMeasure::Luma), Some(0.5)),
            Cue::Mode => (Some(PictureMeasure::Warmth), Some(1.0)),
            Cue::Accent => (None, Some(1.0)),
        };
        let mood = match cue {
            Cue::Density => Some(PictureMeasure::Arousal),
            Cue::Mode => Some(PictureMeasure::Valence),
            Cue::Polyphony | Cue::Register | Cue::Accent => None,
        };
        Self {
            measure,
            mood,
            default_strength,
        }
    }

    /// Returns the words for what the cue follows.
    pub const fn source(&self) -> &'static str {
        match self.measure {
            Some(measure) => measure.label(),
            None => "cuts",
        }
    }

    /// Returns the lane of a cue that the user has not touched.
    pub fn default_lane(&self) -> Lane {
        match self.default_strength {
            Some(strength) => Lane::Clip {
                strength,
                offset: 0.0,
            },
            None => Lane::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the cells of a cue's row in the README's table of options: option, source, `clip`, a number, `free`.
    fn readme_cells(cue: Cue) -> Vec<String> {
        let readme = include_str!("../../README.md");
        let start = format!("| `--{}` |", cue.name());
        let row = readme.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row for {cue} in README.md"));
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    }

    #[test]
    fn the_readme_lists_every_cue_as_in_the_tables() {
        for cue in Cue::ALL {
            let pairing = Pairing::of(cue);
            let (source, meaning) = (pairing.source(), cue.spec().meaning.to_lowercase());
            let clip = match pairing.default_strength {
                Some(1.0) => "default",
                Some(0.5) => "default, at half strength",
                Some(strength) => panic!("no words for a strength of {strength}"),
                None => "",
            };
            let cells = readme_cells(cue);
            assert_eq!(cells[1..4], [source, clip, &meaning], "{cue}");
            assert_eq!(cells[4] == "default", clip.is_empty(), "{cue}");
        }
    }
}
