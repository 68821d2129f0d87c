//! Changes of the state, by the user and by jobs, and how they are undone.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Session, Shared};
use crate::features::recut::Recut;
use crate::features::{ClipFeatures, Stills};
use crate::generator::{Draft, Form, Theme};
use crate::instance::change::Change;
use crate::instance::history::History;
use crate::instance::notice::Notice;
use crate::instance::saved_clip::SavedClip;
use crate::instance::state::{Conformed, State, Take};

impl Session {
    /// Changes the state and plays its current take. Clears the notices, which may no longer apply.
    pub fn edit(&self, change: impl FnOnce(&mut State)) {
        let mut shared = self.lock();
        shared.notices.clear();
        let before = Arc::clone(&shared.state);
        self.change(&mut shared, change);
        shared.record(before);
    }

    /// Takes the last change back, and says which it was. Does nothing if there is none.
    pub fn undo(&self) {
        self.travel(History::undo, "Undone");
    }

    /// Makes the change that was taken back last again, and says which it was. Does nothing if there is none.
    pub fn redo(&self) {
        self.travel(History::redo, "Done again");
    }

    fn travel(&self, step: fn(&mut History, &mut Arc<State>) -> Option<Change>, what: &str) {
        let mut shared = self.lock();
        let Shared { state, history, .. } = &mut *shared;
        let before = Arc::clone(state);
        let Some(change) = step(history, state) else {
            return;
        };
        shared.notices.clear();
        shared
            .notices
            .push(Notice::Done(format!("{what}: {change}.")));
        shared.forget_other_clip(&before);
        self.changed(&before, &shared.state);
    }

    /// Sets the seed to `to`, unless it is no longer `from` or another state was loaded since `epoch`.
    pub fn move_seed(&self, epoch: u64, from: u64, to: u64) {
        let mut shared = self.lock();
        if shared.epoch == epoch && shared.state.seed == from {
            let before = Arc::clone(&shared.state);
            self.change(&mut shared, |state| state.seed = to);
            let Shared { state, history, .. } = &mut *shared;
            history.record_seed(before, state);
        }
    }

    /// Returns the clip to draft for: the current one, or `before` if another state was loaded since `epoch`.
    pub fn clip_for(&self, epoch: u64, before: Option<SavedClip>) -> Option<SavedClip> {
        let shared = self.lock();
        if shared.epoch == epoch {
            shared.state.clip.clone()
        } else {
            before
        }
    }

    /// Adds a draft that was begun in `epoch` and finished at `made_unix_seconds`, and plays it. If another state was
    /// loaded since, the draft does not play, and this returns false.
    pub fn add_take(&self, epoch: u64, draft: Draft, made_unix_seconds: u64) -> bool {
        self.add_take_by(epoch, |state| state.add_take(draft, made_unix_seconds))
    }

    /// Adds a take that was painted over `of`; otherwise as [`Session::add_take`]. See [`State::add_repainted_take`].
    pub fn add_repainted_take(
        &self,
        epoch: u64,
        draft: Draft,
        made_unix_seconds: u64,
        of: &Take,
        painted: &str,
    ) -> bool {
        self.add_take_by(epoch, |state| {
            state.add_repainted_take(draft, made_unix_seconds, of, painted);
        })
    }

    /// Adds a draft that fits the current clip as `conforming` planned it for `of`, and moves what was set on the old picture;
    /// otherwise as [`Session::add_take`]. See [`State::add_conformed_take`].
    pub(in crate::instance) fn add_conformed_take(
        &self,
        epoch: u64,
        draft: Draft,
        made_unix_seconds: u64,
        of: &Take,
        conformed: Conformed<'_>,
    ) -> bool {
        self.add_take_by(epoch, |state| {
            state.add_conformed_take(draft, made_unix_seconds, of, conformed);
        })
    }

    fn add_take_by(&self, epoch: u64, add: impl FnOnce(&mut State)) -> bool {
        let mut shared = self.lock();
        let is_current = shared.epoch == epoch;
        let before = Arc::clone(&shared.state);
        self.change(&mut shared, |state| {
            let played = state.current;
            add(state);
            if !is_current {
                state.current = played;
                if let Some(take) = state.takes.last_mut() {
                    take.made_for = None;
                }
            }
        });
        let Shared { state, history, .. } = &mut *shared;
        if let Some(take) = state.takes.last() {
            history.record_take(before, take, state);
        }
        is_current
    }

    /// Sets the clip that was requested in `epoch`. If another state was loaded since, this changes nothing and returns
    /// false.
    pub fn set_clip(&self, epoch: u64, saved: SavedClip, clip: Arc<ClipFeatures>) -> bool {
        let mut shared = self.lock();
        let is_current = shared.epoch == epoch;
        if is_current {
            let before = Arc::clone(&shared.state);
            shared.clip = Some((saved.path.clone(), clip));
            self.change(&mut shared, |state| state.open_clip(saved));
            shared.record(before);
        }
        is_current
    }

    /// Opens a theme that was requested in `epoch`. Drafts without form get one that is chosen for their length. If another
    /// state was loaded since, this changes nothing and returns false.
    pub fn set_theme(&self, epoch: u64, theme: Theme) -> bool {
        let mut shared = self.lock();
        let is_current = shared.epoch == epoch;
        if is_current {
            let before = Arc::clone(&shared.state);
            self.change(&mut shared, |state| {
                state.theme = Some(theme);
                if state.form == Form::Off {
                    state.form = Form::Auto;
                }
            });
            shared.record(before);
        }
        is_current
    }

    fn change(&self, shared: &mut Shared, change: impl FnOnce(&mut State)) {
        let before = Arc::clone(&shared.state);
        change(Arc::make_mut(&mut shared.state));
        self.changed(&before, &shared.state);
    }

    /// Plays the current take of `after` if it is not that of `before` or leaves elsewhere, and counts the change.
    fn changed(&self, before: &State, after: &State) {
        let draft = |state: &State| state.current_take().map(|take| Arc::as_ptr(&take.draft));
        if draft(before) != draft(after) || before.outputs != after.outputs {
            self.publish(after);
        }
        self.revision.fetch_add(1, Ordering::Relaxed);
    }
}

impl Shared {
    /// Notes what changed since `before`, if anything did, so that it can be undone.
    fn record(&mut self, before: Arc<State>) {
        if let Some(change) = Change::between(&before, &self.state) {
            self.history.record(before, change, &self.state);
        }
    }

    /// Returns the small pictures of the clip, if they are kept.
    pub(super) fn stills_of_clip(&self) -> Option<Arc<Stills>> {
        let (path, stills) = self.stills.as_ref()?;
        let clip = self.state.clip.as_ref()?;
        (*path == clip.path).then(|| Arc::clone(stills))
    }

    /// Returns how the clip differs from that of the current take, if they were compared.
    pub(super) fn recut(&self) -> Option<Arc<Recut>> {
        self.compared.as_ref()?.for_state(&self.state).cloned()
    }

    /// Forgets the full clip if the state has other measures of the same file than `before`: the file was changed in between.
    fn forget_other_clip(&mut self, before: &State) {
        let [old, new] = [before, &self.state].map(|state| state.clip.as_ref());
        if old
            .zip(new)
            .is_some_and(|(old, new)| old.path == new.path && old != new)
        {
            self.clip = None;
        }
    }
}
