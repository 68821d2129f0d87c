//! The way from the window to the host's timeline: what is asked goes to the host's main thread, what is found comes back.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::hits::{self, MarkedHit};
use super::params::ParamValues;
use super::state::State;
use parking_lot::Mutex;

use crate::time::Beats;
use crate::timeline::{InsertChoices, TimelineSource};

/// What the window asks of the host's timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimelineTask {
    /// To insert the current take.
    Insert(ParamValues, InsertChoices),
    /// To find the project's picture.
    FindPicture,
}

/// A picture that was found in the host's timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPicture {
    /// The file.
    pub path: PathBuf,
    /// The beat of the project at which a draft for it starts: the bar in which the picture starts.
    pub start_beats: i32,
    /// How far into that bar the picture starts.
    pub picture_start: Beats,
    /// The project's markers over the picture.
    pub hits: Vec<MarkedHit>,
}

impl FoundPicture {
    /// Sets where the picture starts, and adds the hits that the state does not have yet.
    pub(super) fn place(&self, state: &mut State) {
        state.picture_start = self.picture_start;
        let is_new = |found: &&MarkedHit| !state.hits.iter().any(|hit| hit.is_on(found.hit.at));
        let new: Vec<MarkedHit> = self.hits.iter().filter(is_new).cloned().collect();
        state.hits.extend(new);
        state.hits = hits::within_limits(std::mem::take(&mut state.hits));
    }
}

/// Hands a task to the host's main thread.
type Ask = Arc<dyn Fn(TimelineTask) + Send + Sync>;

/// An instance's way to the host's timeline. Without a source there is none.
#[derive(Default)]
pub struct TimelineLink {
    way: OnceLock<(Arc<dyn TimelineSource>, Ask)>,
    found: Mutex<Option<FoundPicture>>,
}

impl fmt::Debug for TimelineLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimelineLink")
    }
}

impl TimelineLink {
    /// Sets where the timeline is, and how tasks reach the host's main thread, where they go to
    /// [`Desk::serve_timeline`](super::Desk::serve_timeline). Only the first call counts.
    pub fn connect(
        &self,
        source: Arc<dyn TimelineSource>,
        ask: impl Fn(TimelineTask) + Send + Sync + 'static,
    ) {
        let _ = self.way.set((source, Arc::new(ask)));
    }

    /// Returns whether the host's timeline can be reached. Never waits.
    pub fn is_there(&self) -> bool {
        self.way.get().is_some_and(|(source, _)| source.is_there())
    }

    /// Asks for a task. Returns at once, or when it is done if this is the host's main thread.
    pub fn ask(&self, task: TimelineTask) {
        if let Some((_, ask)) = self.way.get() {
            ask(task);
        }
    }

    /// Returns the picture that was found since, once. Never waits.
    pub fn take_found(&self) -> Option<FoundPicture> {
        self.found.try_lock()?.take()
    }

    /// Returns where the timeline is.
    pub(super) fn source(&self) -> Option<&dyn TimelineSource> {
        self.way.get().map(|(source, _)| &**source)
    }

    /// Keeps a picture that was found for the window.
    pub(super) fn keep(&self, found: FoundPicture) {
        *self.found.lock() = Some(found);
    }
}
