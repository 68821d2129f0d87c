//! What one cue follows.

use serde::{Deserialize, Serialize};

/// What one cue follows. Values are −1 (the least in the training music) to 1 (the most).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// The clip's curve times `strength`, plus `offset`.
    Clip {
        /// The factor on the curve, from 0.
        strength: f32,
        /// Added to the curve, −2 to 2.
        offset: f32,
    },
    /// A curve with one value per beat; its last value holds from there on.
    Drawn(Vec<f32>),
    /// Values drawn over another lane, one per beat. Where there is none, the other lane holds.
    Over {
        /// The drawn values.
        drawn: Vec<Option<f32>>,
        /// Added to them, −2 to 2.
        offset: f32,
        /// The lane that holds elsewhere.
        under: Box<Lane>,
    },
    /// The model decides.
    Free,
}

impl Lane {
    /// The clip's curve, unchanged.
    pub const CLIP: Self = Self::Clip {
        strength: 1.0,
        offset: 0.0,
    };

    /// Returns a lane of the same value throughout.
    pub fn constant(value: f32) -> Self {
        Self::Drawn(vec![value])
    }

    /// Returns the lane that has these values and is free where there are none.
    pub fn of_values(values: Vec<Option<f32>>) -> Self {
        if values.iter().all(Option::is_none) {
            return Self::Free;
        }
        let all: Option<Vec<f32>> = values.iter().copied().collect();
        match all {
            Some(all) => Self::Drawn(all),
            None => Self::Over {
                drawn: values,
                offset: 0.0,
                under: Box::new(Self::Free),
            },
        }
    }

    /// Returns the value at a beat, or `None` if it is free there. `clip` is what the clip suggests at this beat; if that
    /// is `None`, an offset from the clip counts as an offset from 0.
    pub fn value(&self, beat: usize, clip: Option<f32>) -> Option<f32> {
        match self {
            Self::Clip { strength, offset } => match clip {
                Some(value) => Some(strength * value + offset),
                None if *offset != 0.0 => Some(*offset),
                None => None,
            },
            Self::Drawn(curve) => curve.get(beat).or(curve.last()).copied(),
            Self::Over {
                drawn,
                offset,
                under,
            } => match drawn.get(beat).copied().flatten() {
                Some(value) => Some(value + offset),
                None => under.value(beat, clip),
            },
            Self::Free => None,
        }
        .map(|value| value.clamp(-1.0, 1.0))
    }
}
