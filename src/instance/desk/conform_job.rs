//! Making a take fit another cut of its clip.

use std::sync::Arc;

use parking_lot::Mutex;

use super::clip_job::full_clip;
use super::draft_job::{Tools, load_model, now_unix_seconds, report};
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::features::recut::Recut;
use crate::generator::{Conforming, Freedom, conform};
use crate::instance::notice::Notice;
use crate::instance::painting::Painting;
use crate::instance::params::ParamValues;
use crate::instance::recut::{Compared, Cuts};
use crate::instance::session::Session;
use crate::instance::state::{Conformed, State};
use crate::worker::Reporter;

/// A take that is to fit the clip that is open, as it was when that was requested.
pub(super) struct ConformJob {
    epoch: u64,
    state: Arc<State>,
    freedom: Freedom,
}

impl ConformJob {
    /// Takes the current take and the clip of the session. The tempo may change only where the host's is not followed.
    pub(super) fn new(session: &Session, params: ParamValues) -> Self {
        let epoch = session.epoch();
        let state = session.state();
        let freedom = if params.follow_host {
            Freedom::NONE
        } else {
            Freedom::USUAL
        };
        Self {
            epoch,
            state,
            freedom,
        }
    }

    /// Keeps the bars whose picture is unchanged, paints the others again, and adds the result as a take.
    ///
    /// # Errors
    /// Returns an error if the take was not made for another cut of the clip, it cannot be painted over, the model cannot be
    /// loaded or run, or the job is cancelled.
    pub(super) fn run(
        self,
        session: &Session,
        tools: &Mutex<Tools>,
        reporter: &Reporter,
    ) -> Result<Notice> {
        let Self {
            epoch,
            state,
            freedom,
        } = self;
        let nothing = || {
            Error::Usage(
                "The current take was not made for another cut of this clip, so there is nothing to conform."
                    .to_owned(),
            )
        };
        let (_, clip) = state.other_cut().ok_or_else(nothing)?;
        let take = state.current_take().ok_or_else(nothing)?;
        let made_for = Cuts::of(&state).ok_or_else(nothing)?.new_looks();
        let recut = recut(session, &state, reporter)?.ok_or_else(nothing)?;
        let draft = &take.draft;
        let clip = full_clip(session, clip);
        let conforming = Conforming::plan(draft, &recut, &clip, freedom)?;
        let (model, pool) = load_model(tools, &state, reporter)?;
        let seed = draft.recipe.settings.seed.wrapping_add(1);
        let new = pool.install_in_turn(
            || reporter.report("Waiting for another instance", 0.0),
            || {
                let _shown = session.show_painting(Painting::over(None));
                conform(&model, draft, &conforming, &clip, seed, &mut |progress| {
                    report(session, reporter, progress)
                })
            },
        )??;
        let conformed = Conformed {
            recut: &recut,
            conforming: &conforming,
            made_for,
        };
        let now = now_unix_seconds();
        let is_played = session.add_conformed_take(epoch, new, now, take, conformed);
        let kept = counted(conforming.kept_bars(), "bar");
        Ok(Notice::Done(if is_played {
            format!(
                "{kept} kept, {} painted for the new cut.",
                conforming.painted_bars()
            )
        } else {
            "The draft begun before the project was loaded is kept as a take.".to_owned()
        }))
    }
}

/// Compares the picture of the current take with the clip that is open, unless that was done.
pub(super) fn compare(session: &Session, state: &State, reporter: &Reporter) -> Result<()> {
    recut(session, state, reporter).map(|_| ())
}

fn recut(session: &Session, state: &State, reporter: &Reporter) -> Result<Option<Arc<Recut>>> {
    if let Some(recut) = session.compared(state) {
        return Ok(Some(recut));
    }
    let mut on_progress = |share| reporter.report("Comparing the pictures", share as f32);
    let Some(compared) = Compared::of(state, &mut on_progress)? else {
        return Ok(None);
    };
    let recut = compared.for_state(state).cloned();
    session.keep_compared(compared);
    Ok(recut)
}
