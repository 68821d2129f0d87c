//! What the host's threads, the worker and the editor share of one instance.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::live::Live;
use super::saved_clip::SavedClip;
use super::state::State;
use parking_lot::{Mutex, MutexGuard};

use crate::features::ClipFeatures;
use crate::generator::Draft;
use crate::player::{NoteSchedule, SchedulePublisher};

/// One instance's state, and the way from it to the audio thread.
#[derive(Debug)]
pub struct Session {
    shared: Mutex<Shared>,
    publisher: SchedulePublisher,
    revision: AtomicU32,
    /// The revision of which the host was last told that there is something to save.
    told_revision: AtomicU32,
    /// How the host is told.
    messenger: Mutex<Option<Messenger>>,
    /// What the audio thread last saw of the host.
    pub live: Live,
}

/// Tells the host that there is something to save.
struct Messenger(Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for Messenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Messenger")
    }
}

/// What is guarded together, so that what is saved, shown and played are the same.
#[derive(Debug, Default)]
struct Shared {
    state: Arc<State>,
    /// The clip in full, while it is known, and its path.
    clip: Option<(PathBuf, Arc<ClipFeatures>)>,
    notice: Option<Notice>,
    /// How often a state was loaded, counted as it takes the old one's place; [`Live::loads`] counts already before it is
    /// unpacked, so that the audio thread knows what its parameters come with.
    epoch: u64,
    /// Whether any work was asked for since.
    is_asked: bool,
}

/// One line to tell the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Something went well.
    Done(String),
    /// A file was written.
    Wrote(PathBuf),
    /// Something went wrong.
    Problem(String),
}

/// What the editor shows, all of one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What is saved.
    pub state: Arc<State>,
    /// The last thing to tell.
    pub notice: Option<Notice>,
    /// Whether any work was asked for since the state was loaded; what failed before is no longer told.
    pub is_asked: bool,
}

impl Session {
    /// An empty session that plays through `publisher`.
    pub fn new(publisher: SchedulePublisher) -> Self {
        Self {
            shared: Mutex::default(),
            publisher,
            revision: AtomicU32::new(0),
            told_revision: AtomicU32::new(0),
            messenger: Mutex::default(),
            live: Live::default(),
        }
    }

    /// What is saved at present.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.lock().state)
    }

    /// What the editor shows, or nothing where it would have to be waited for.
    pub fn try_snapshot(&self) -> Option<Snapshot> {
        let shared = self.shared.try_lock()?;
        Some(Snapshot {
            state: Arc::clone(&shared.state),
            notice: shared.notice.clone(),
            is_asked: shared.is_asked,
        })
    }

    /// Tells the states apart that the host loaded: what was begun under one must not change another.
    pub fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    /// Changes the state, and plays what is then the current take; what was told of the state before is taken back.
    pub fn edit(&self, change: impl FnOnce(&mut State)) {
        let mut shared = self.lock();
        shared.notice = None;
        self.change(&mut shared, change);
    }

    /// Moves the seed on, unless it is no longer `from` or another state was loaded since `epoch`.
    pub fn move_seed(&self, epoch: u64, from: u64, to: u64) {
        let mut shared = self.lock();
        if shared.epoch == epoch && shared.state.seed == from {
            self.change(&mut shared, |state| state.seed = to);
        }
    }

    /// The clip to make a draft for: the newest one, or `before` where another state was loaded since `epoch`.
    pub fn clip_for(&self, epoch: u64, before: Option<SavedClip>) -> Option<SavedClip> {
        let shared = self.lock();
        if shared.epoch == epoch {
            shared.state.clip.clone()
        } else {
            before
        }
    }

    /// Adds a draft that was begun in `epoch`, made so many seconds after 1970; it is played, and true is returned,
    /// unless another state was loaded since.
    pub fn add_take(&self, epoch: u64, draft: Draft, made_unix_seconds: u64) -> bool {
        let mut shared = self.lock();
        let is_current = shared.epoch == epoch;
        self.change(&mut shared, |state| {
            let played = state.current;
            state.add_take(draft, made_unix_seconds);
            if !is_current {
                state.current = played;
            }
        });
        is_current
    }

    /// Takes in a clip that was asked for in `epoch`; nothing is changed, and false is returned, where another state
    /// was loaded since.
    pub fn set_clip(&self, epoch: u64, saved: SavedClip, clip: Arc<ClipFeatures>) -> bool {
        let mut shared = self.lock();
        let is_wanted = shared.epoch == epoch;
        if is_wanted {
            shared.clip = Some((saved.path.clone(), clip));
            self.change(&mut shared, |state| state.clip = Some(saved));
        }
        is_wanted
    }

    fn change(&self, shared: &mut Shared, change: impl FnOnce(&mut State)) {
        let draft = |state: &State| state.current_take().map(|take| Arc::clone(&take.draft));
        let played = draft(&shared.state);
        change(Arc::make_mut(&mut shared.state));
        if draft(&shared.state).as_ref().map(Arc::as_ptr) != played.as_ref().map(Arc::as_ptr) {
            self.publish(&shared.state);
        }
        self.touch();
    }

    /// Replaces the state by one from the host, or by an empty one that says why.
    pub fn load(&self, text: &str) {
        self.live.note_load();
        let (state, notice) = match State::from_text(text) {
            Ok(state) => (state, None),
            Err(fault) => {
                let problem = format!("The saved state could not be read: {fault}.");
                (State::default(), Some(Notice::Problem(problem)))
            }
        };
        let mut shared = self.lock();
        self.publish(&state);
        *shared = Shared {
            state: Arc::new(state),
            clip: None,
            notice,
            epoch: shared.epoch + 1,
            is_asked: false,
        };
    }

    /// Remembers the clip in full for as long as the instance lives.
    pub fn keep_clip(&self, path: PathBuf, clip: Arc<ClipFeatures>) {
        self.lock().clip = Some((path, clip));
    }

    /// The clip of `path` in full, if it is known.
    pub fn kept_clip(&self, path: &PathBuf) -> Option<Arc<ClipFeatures>> {
        let shared = self.lock();
        let (kept, clip) = shared.clip.as_ref()?;
        (kept == path).then(|| Arc::clone(clip))
    }

    /// Tells the user something, or takes back what was told because other work is asked for.
    pub fn tell(&self, notice: Option<Notice>) {
        let mut shared = self.lock();
        shared.is_asked |= notice.is_none();
        shared.notice = notice;
    }

    /// Changes with every change that the host should save.
    pub fn revision(&self) -> u32 {
        self.revision.load(Ordering::Relaxed)
    }

    /// Sets how [`Session::tell_host`] tells the host that there is something to save, from whatever thread.
    pub fn set_messenger(&self, tell: impl Fn() + Send + Sync + 'static) {
        *self.messenger.lock() = Some(Messenger(Arc::new(tell)));
    }

    /// Tells the host that there is something to save, if that is so, it was not told yet, and there is a way to.
    pub fn tell_host(&self) {
        let messenger = self.messenger.lock();
        if let Some(Messenger(tell)) = &*messenger
            && self.take_news()
        {
            let tell = Arc::clone(tell);
            drop(messenger);
            tell();
        }
    }

    /// Whether something changed that the host should save and of which it was not told yet; it is told now.
    pub fn take_news(&self) -> bool {
        let revision = self.revision();
        self.told_revision.swap(revision, Ordering::Relaxed) != revision
    }

    fn touch(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    fn publish(&self, state: &State) {
        let draft = state.current_take().map(|take| &*take.draft);
        let score = draft.map(|draft| &draft.score);
        let tempo = score.map(|score| score.tempo_map().initial_tempo());
        self.live.note_draft_tempo(tempo);
        let schedule = score.map(NoteSchedule::new).unwrap_or_default();
        self.publisher.publish(schedule);
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock()
    }
}

#[cfg(test)]
mod tests;
