//! Hit points: moments of the picture that the music meets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::conditioning::placement::Placement;
use crate::error::Fault;
use crate::music::chord::Chord;
use crate::time::{STEPS_PER_BEAT, Seconds, Steps};

/// The most hits of a piece.
pub const MAX_HITS: usize = 10_000;
/// The strongest weight.
pub const MAX_WEIGHT: u8 = 3;
/// A hit this close to a sixteenth is on it.
const TOLERANCE: Seconds = Seconds(0.02);
/// The least weight of a hit at which the chord changes and before which the music holds back.
const STRONG: u8 = 2;
/// The strengths of weights 1, 2 and 3 in the sampler and in loudness.
const STRENGTHS: [f32; MAX_WEIGHT as usize] = [0.5, 0.75, 1.0];
/// What the density loses in the bar before a strong hit, for each weight.
const HELD_BACK: f32 = 0.15;

/// Where the music may be if a hit lies between two sixteenths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// On the next sixteenth.
    #[default]
    Late,
    /// On the one before.
    Early,
}

/// A moment of the picture that the music meets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Its time in the clip.
    pub at: Seconds,
    /// How much it matters, 1 to [`MAX_WEIGHT`]. From 2, the chord changes on it and the bar before holds back.
    pub weight: u8,
    /// The side that the music errs on.
    #[serde(default)]
    pub side: Side,
}

/// A hit on the grid of the music.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedHit {
    /// The sixteenth that notes gather on.
    pub step: Steps,
    /// The weight, 1 to [`MAX_WEIGHT`].
    pub weight: u8,
}

impl Hit {
    /// Returns a late hit of a weight on each of `cuts`, sorted; none if the weight is 0.
    pub fn on_cuts(cuts: &[Seconds], weight: u8) -> Vec<Self> {
        let hit = |at: &Seconds| Self {
            at: *at,
            weight,
            side: Side::Late,
        };
        let mut hits: Vec<Self> = match weight {
            0 => Vec::new(),
            _ => cuts.iter().map(hit).collect(),
        };
        hits.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        hits
    }

    /// Returns its place on the grid; `None` before the music begins.
    pub fn placed(&self, placement: &Placement) -> Option<PlacedHit> {
        let steps = |seconds| placement.beat_at(seconds).0 * f64::from(STEPS_PER_BEAT);
        let near = match self.side {
            Side::Late => steps(self.at - TOLERANCE).ceil(),
            Side::Early => steps(self.at + TOLERANCE).floor(),
        };
        (near >= 0.0).then_some(PlacedHit {
            step: Steps(near as u32),
            weight: self.weight.clamp(1, MAX_WEIGHT),
        })
    }
}

impl PlacedHit {
    /// Returns its strength, 0 to 1.
    pub fn strength(self) -> f32 {
        STRENGTHS[usize::from(self.weight.clamp(1, MAX_WEIGHT)) - 1]
    }

    /// Returns the nearest beat.
    pub fn beat(self) -> usize {
        ((self.step.0 + STEPS_PER_BEAT / 2) / STEPS_PER_BEAT) as usize
    }

    /// Returns whether it lies on a beat.
    pub fn is_on_beat(self) -> bool {
        self.step.0.is_multiple_of(STEPS_PER_BEAT)
    }

    /// Returns what the density loses in the bar before.
    pub fn held_back(self) -> f32 {
        if self.weight >= STRONG {
            HELD_BACK * f32::from(self.weight)
        } else {
            0.0
        }
    }

    /// Lets the chord change on its beat, if it is strong: the next chord comes early, or if none follows within a bar, the
    /// one before it is held until then. `chords` has one per beat, `bar` beats a bar.
    pub fn change_chord(self, chords: &mut [Option<Chord>], bar: usize) {
        let beat = self.beat();
        if self.weight < STRONG || beat == 0 || beat >= chords.len() {
            return;
        }
        let here = chords[beat];
        if here != chords[beat - 1] {
            return;
        }
        let ahead = (beat + 1..chords.len().min(beat + bar)).find(|&next| chords[next] != here);
        if let Some(next) = ahead {
            let coming = chords[next];
            chords[beat..next].fill(coming);
            return;
        }
        let begun = (beat.saturating_sub(bar)..beat - 1).rfind(|&last| chords[last] != here);
        if let Some(last) = begun {
            let held = chords[last];
            chords[last + 1..beat].fill(held);
        }
    }
}

/// `12.5`, `12.5:3` or `12.5:2:early`.
impl FromStr for Hit {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(
                format!("the hit `{text}`"),
                format!(
                    "seconds of the clip, with a weight from 1 to {MAX_WEIGHT} and `early` if wanted, such as 12.5, 12.5:3 or \
                     12.5:3:early"
                ),
            )
        };
        let mut fields = text.trim().split(':');
        let seconds = fields.next().unwrap_or_default().parse::<f64>();
        let at = seconds.map_err(|_| fault())?;
        let (mut weight, mut side) = (1, Side::Late);
        for field in fields {
            match field.parse::<u8>() {
                Ok(number @ 1..=MAX_WEIGHT) => weight = number,
                Err(_) if field == "early" => side = Side::Early,
                Err(_) if field == "late" => side = Side::Late,
                _ => return Err(fault()),
            }
        }
        if !at.is_finite() || at < 0.0 {
            return Err(fault());
        }
        let at = Seconds(at);
        Ok(Self { at, weight, side })
    }
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.at.0, self.weight)?;
        match self.side {
            Side::Late => Ok(()),
            Side::Early => f.write_str(":early"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::placement::Alignment;
    use crate::music::chord::ChordLane;
    use crate::time::{Beats, Tempo};
    use proptest::prelude::*;

    fn placement(tempo_bpm: f64, clip_start: f64) -> Placement {
        Placement {
            tempo_map: Tempo::new(tempo_bpm).unwrap().into(),
            clip_start: Beats(clip_start),
            alignment: Alignment::Time,
        }
    }

    proptest! {
        #[test]
        fn a_late_hit_is_never_early_and_an_early_one_never_late(
            at in 0.0..600.0_f64, tempo_bpm in 20.0..400.0_f64, start in 0.0..8.0_f64,
        ) {
            let placement = placement(tempo_bpm, start);
            let sixteenth = 15.0 / tempo_bpm;
            let seconds = |side| {
                let hit = Hit { at: Seconds(at), weight: 1, side };
                let step = hit.placed(&placement).unwrap().step;
                placement.clip_time_at(Beats(f64::from(step.0) / 4.0)).0
            };
            let (late, early) = (seconds(Side::Late) - at, seconds(Side::Early) - at);
            prop_assert!((-0.0201..sixteenth + 1e-9).contains(&late), "{late}");
            prop_assert!((-sixteenth - 1e-9..0.0201).contains(&early), "{early}");
        }

        #[test]
        fn every_hit_reads_back_from_its_text(at in 0.0..1e5_f64, weight in 1..=3_u8, early: bool) {
            let side = if early { Side::Early } else { Side::Late };
            let hit = Hit { at: Seconds(at), weight, side };
            prop_assert_eq!(hit.to_string().parse(), Ok(hit));
        }
    }

    #[test]
    fn wrong_hits_say_how_one_is_written() {
        for wrong in [
            "",
            "x",
            "-1",
            "inf",
            "1:0",
            "1:4",
            "1:soon",
            "1:2:late:",
            "NaN",
        ] {
            let error = wrong.parse::<Hit>().unwrap_err().to_string();
            assert!(error.contains("such as 12.5"), "{wrong}: {error}");
        }
    }

    #[test]
    fn the_chord_changes_on_a_strong_hit_only() {
        let lane: ChordLane = "C | F | G".parse().unwrap();
        let before = lane.chords(12);
        let changed = |beat: u32, weight| {
            let mut chords = before.clone();
            let step = Steps(beat * 4);
            PlacedHit { step, weight }.change_chord(&mut chords, 4);
            chords
        };
        assert_eq!(changed(2, 1), before);
        assert_eq!(changed(4, 3), before);
        assert_eq!(changed(2, 2)[2..8], [before[4]; 6]);
        assert_eq!(
            changed(10, 3)[8..],
            [before[4], before[4], before[8], before[8]]
        );
    }
}
