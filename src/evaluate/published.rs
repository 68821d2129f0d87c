//! Music of the published networks beside the held-out pieces of their data set, by the measures of their paper.
//!
//! Each piece is generated for the embeddings of its video. Pitch-class entropy, grooving similarity and structureness are
//! those of [`Metrics`](crate::music::metrics::Metrics); [`MusicFeatures`] says how music is retrieved by music.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use serde::Serialize;

use crate::dataset::bgm909::Piece;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::evaluate::measures::{Measure, Measures};
use crate::evaluate::music_features::{MusicFeatures, segments};
use crate::evaluate::report::{Cell, Pair};
use crate::generator::{Settings, generate};
use crate::music::decode::encode;
use crate::music::metre::Metre;
use crate::music::note::GridNote;
use crate::music::piano_roll::{PianoRoll, PitchRange, RollParts};
use crate::time::{BARS_PER_SEGMENT, Bars, Tempo};

/// A held-out piece and the music that was generated for its clip; rolls of one part, of zeros and ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The piece's name.
    pub name: String,
    /// The piece.
    pub real: PianoRoll,
    /// What was generated.
    pub generated: PianoRoll,
}

/// Generates music for the clips of pieces, one after another, until there are `segments` segments of eight bars; of the last
/// piece only a part may be generated. The noise of piece `n` has the seed `settings.seed + n`. `on_progress` receives the share
/// done, 0 to 1, and the name of the current piece.
///
/// # Errors
/// Returns [`Error::Cancelled`] if `on_progress` asks for it, and another error if a piece lacks embeddings that the model
/// follows, or a setting is out of range.
pub fn compare(
    model: &Model,
    pieces: &[Piece],
    segments: usize,
    settings: &Settings,
    on_progress: &mut dyn FnMut(f64, &str) -> ControlFlow<()>,
) -> Result<Vec<Compared>> {
    let in_piece = |bars: Bars| bars.0.div_ceil(BARS_PER_SEGMENT) as usize;
    let all: usize = pieces.iter().map(|piece| in_piece(piece.bars())).sum();
    let all = all.min(segments);
    let mut done = 0;
    let mut compared = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let left = (segments - done).min(in_piece(piece.bars()));
        if left == 0 {
            break;
        }
        let bars = Bars(piece.bars().0.min(left as u32 * BARS_PER_SEGMENT));
        let settings = Settings {
            tempo_map: Tempo::DEFAULT.into(),
            bars: Some(bars),
            seed: settings.seed.wrapping_add(index as u64),
            ..settings.clone()
        };
        let clip = piece.clip()?;
        let draft = generate(model, &clip, &settings, &mut |progress| {
            let within = progress.fraction() * left as f64;
            on_progress((done as f64 + within) / all as f64, piece.name())
        });
        let draft = draft.map_err(|error| match error {
            Error::Value(fault) => Error::Usage(format!("The piece {}: {fault}.", piece.name())),
            other => other,
        })?;
        let notes: Vec<GridNote> = (draft.score.notes().iter())
            .map(GridNote::quantised)
            .collect();
        compared.push(Compared {
            name: piece.name().to_owned(),
            real: piece.first_bars(bars),
            generated: encode(&notes, bars.steps(), RollParts::One, PitchRange::MIDI),
        });
        done += left;
    }
    Ok(compared)
}

/// The figures of published networks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedReport {
    /// The number of pieces.
    pub pieces: usize,
    /// Their bars.
    pub bars: u32,
    /// Means over pieces, by the measure's key; see [`Report::means`](super::Report::means).
    #[serde(flatten)]
    pub means: BTreeMap<&'static str, Pair>,
    /// How much the distributions over real and generated pieces overlap, by the measure's key.
    pub oa: BTreeMap<&'static str, Option<f64>>,
    /// How well the real segments are found by the generated ones.
    #[serde(flatten)]
    pub retrieval: MusicFeatures,
}

impl PublishedReport {
    /// Measures the pieces; `seed` draws the other candidates of each retrieval.
    pub fn new(compared: &[Compared], seed: u64) -> Self {
        let of = |roll: fn(&Compared) -> &PianoRoll| -> Vec<PianoRoll> {
            compared.iter().map(|piece| roll(piece).clone()).collect()
        };
        let real = of(|piece| &piece.real);
        let generated = of(|piece| &piece.generated);
        let metres = vec![Metre::COMMON; compared.len()];
        let (of_real, of_generated) = (
            Measures::of(&real, &metres),
            Measures::of(&generated, &metres),
        );
        let means = Measure::ALL.map(|measure| {
            let pair = Pair {
                real: of_real.mean(measure),
                generated: of_generated.mean(measure),
            };
            (measure.key(), pair)
        });
        let oa =
            Measure::ALL.map(|measure| (measure.key(), of_real.overlap(&of_generated, measure)));
        let bars = real.iter().map(|roll| roll.steps().0).sum::<u32>();
        Self {
            pieces: compared.len(),
            bars: bars / Metre::COMMON.bar_steps(),
            means: means.into(),
            oa: oa.into(),
            retrieval: MusicFeatures::compare(&segments(&real), &segments(&generated), seed),
        }
    }
}

/// Formats all figures as a table.
impl fmt::Display for PublishedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = format!("{} pieces, {} bars", self.pieces, self.bars);
        writeln!(
            f,
            "{heading:<24}{:>10}{:>11}{:>9}",
            "real", "generated", "overlap"
        )?;
        for key in Measure::ALL.map(Measure::key) {
            let (pair, oa) = (self.means[key], Cell(self.oa[key]));
            let (real, generated) = (Cell(pair.real), Cell(pair.generated));
            writeln!(f, "{key:<24}{real:>10}{generated:>11}{oa:>9}")?;
        }
        write!(f, "{}", self.retrieval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    fn roll(notes: &[(u32, u8)], bars: u32) -> PianoRoll {
        let notes: Vec<GridNote> = (notes.iter())
            .map(|&(start, pitch)| GridNote {
                start: Steps(start),
                pitch,
                part: RollPart::All,
                end: Steps(start + 1),
            })
            .collect();
        encode(&notes, Bars(bars).steps(), RollParts::One, PitchRange::MIDI)
    }

    #[test]
    fn the_measures_of_the_paper_match_values_computed_by_hand() {
        // Windows of 8 bars: one with two pitch classes as often, one with four; the third, unfinished, is left out.
        let real = roll(
            &[
                (0, 60),
                (17, 62),
                (128, 60),
                (144, 62),
                (160, 64),
                (176, 66),
                (256, 60),
            ],
            17,
        );
        // One pitch class throughout, always on the first step.
        let generated = roll(&[(0, 60), (16, 72), (128, 48), (144, 60), (256, 60)], 17);
        let report = PublishedReport::new(
            &[Compared {
                name: "a".to_owned(),
                real,
                generated,
            }],
            1,
        );
        let near = |value: Option<f64>, expected: f64| {
            assert!(
                (value.unwrap() - expected).abs() < 1e-4,
                "{value:?} {expected}"
            );
        };
        near(report.means["pche"].real, 1.5);
        near(report.means["pche"].generated, 0.0);
        // Of the 16 bars before the last, 5 have a note on step 0, one on step 1, 10 none. Of the 120 pairs, 5 differ on two steps
        // and 50 + 10 on one.
        near(report.means["gps"].real, 1.0 - 70.0 / 16.0 / 120.0);
        // Four bars with a note on step 0, twelve without any: 48 pairs differ on one step.
        near(report.means["gps"].generated, 1.0 - 48.0 / 16.0 / 120.0);
        assert_eq!((report.pieces, report.bars), (1, 17));
    }
}
