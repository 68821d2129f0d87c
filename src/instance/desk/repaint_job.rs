//! Painting some bars or parts of the current take again.

use std::sync::Arc;

use parking_lot::Mutex;

use super::clip_job::full_clip;
use super::draft_job::{Tools, load_model, mark, now_unix_seconds, report, settings_of};
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::generator::{Repainting, Settings, Wishes, repaint_with};
use crate::instance::locks::Selection;
use crate::instance::notice::Notice;
use crate::instance::painting::Painting;
use crate::instance::params::ParamValues;
use crate::instance::session::Session;
use crate::instance::state::State;
use crate::music::part_set::PartSet;
use crate::worker::Reporter;

/// A repaint, with the settings of the moment it was requested.
pub(super) struct RepaintJob {
    epoch: u64,
    state: Arc<State>,
    settings: Settings,
    selection: Selection,
    /// The number that the window shows on the draft's first bar.
    first_bar: u32,
}

impl RepaintJob {
    /// Takes the settings from the session and the parameters.
    pub(super) fn new(session: &Session, params: ParamValues, selection: Selection) -> Self {
        let epoch = session.epoch();
        let state = session.state();
        let tempo_map = session.tempo_map_for(&state, params.follow_host, params.start());
        let settings = settings_of(&state, params, tempo_map);
        let first_bar = session.first_bar(&state, params.start());
        Self {
            epoch,
            state,
            settings,
            selection,
            first_bar,
        }
    }

    /// Paints what is selected and not locked again, for the cues as they are now, and adds the result as a take. If the
    /// current take was made with the seed that is set, the seed moves on, so that each press paints something else.
    ///
    /// # Errors
    /// Returns an error if there is no draft, everything that is selected is locked, the draft cannot be painted over, the
    /// model cannot be loaded or run, or the job is cancelled.
    pub(super) fn run(
        self,
        session: &Session,
        tools: &Mutex<Tools>,
        reporter: &Reporter,
    ) -> Result<Notice> {
        let Self {
            epoch,
            state,
            mut settings,
            selection,
            first_bar,
        } = self;
        let take = state.current_take().ok_or_else(|| {
            Error::Usage("There is no draft to paint over. Press Generate first.".to_owned())
        })?;
        let draft = &take.draft;
        let (model, pool) = load_model(tools, &state, reporter)?;
        let usual = Settings::for_family(model.config().cond_type);
        settings.sampler.kind = usual.sampler.kind;
        let clip = session.clip_for(epoch, state.clip.clone());
        let clip = clip.map(|saved| full_clip(session, &saved));
        if let Some(clip) = &clip {
            mark(&mut settings, &state, clip);
        }
        let seed = if settings.seed == draft.recipe.settings.seed {
            settings.seed.wrapping_add(1)
        } else {
            settings.seed
        };
        session.move_seed(epoch, state.seed, seed);
        let bars = selection.bars_of(draft.score.bars().0);
        let parts = (0..draft.score.bars().0).map(|bar| {
            if bars.contains(&bar) {
                selection.painted_parts(&state.locks, bar)
            } else {
                PartSet::NONE
            }
        });
        let repainting = Repainting {
            kept: &take.edited,
            wishes: clip.as_deref().map(|clip| Wishes {
                clip,
                settings: &settings,
            }),
            ..Repainting::of_bars(parts, draft.score.metre())
        };
        let new = pool.install_in_turn(
            || reporter.report("Waiting for another instance", 0.0),
            || {
                let _shown = session.show_painting(Painting::over(Some(Arc::clone(draft))));
                repaint_with(&model, draft, &repainting, seed, &mut |progress| {
                    report(session, reporter, progress)
                })
            },
        )??;
        let what = selection.words(&state.locks, first_bar);
        let notes = counted(new.score.notes().len(), "note");
        let is_played = session.add_repainted_take(epoch, new, now_unix_seconds(), take, &what);
        Ok(Notice::Done(if is_played {
            format!("Painted {what} again; everything else stays. {notes}.")
        } else {
            "The draft begun before the project was loaded is kept as a take.".to_owned()
        }))
    }
}
