//! Several drafts, of which the best is kept.

use std::ops::ControlFlow;

use diff_bgm::Result;
use diff_bgm::diffusion::model::Model;
use diff_bgm::evaluate::parts::{Reason, draft_candidates};
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{Draft, Progress, Settings, generate};
use serde::Serialize;

use crate::output::say;

/// A candidate in the report.
#[derive(Serialize)]
pub(crate) struct Ranked {
    seed: u64,
    score: f64,
    reasons: Vec<Reason>,
}

/// Returns the best of `count` drafts, and the ranking of all, best first; no ranking of a single one.
pub(crate) fn best(
    model: &Model,
    clip: &ClipFeatures,
    settings: &Settings,
    count: usize,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(Draft, Vec<Ranked>)> {
    if count == 1 {
        let draft = generate(model, clip, settings, on_progress)?;
        return Ok((draft, Vec::new()));
    }
    let mut candidates = draft_candidates(model, clip, settings, count, on_progress)?;
    let ranked = candidates.iter().map(|candidate| Ranked {
        seed: candidate.draft.recipe.settings.seed,
        score: candidate.score,
        reasons: candidate.reasons.clone(),
    });
    let ranked = ranked.collect();
    Ok((candidates.swap_remove(0).draft, ranked))
}

/// Prints a line for each candidate.
pub(crate) fn say_ranking(ranked: &[Ranked]) -> Result<()> {
    for candidate in ranked {
        let reasons: Vec<String> = (candidate.reasons.iter())
            .filter_map(|reason| Some(format!("{} {:.2}", reason.key, reason.value?)))
            .collect();
        say(format!(
            "seed {}: score {:.3} ({})",
            candidate.seed,
            candidate.score,
            reasons.join(", ")
        ))?;
    }
    Ok(())
}
