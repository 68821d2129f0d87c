//! The length of the next draft, and how strongly it is held together.

use serde::{Deserialize, Serialize};

use crate::diffusion::coherence::Coherence;
use crate::time::Bars;

/// What the user sets instead of the usual; `None` leaves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftShape {
    /// The length; up to the first bar line at or after the clip's end if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bars: Option<Bars>,
    /// How far a draft repeats its bars, 0 to 1; the model's usual value if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition: Option<f32>,
    /// How far clashing semitones are avoided, 0 to 1; the model's usual value if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consonance: Option<f32>,
}

impl DraftShape {
    /// Returns whether nothing is set.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Returns how strongly a draft is held together that otherwise would be as is `usual`.
    pub fn coherence(&self, usual: Coherence) -> Coherence {
        Coherence {
            repetition: self.repetition.unwrap_or(usual.repetition),
            consonance: self.consonance.unwrap_or(usual.consonance),
            ..usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_stays_as_usual() {
        let usual = Coherence::default();
        assert_eq!(DraftShape::default().coherence(usual), usual);
        let shape = DraftShape {
            repetition: Some(0.25),
            ..DraftShape::default()
        };
        let expected = Coherence {
            repetition: 0.25,
            ..usual
        };
        assert_eq!(shape.coherence(usual), expected);
        assert!(DraftShape::default().is_usual() && !shape.is_usual());
    }
}
