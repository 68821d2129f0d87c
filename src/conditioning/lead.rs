//! When the tune plays and when it rests.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Fault, find_named};
use crate::time::BARS_PER_PHRASE;

/// How much of the time the lead plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lead {
    /// It plays, and rests in the first bar and at the ends of phrases of four bars.
    #[default]
    On,
    /// It plays in every second phrase, and less densely.
    Sparse,
    /// It does not play.
    Off,
    /// The network decides.
    Free,
}

/// The value that asks for a tune that plays, typical of tunes outside their rests.
const PLAYS: f32 = 0.7;
/// The value that asks for a tune that plays now and then.
const PLAYS_SPARSELY: f32 = 0.2;
/// The value that asks for a rest.
pub(super) const RESTS: f32 = -1.0;
/// Beats of rest at the end of a phrase.
const REST_BEATS: usize = 2;

impl Lead {
    const ALL: [Self; 4] = [Self::On, Self::Sparse, Self::Off, Self::Free];

    fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Sparse => "sparse",
            Self::Off => "off",
            Self::Free => "free",
        }
    }

    /// Returns the value at a beat of a piece whose bars have `bar_beats` quarters, −1 (rests) to 1, or `None` if it is
    /// free. Phrases are counted from the beginning of the section, whose beat `in_section` it is.
    pub fn value(self, beat: usize, in_section: usize, bar_beats: usize) -> Option<f32> {
        let phrase_beats = BARS_PER_PHRASE as usize * bar_beats;
        let (phrase, place) = (in_section / phrase_beats, in_section % phrase_beats);
        let rests = beat < bar_beats || place + REST_BEATS >= phrase_beats;
        match self {
            Self::On if rests => Some(RESTS),
            Self::On => Some(PLAYS),
            Self::Sparse if rests || phrase % 2 == 1 => Some(RESTS),
            Self::Sparse => Some(PLAYS_SPARSELY),
            Self::Off => Some(RESTS),
            Self::Free => None,
        }
    }
}

impl FromStr for Lead {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a lead", name, &Self::ALL, Self::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(lead: Lead, bar_beats: usize, beats: usize) -> Vec<Option<f32>> {
        let value = |beat| lead.value(beat, beat, bar_beats);
        (0..beats).map(value).collect()
    }

    #[test]
    fn phrases_begin_with_their_section_but_only_the_piece_with_a_rest() {
        let asked: Vec<_> = (0..12)
            .map(|beat| Lead::On.value(20 + beat, beat, 3))
            .collect();
        let rests: Vec<usize> = (0..12).filter(|&beat| asked[beat] == Some(RESTS)).collect();
        assert_eq!(rests, [10, 11]);
    }

    #[test]
    fn the_tune_rests_in_the_first_bar_and_at_the_ends_of_phrases() {
        let asked = values(Lead::On, 3, 24);
        let rests: Vec<usize> = (0..24).filter(|&beat| asked[beat] == Some(RESTS)).collect();
        assert_eq!(rests, [0, 1, 2, 10, 11, 22, 23]);
    }

    #[test]
    fn a_free_lead_asks_nothing_and_one_that_is_off_only_rests() {
        assert!(values(Lead::Free, 4, 8).iter().all(Option::is_none));
        assert!(
            values(Lead::Off, 4, 32)
                .iter()
                .all(|&value| value == Some(RESTS))
        );
    }
}
