//! Several drafts of one clip, the most convincing first.
//!
//! A candidate's score is the mean of its points, 0 to 1, weighted as in the table [`ROWS`]. A figure has all points where it is
//! about as good as in real pop, and none where it is bad by judgement; the bounds and the weights are not fitted to anything.

use std::ops::ControlFlow;

use serde::Serialize;

use super::segment::Segment;
use super::{accompaniment, lead};
use crate::conditioning::hits::PlacedHit;
use crate::conditioning::steering::Lane;
use crate::diffusion::config::ConditionKind;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::evaluate::statistics::{mean, spearman};
use crate::features::ClipFeatures;
use crate::generator::{Draft, Progress, Settings, generate, placed_hits, roll_of};
use crate::music::chord::ChordChange;
use crate::music::cues::Cue;
use crate::music::metrics::Metrics;
use crate::music::score::Score;
use crate::time::STEPS_PER_BEAT;

/// The most candidates.
pub const MAX_CANDIDATES: usize = 16;
/// Notes that start together and answer a hit.
const ANSWER: usize = 3;

/// A figure that candidates are ranked by.
struct Row {
    key: &'static str,
    /// Its value in real music, which has all points.
    good: f64,
    /// The value from which there are no points.
    bad: f64,
    weight: f64,
}

/// The figures: what each means is in `docs/experiments.md`.
const ROWS: [Row; 9] = [
    row("hits_answered", 1.0, 0.0, 2.0),
    row("cues_followed", 0.9, 0.4, 2.0),
    row("lead_steps", 0.45, 0.15, 1.0),
    row("lead_leaps", 0.03, 0.15, 1.0),
    row("lead_silent_bars", 0.15, 0.5, 1.0),
    row("lead_hidden", 0.25, 0.8, 1.0),
    row("thick", 0.1, 0.35, 1.0),
    row("rubbing", 0.05, 0.2, 1.0),
    row("figure_kept", 0.75, 0.4, 1.0),
];

const fn row(key: &'static str, good: f64, bad: f64, weight: f64) -> Row {
    Row {
        key,
        good,
        bad,
        weight,
    }
}

/// A figure of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// Its key.
    pub key: &'static str,
    /// Its value, or `None` if the draft has none.
    pub value: Option<f64>,
    /// Its points, 0 to 1.
    pub points: Option<f64>,
}

/// A draft with its place among others.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The draft.
    pub draft: Draft,
    /// The score, 0 to 1; 0 if there was no choice.
    pub score: f64,
    /// Why; empty if there was no choice.
    pub reasons: Vec<Reason>,
}

/// Makes `count` drafts with the seeds from `settings.seed` on and returns them, the one with the highest score first. A single
/// draft is not ranked.
///
/// # Errors
/// As for [`generate`], and if `count` is 0 or more than [`MAX_CANDIDATES`], or there are several and
/// the model is not of the `parts` family.
pub fn draft_candidates(
    model: &Model,
    clip: &ClipFeatures,
    settings: &Settings,
    count: usize,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<Candidate>> {
    if !(1..=MAX_CANDIDATES).contains(&count) {
        return Err(Error::value(
            format!("{count} candidates"),
            format!("1 to {MAX_CANDIDATES}"),
        ));
    }
    if count == 1 {
        let draft = generate(model, clip, settings, on_progress)?;
        return Ok(vec![Candidate {
            draft,
            score: 0.0,
            reasons: Vec::new(),
        }]);
    }
    if model.config().cond_type != ConditionKind::Parts {
        return Err(Error::Usage(format!(
            "Drafts of the model {} cannot be ranked. Ask for one candidate, or use a model of the family `parts`.",
            model.name()
        )));
    }
    let mut candidates = Vec::with_capacity(count);
    for index in 0..count {
        let settings = Settings {
            seed: settings.seed.wrapping_add(index as u64),
            ..settings.clone()
        };
        let draft = generate(model, clip, &settings, &mut |done| {
            on_progress(Progress {
                segment: index * done.segments + done.segment,
                segments: count * done.segments,
                ..done
            })
        })?;
        candidates.push(Candidate::of(draft, model));
    }
    // Of equal scores the earlier seed comes first.
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(candidates)
}

impl Candidate {
    fn of(draft: Draft, model: &Model) -> Self {
        let score = &draft.score;
        let chords = ChordChange::per_beat(score.chords(), score.length().0 as usize);
        let roll = roll_of(score, model.pitches());
        let segment = Segment::new(&roll, &chords, score.metre());
        let metrics = Metrics::in_metre(segment.merged.clone(), score.bars(), score.metre());
        let [_, steps, _, leaps, _, silent_bars, hidden] = lead::of(&segment);
        let [thick, rubbing, _, figure_kept] = accompaniment::of(&segment, &metrics);
        let values = [
            hits_answered(score, &placed_hits(&draft.recipe.settings)),
            cues_followed(&draft, &segment),
            steps,
            leaps,
            silent_bars,
            hidden,
            thick,
            rubbing,
            figure_kept,
        ];
        let reasons: Vec<Reason> = (ROWS.iter().zip(values))
            .map(|(row, value)| Reason {
                key: row.key,
                value,
                points: value.map(|value| row.points(value)),
            })
            .collect();
        let weighed = (ROWS.iter().zip(&reasons))
            .filter_map(|(row, reason)| Some((row.weight, row.weight * reason.points?)));
        let (weights, points) = weighed.fold((0.0, 0.0), |(weights, sum), (weight, points)| {
            (weights + weight, sum + points)
        });
        let score = if weights > 0.0 { points / weights } else { 0.0 };
        Self {
            draft,
            score,
            reasons,
        }
    }
}

impl Row {
    fn points(&self, value: f64) -> f64 {
        ((value - self.bad) / (self.good - self.bad)).clamp(0.0, 1.0)
    }
}

/// Returns the share of the hits' weight on whose sixteenth at least [`ANSWER`] notes start; `None` without hits.
fn hits_answered(score: &Score, hits: &[PlacedHit]) -> Option<f64> {
    let (mut answered, mut all) = (0.0, 0.0);
    for hit in hits {
        let at = f64::from(hit.step.0) / f64::from(STEPS_PER_BEAT);
        if at >= score.length().0 {
            continue;
        }
        let starts = |start: f64| (start - at).abs() < 0.5 / f64::from(STEPS_PER_BEAT);
        let struck = score.notes().iter().filter(|note| starts(note.start.0));
        all += f64::from(hit.weight);
        if struck.count() >= ANSWER {
            answered += f64::from(hit.weight);
        }
    }
    (all > 0.0).then(|| answered / all)
}

/// Returns the mean rank correlation of the cues that vary with those of the music.
fn cues_followed(draft: &Draft, segment: &Segment) -> Option<f64> {
    let asked = draft.recipe.asked.as_ref()?;
    let followed: Vec<f64> = [Cue::Density, Cue::Polyphony, Cue::Register, Cue::Accent]
        .into_iter()
        .filter_map(|cue| {
            let Lane::Drawn(asked) = &asked.steering.lanes[cue] else {
                return None;
            };
            let came = segment.cues.iter().map(|beat| f64::from(beat.get(cue)));
            let asked: Vec<f64> = asked.iter().copied().map(f64::from).collect();
            let came: Vec<f64> = came.take(asked.len()).collect();
            (asked.len() == came.len()).then(|| spearman(&asked, &came))?
        })
        .collect();
    mean(&followed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::music::score::RawScore;
    use crate::time::{Bars, Beats, Steps};

    #[test]
    fn points_rise_from_bad_to_good_whichever_is_higher() {
        for row in &ROWS {
            let middle = row.points(0.5 * (row.good + row.bad));
            assert_eq!([row.points(row.good), row.points(row.bad)], [1.0, 0.0]);
            assert!((middle - 0.5).abs() < 1e-9, "{}", row.key);
        }
    }

    #[test]
    fn a_hit_is_answered_by_three_notes_on_its_sixteenth() {
        let note = |start: f64, pitch| Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch,
            velocity: 80,
            part: Part::Chords,
        };
        let score = Score::repaired(RawScore {
            notes: vec![
                note(1.25, 50),
                note(1.25, 55),
                note(1.25, 60),
                note(2.0, 62),
            ],
            bars: Bars(1),
            ..RawScore::default()
        });
        let hit = |step, weight| PlacedHit {
            step: Steps(step),
            weight,
        };
        assert_eq!(hits_answered(&score, &[]), None);
        assert_eq!(hits_answered(&score, &[hit(64, 3)]), None);
        assert_eq!(hits_answered(&score, &[hit(5, 3), hit(8, 1)]), Some(0.75));
    }
}
