//! The figures of an evaluation, for people and for machines.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::conditioning::cue_scale::CueScale;
use crate::dataset::pop909::Window;
use crate::diffusion::model::Model;
use crate::error::Result;
use crate::evaluate::following::Following;
use crate::evaluate::measures::{Measure, Measures};
use crate::evaluate::retrieval::{RANKS, Retrieval};
use crate::music::cues::{BeatCues, Cue};
use crate::music::piano_roll::PianoRoll;

/// A figure of the held-out music and of the music made for its cues.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Of the held-out music.
    pub real: Option<f64>,
    /// Of the generated music.
    pub generated: Option<f64>,
}

/// How music follows cues, by name; see [`Following`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FollowingReport {
    /// Spearman's rank correlation of what was asked and what is heard, a cue.
    pub cue_spearman: BTreeMap<&'static str, Option<f64>>,
    /// Share of beats in the mode that was clearly asked for.
    pub mode_agreement: Option<f64>,
    /// Share of strong accents hit within a sixteenth.
    pub accent_hits: Option<f64>,
    /// Share of bars without the notes that were asked for.
    pub empty_bars: f64,
    /// Share of bars with notes at an edge of the roll.
    pub clipped_bars: f64,
}

/// The figures of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// How many segments were made.
    pub segments: usize,
    /// The means over segments, by [`Measure::key`].
    #[serde(flatten)]
    pub means: BTreeMap<&'static str, Pair>,
    /// How much the distributions over segments of real and generated music overlap, by [`Measure::key`]; 0 to 1.
    pub oa: BTreeMap<&'static str, Option<f64>>,
    /// How the generated music follows the cues.
    #[serde(flatten)]
    pub following: FollowingReport,
    /// The same of the held-out music itself: what the guess of the mode makes of music that is right.
    pub real_following: FollowingReport,
    /// How many sets of cues a segment's own were hidden among, with its own.
    pub candidates: usize,
    /// Share of segments whose own cues are among the best 5, 10 or 20 answers; see [`Retrieval`].
    pub precision_at: BTreeMap<usize, f64>,
    /// What guessing would reach.
    pub chance_at: BTreeMap<usize, f64>,
}

impl Report {
    /// Compares `generated` with the windows it was made for, the first of `windows`; the rest hide them in retrieval.
    ///
    /// # Errors
    /// When the model does not follow cues.
    pub fn new(model: &Model, windows: &[Window], generated: &[PianoRoll]) -> Result<Self> {
        let scale = CueScale::new(model.config())?;
        let place = |cues: &Vec<BeatCues>| -> Vec<f32> {
            cues.iter().flat_map(|beat| scale.place(beat)).collect()
        };
        let asked: Vec<Vec<f32>> = windows.iter().map(|window| place(&window.cues)).collect();
        let windows = &windows[..generated.len()];
        let real: Vec<PianoRoll> = windows
            .iter()
            .map(|window| super::heard(&window.roll))
            .collect();
        let (of_real, of_generated) = (Measures::of(&real), Measures::of(generated));
        let following = Following::of(generated, windows);
        let heard: Vec<Vec<f32>> = following.heard.iter().map(place).collect();
        let retrieval = Retrieval::of(&heard, &asked);
        let by_rank = |shares: [f64; RANKS.len()]| RANKS.into_iter().zip(shares).collect();
        let means = Measure::ALL.map(|measure| {
            let pair = Pair {
                real: of_real.mean(measure),
                generated: of_generated.mean(measure),
            };
            (measure.key(), pair)
        });
        let oa =
            Measure::ALL.map(|measure| (measure.key(), of_real.overlap(&of_generated, measure)));
        Ok(Self {
            segments: generated.len(),
            means: means.into(),
            oa: oa.into(),
            following: FollowingReport::new(&following),
            real_following: FollowingReport::new(&Following::of(&real, windows)),
            candidates: retrieval.candidates,
            precision_at: by_rank(retrieval.precision),
            chance_at: by_rank(retrieval.chance()),
        })
    }
}

impl FollowingReport {
    fn new(following: &Following) -> Self {
        let correlations = following.spearman.iter();
        Self {
            cue_spearman: correlations
                .map(|(cue, &value)| (cue.name(), value))
                .collect(),
            mode_agreement: following.mode_agreement,
            accent_hits: following.accent_hits,
            empty_bars: following.empty_bars,
            clipped_bars: following.clipped_bars,
        }
    }
}

/// A table of all figures.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments = format!("{} segments", self.segments);
        writeln!(
            f,
            "{segments:<24}{:>10}{:>11}{:>9}",
            "real", "generated", "overlap"
        )?;
        for measure in Measure::ALL {
            let (key, pair) = (measure.key(), self.means[measure.key()]);
            let oa = Cell(self.oa[key]);
            writeln!(
                f,
                "{key:<24}{:>10}{:>11}{oa:>9}",
                Cell(pair.real),
                Cell(pair.generated)
            )?;
        }
        let mut line = |name: &str, real, generated| {
            writeln!(f, "{name:<24}{:>10}{:>11}", Cell(real), Cell(generated))
        };
        let (real, generated) = (&self.real_following, &self.following);
        for cue in Cue::ALL.map(Cue::name) {
            let name = format!("{cue}, Spearman");
            line(&name, real.cue_spearman[cue], generated.cue_spearman[cue])?;
        }
        line(
            "mode agreement",
            real.mode_agreement,
            generated.mode_agreement,
        )?;
        line("accents hit", real.accent_hits, generated.accent_hits)?;
        line(
            "empty bars",
            Some(real.empty_bars),
            Some(generated.empty_bars),
        )?;
        line(
            "clipped bars",
            Some(real.clipped_bars),
            Some(generated.clipped_bars),
        )?;
        for rank in RANKS {
            let name = format!("own cues in best {rank}/{}", self.candidates);
            let (precision, chance) = (self.precision_at[&rank], self.chance_at[&rank]);
            writeln!(
                f,
                "{name:<24}{:>10}{precision:>11.3}   chance {chance:.3}",
                ""
            )?;
        }
        Ok(())
    }
}

/// A figure of a table, or a dash.
struct Cell(Option<f64>);

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => f.pad(&format!("{value:.3}")),
            None => f.pad("-"),
        }
    }
}
