//! The chords of a piece, and their rows for the network.

use serde::{Deserialize, Serialize};

use crate::conditioning::beat_rows::BeatRows;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::music::chord::{Chord, ChordLane};
use crate::music::key::Key;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::progression::{self, Home};
use crate::music::scale::Scale;
use crate::time::{BEATS_PER_BAR, Beats};

/// Where the chords of a piece come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Harmony {
    /// A planned progression, as major or minor as the mode cue asks, in the given key or in one drawn from the seed.
    Planned(Option<Key>),
    /// The user's chords.
    Chords(ChordLane),
    /// None: the model decides.
    Free,
}

impl Default for Harmony {
    fn default() -> Self {
        Self::Planned(None)
    }
}

/// What planned chords go by, besides the modes that are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ChordRequest<'a> {
    /// The metre. Chords are found in bars of four beats and spread over its bars.
    pub(crate) metre: Metre,
    /// The tune that they fit, if there is one.
    pub(crate) tune: &'a [Note],
    /// For each bar the earlier one whose chords it has.
    pub(crate) repeated_bars: &'a [Option<usize>],
    /// The scale that they keep to.
    pub(crate) scale: Option<Scale>,
    /// Whether they end on the tonic.
    pub(crate) ends: bool,
    /// Seed of what is left open.
    pub(crate) seed: u64,
}

impl Harmony {
    /// Returns the chord of each beat, or `None` if the harmony is free. `major_shares` is the share of chords that should
    /// be major-like at each beat, 0 to 1, or `None` for no preference.
    pub fn chords(&self, major_shares: &[Option<f32>], seed: u64) -> Option<Vec<Option<Chord>>> {
        match self {
            Self::Planned(key) => {
                let mut numbers = NoiseSource::new(seed, 0).uniform(NoiseUse::Harmony);
                let mut uniform = || numbers.next().unwrap_or_default();
                let chords = progression::plan(major_shares, *key, false, &mut uniform);
                Some(chords.into_iter().map(Some).collect())
            }
            Self::Chords(lane) => Some(lane.chords(major_shares.len())),
            Self::Free => None,
        }
    }

    /// Like [`Harmony::chords`], in any metre and for a tune, a form and a scale.
    pub(crate) fn chords_for(
        &self,
        major_shares: &[Option<f32>],
        request: ChordRequest<'_>,
    ) -> Option<Vec<Option<Chord>>> {
        let ChordRequest {
            metre,
            tune,
            repeated_bars,
            scale,
            ends,
            seed,
        } = request;
        let (beats, bar) = (major_shares.len(), metre.bar_beats() as usize);
        let common = BEATS_PER_BAR as usize;
        let in_common = |beat: usize| beat / bar * common + beat % bar * common / bar;
        let in_metre = |beat: usize| beat / common * bar + beat % common * bar / common;
        let shares: Vec<Option<f32>> = (0..beats.div_ceil(bar) * common)
            .map(|beat| major_shares[in_metre(beat).min(beats - 1)])
            .collect();
        let chords: Vec<_> = match self {
            Self::Planned(key) => {
                let mut numbers = NoiseSource::new(seed, 0).uniform(NoiseUse::Harmony);
                let mut uniform = || numbers.next().unwrap_or_default();
                let in_common = |note: &Note| Note {
                    start: Beats(note.start.0 * common as f64 / bar as f64),
                    length: Beats(note.length.0 * common as f64 / bar as f64),
                    ..*note
                };
                let tune: Vec<Note> = tune.iter().map(in_common).collect();
                let tune =
                    progression::Tune::of(&tune, if tune.is_empty() { 0 } else { shares.len() });
                let home = scale.map(Home::Scale).or(key.map(Home::Key));
                let chords = progression::plan_under(
                    &tune,
                    &shares,
                    repeated_bars,
                    home,
                    ends,
                    &mut uniform,
                );
                chords.into_iter().map(Some).collect()
            }
            Self::Chords(lane) => return Some(lane.chords_in(metre, beats)),
            Self::Free => return None,
        };
        Some((0..beats).map(|beat| chords[in_common(beat)]).collect())
    }
}

/// Returns rows `[beats, 25]` that ask for each beat's chord, or for no chord: flags of its 12 pitch classes, flags of the
/// bass's, and a mask of 1.
pub fn harmony_rows(chords: &[Option<Chord>]) -> BeatRows {
    BeatRows::new(chords.iter().map(|chord| {
        let classes = (0..12).map(|class| chord.is_some_and(|chord| chord.classes[class]));
        let bass = (0..12).map(|class| chord.is_some_and(|chord| chord.bass == class));
        let flags = classes.chain(bass).chain([true]);
        flags.map(|flag| f32::from(u8::from(flag))).collect()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::cue_encoder::HARMONY_WIDTH;

    #[test]
    fn a_harmony_row_flags_the_chord_its_bass_and_the_mask() {
        let rows = harmony_rows(&[Chord::parse("C:maj/3").unwrap(), None]);
        let flags = |beat: usize| -> Vec<usize> {
            let row = rows.row(beat);
            (0..row.len()).filter(|&i| row[i] == 1.0).collect()
        };
        assert_eq!(rows.width(), HARMONY_WIDTH);
        assert_eq!(flags(0), [0, 4, 7, 16, 24]);
        assert_eq!(flags(1), [24]);
    }

    #[test]
    fn harmony_is_saved_as_key_and_chord_symbols() {
        for harmony in [
            Harmony::Free,
            Harmony::Planned(Some("F#m".parse().unwrap())),
            Harmony::Chords("Am | F G".parse().unwrap()),
            Harmony::default(),
        ] {
            let json = serde_json::to_string(&harmony).unwrap();
            assert_eq!(serde_json::from_str::<Harmony>(&json).unwrap(), harmony);
        }
        assert!(serde_json::from_str::<Harmony>(r#"{"chords":"H"}"#).is_err());
    }
}
