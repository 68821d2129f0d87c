//! Several drafts, of which the best is kept.

use diff_bgm::Result;
use diff_bgm::evaluate::parts::{Candidate, Reason};
use diff_bgm::generator::Draft;
use serde::Serialize;

use crate::output::say;

/// A candidate in the report.
#[derive(Serialize)]
pub(crate) struct Ranked {
    seed: u64,
    score: f64,
    reasons: Vec<Reason>,
}

/// Returns the best of `candidates`, and the ranking of all, best first; no ranking of a single one.
pub(crate) fn best(mut candidates: Vec<Candidate>) -> (Draft, Vec<Ranked>) {
    let was_choice = |candidate: &&Candidate| !candidate.reasons.is_empty();
    let ranked = candidates.iter().filter(was_choice);
    let ranked = ranked.map(|candidate| Ranked {
        seed: candidate.draft.recipe.settings.seed,
        score: candidate.score,
        reasons: candidate.reasons.clone(),
    });
    let ranked = ranked.collect();
    (candidates.swap_remove(0).draft, ranked)
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
