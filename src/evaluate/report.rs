//! The figures of an evaluation, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::conditioning::cue_scale::CueScale;
use crate::diffusion::model::Model;
use crate::error::Result;
use crate::evaluate::following::Following;
use crate::evaluate::held_out::HeldOut;
use crate::evaluate::measures::{Measure, Measures};
use crate::evaluate::retrieval::{RANKS, Retrieval};
use crate::music::cues::{BeatCues, Cue};
use crate::music::metre::Metre;
use crate::music::piano_roll::PianoRoll;

/// A figure of the held-out music and of the music generated for its cues.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The held-out music's.
    pub real: Option<f64>,
    /// The generated music's.
    pub generated: Option<f64>,
}

/// How music follows its cues.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FollowingReport {
    /// Spearman's rank correlation of requested and measured values over all beats, by the cue's name. The measured mode is
    /// guessed from the notes.
    pub cue_spearman: BTreeMap<&'static str, Option<f64>>,
    /// Of the beats that clearly request major or minor, the share in that mode.
    pub mode_agreement: Option<f64>,
    /// Of the requested accents of three notes or more, the share with at least half as many onsets within a sixteenth.
    pub accent_hits: Option<f64>,
    /// Of the bars, the share in which notes were requested and none starts.
    pub empty_bars: f64,
    /// Of the bars, the share with a note on the lowest or highest pitch of the roll.
    pub clipped_bars: f64,
}

/// The figures of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The number of generated segments.
    pub segments: usize,
    /// Means over segments, by the measure's key. Most are those of [`Metrics`](crate::music::metrics::Metrics):
    /// `pche`, `gps`, `si`, `notes_per_beat`, `polyphony`, `in_scale`, `heavy_onsets`, `semitone_clashes`, `bar_copies`,
    /// `phrase_copies` and `top_line_steps`. `pitch_range` is in semitones, `note_length` in sixteenths.
    #[serde(flatten)]
    pub means: BTreeMap<&'static str, Pair>,
    /// How much the distributions of real and generated segments overlap, by the measure's key: 0 (disjoint) to 1 (equal).
    pub oa: BTreeMap<&'static str, Option<f64>>,
    /// How the generated music follows the cues.
    #[serde(flatten)]
    pub following: FollowingReport,
    /// The same figures of the held-out music itself, whose mode is guessed from the notes as well.
    pub real_following: FollowingReport,
    /// The number of sets of cues that retrieval chooses from, a segment's own included.
    pub candidates: usize,
    /// Of the segments, the share whose own cues are among the 5, 10 or 20 candidates nearest to the measured ones.
    pub precision_at: BTreeMap<usize, f64>,
    /// What guessing reaches at each rank.
    pub chance_at: BTreeMap<usize, f64>,
}

impl Report {
    /// Compares `generated`, rolls of one part, with the windows they were generated for, the first of `windows`. The cues of the other windows are
    /// distractors in retrieval.
    ///
    /// # Errors
    /// Returns an error if the model does not follow cues.
    pub fn new(model: &Model, windows: &[HeldOut], generated: &[PianoRoll]) -> Result<Self> {
        let scale = CueScale::new(model.config())?;
        let place = |cues: &Vec<BeatCues>| -> Vec<f32> {
            cues.iter().flat_map(|beat| scale.place(beat)).collect()
        };
        let requested: Vec<Vec<f32>> = windows.iter().map(|window| place(&window.cues)).collect();
        let windows = &windows[..generated.len()];
        let real: Vec<PianoRoll> = windows.iter().map(|window| window.roll.clone()).collect();
        let metres: Vec<Metre> = windows.iter().map(|window| window.metre).collect();
        let of_real = Measures::of(&real, &metres);
        let of_generated = Measures::of(generated, &metres);
        let following = Following::of(generated, windows);
        let measured: Vec<Vec<f32>> = following.measured.iter().map(place).collect();
        let retrieval = Retrieval::of(&measured, &requested);
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

/// Formats all figures as a table.
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

/// A figure in the table, or a dash if it is `None`.
pub(super) struct Cell(pub(super) Option<f64>);

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => f.pad(&format!("{value:.3}")),
            None => f.pad("-"),
        }
    }
}
