//! How the user and the clip together set the cues.

mod request;

use serde::{Deserialize, Serialize};

use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::clip_cues::ClipCurves;
use crate::features::PictureCue;
use crate::time::BEATS_PER_BAR;

pub use request::LaneRequest;

/// What one cue follows. Values are −1 (least in the training music) to 1 (most).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// The clip's curve times `strength`, plus `offset`.
    Clip {
        /// How much the curve counts, from 0.
        strength: f32,
        /// What is added, −2 to 2.
        offset: f32,
    },
    /// A curve with one value a beat; its last value goes on.
    Drawn(Vec<f32>),
    /// Whatever the model likes.
    Free,
}

impl Lane {
    /// The clip's curve as it is.
    pub const CLIP: Self = Self::Clip {
        strength: 1.0,
        offset: 0.0,
    };

    /// The same value throughout.
    pub fn constant(value: f32) -> Self {
        Self::Drawn(vec![value])
    }

    /// The value at a beat, given what the clip suggests there.
    fn value(&self, beat: usize, clip: Option<f32>) -> Option<f32> {
        match self {
            Self::Clip { strength, offset } => match clip {
                Some(value) => Some(strength * value + offset),
                None if *offset != 0.0 => Some(*offset),
                None => None,
            },
            Self::Drawn(curve) => curve.get(beat).or(curve.last()).copied(),
            Self::Free => None,
        }
        .map(|value| value.clamp(-1.0, 1.0))
    }
}

/// What each cue follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Steering {
    /// How many notes start; of the clip, its motion.
    pub density: Lane,
    /// How many notes sound; of the clip, its visual complexity.
    pub polyphony: Lane,
    /// How high the notes lie; of the clip, its brightness.
    pub register: Lane,
    /// Minor (−1) to major (1); of the clip, its warmth.
    pub mode: Lane,
    /// How many notes start on the beat; of the clip, its cuts.
    pub accent: Lane,
    /// Raises (to 1) or lowers (to −1) density, polyphony and accents together, as far as they are not free.
    pub energy: f32,
}

impl Default for Steering {
    fn default() -> Self {
        Self {
            density: Lane::CLIP,
            polyphony: Lane::Free,
            register: Lane::Clip {
                strength: 0.5,
                offset: 0.0,
            },
            mode: Lane::CLIP,
            accent: Lane::CLIP,
            energy: 0.0,
        }
    }
}

/// How far full energy moves a cue.
const ENERGY_REACH: f32 = 0.6;
/// The accent of a beat at which the picture cuts.
const CUT_ACCENT: f32 = 0.95;
/// The accents of a bar's beats where nothing happens in the picture: a downbeat is a little stronger than the rest.
const METRE_ACCENTS: [f32; BEATS_PER_BAR as usize] = [0.04, -0.35, -0.1, -0.35];

impl Steering {
    /// Rows of the cues named `names`, each cue's value times its mask, then the masks; a cue without a lane is free.
    pub fn cue_rows(&self, curves: &ClipCurves, names: &[String]) -> BeatRows {
        BeatRows::new((0..curves.beats()).map(|beat| {
            let values: Vec<Option<f32>> = names
                .iter()
                .map(|name| self.cue(name, beat, curves))
                .collect();
            let masks = values.iter().map(|value| f32::from(value.is_some()));
            values
                .iter()
                .map(|value| value.unwrap_or(0.0))
                .chain(masks)
                .collect()
        }))
    }

    /// How much is going on at each beat, −1 to 1, for the loudness of notes: half of what the density follows, and
    /// all of the energy.
    pub fn energy_curve(&self, curves: &ClipCurves) -> Vec<f32> {
        (0..curves.beats())
            .map(|beat| {
                let clip = curves.curve(PictureCue::Motion).map(|curve| curve[beat]);
                let density = self.density.value(beat, clip).unwrap_or(0.0);
                (0.5 * density + self.energy).clamp(-1.0, 1.0)
            })
            .collect()
    }

    /// How strongly each beat is hit, 0 to 1: the cuts, or the accents as drawn.
    pub fn accent_curve(&self, curves: &ClipCurves) -> Vec<f32> {
        (0..curves.beats())
            .map(|beat| {
                let clip = curves.cuts()[beat].then_some(CUT_ACCENT);
                self.accent.value(beat, clip).unwrap_or(0.0).max(0.0)
            })
            .collect()
    }

    /// The value of the named cue at a beat, or nothing where it is free.
    pub fn cue(&self, name: &str, beat: usize, curves: &ClipCurves) -> Option<f32> {
        let seen = |cue| curves.curve(cue).map(|curve| curve[beat]);
        let energy = self.energy * ENERGY_REACH;
        let (lane, clip, energy) = match name {
            "density" => (&self.density, curves.density(beat), energy),
            "polyphony" => (&self.polyphony, seen(PictureCue::Complexity), energy),
            "register" => (&self.register, seen(PictureCue::Luma), 0.0),
            "mode" => (&self.mode, seen(PictureCue::Warmth), 0.0),
            "accent" if curves.cuts()[beat] => (&self.accent, Some(CUT_ACCENT), 0.0),
            "accent" => {
                let metre = METRE_ACCENTS[beat % METRE_ACCENTS.len()];
                (&self.accent, Some(metre), energy)
            }
            _ => return None,
        };
        lane.value(beat, clip)
            .map(|value| (value + energy).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::placement::{Alignment, Placement};
    use crate::features::ClipFeatures;
    use crate::time::{Beats, Seconds, Tempo};

    fn names() -> Vec<String> {
        [
            "density",
            "polyphony",
            "register",
            "mode",
            "accent",
            "tempo",
        ]
        .map(String::from)
        .to_vec()
    }

    fn cut_at_beat_5() -> ClipCurves {
        let clip = ClipFeatures {
            duration: Seconds(8.0),
            shots: vec![Seconds(5.0)],
            ..ClipFeatures::default()
        };
        let placement = Placement {
            tempo: Tempo::new(60.0).unwrap(),
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        };
        ClipCurves::new(&clip, &placement, 8)
    }

    #[test]
    fn a_cut_is_accented_above_every_other_beat() {
        let rows = Steering::default().cue_rows(&cut_at_beat_5(), &names());
        let accent = |beat: usize| rows.row(beat)[4];
        assert!(
            (0..8)
                .filter(|&beat| beat != 5)
                .all(|beat| accent(beat) < accent(5))
        );
    }

    #[test]
    fn what_the_clip_does_not_show_stays_free() {
        let rows = Steering::default().cue_rows(&cut_at_beat_5(), &names());
        assert_eq!(rows.width(), 12);
        assert_eq!(rows.row(3)[..4], [0.0; 4]);
        assert_eq!(rows.row(3)[6..], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn energy_raises_what_is_given_and_leaves_what_is_free() {
        let steering = Steering {
            density: Lane::constant(0.9),
            energy: 1.0,
            ..Steering::default()
        };
        let curves = cut_at_beat_5();
        assert_eq!(steering.cue("density", 0, &curves), Some(1.0));
        assert_eq!(steering.cue("polyphony", 0, &curves), None);
        assert_eq!(
            steering.cue("accent", 1, &curves),
            Some(METRE_ACCENTS[1] + ENERGY_REACH)
        );
    }
}
